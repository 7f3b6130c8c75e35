// Kallsyms knows the kernel's own symbol table: it finds and decodes the tables in the bytes of any
// kernel, writes them as the kernel's build does, reads the texts that list them (System.map, nm,
// /proc/kallsyms), and answers by name and by address as the kernel of a given release would. It
// opens no files and knows nothing of modules' insides.
