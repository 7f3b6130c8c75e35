// NameTranslation owns symbol names in text: where the output of kernels and tools puts them, and
// how they are rewritten between linkage, source, readable and hashed names, both ways. It works on
// bytes and on symbol tables already read, and opens no file.
