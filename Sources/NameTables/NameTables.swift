// NameTables is the name table: one file with every name of any number of kernels, searchable by
// digest, linkage name, source name and readable name, and what owns each name. It writes and reads
// that file, and knows nothing of kernels, modules or text.
