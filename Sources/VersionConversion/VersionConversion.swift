// ModuleConversion rewrites the version tables of modules: between layouts, for other kernels' CRCs,
// as modpost's source and object; and it takes off, puts back and makes module signatures. From bytes
// to bytes: it opens no files, and knows nothing of whether a kernel would load the result.
