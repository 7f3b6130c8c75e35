// ModuleLoading is the kernel's decision whether to load a module: the checks in the order of each
// release, with the kernel's own log lines and error numbers. It reads modules with the kernel's
// eyes (the kernel's word size and byte order, its way of finding sections), and formats nothing.
