// KernelUpdates determines what a kernel update means for modules: which of them break, which kernels take
// external modules of another, and what packages require. It opens modules and kernels, and prints nothing.
