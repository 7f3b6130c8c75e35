// Livepatching is what a livepatch names and what the kernel makes of it: the objects and functions
// that it patches, the names of its `.klp.sym.*` symbols and `.klp.rela.*` sections, their resolution
// in kernels of every era and in modules, and the livepatch core's decision when the module's init
// runs. It knows nothing of the loader's other checks, and opens no files.
