// SymbolNames owns what a kernel symbol is called: the readable form of Rust names, the suffixes
// that compilers append to a source name, and how long a name each interface takes. It works on
// bytes alone and knows nothing of files, tables or kernels.
