// ModuleFiles is one .ko as found: its container, modinfo, the name in its module
// structure, its version tables, its exports and the symbols it needs. It knows nothing of kernels
// and gives no verdicts.
