// KernelSymbols is the public face of the library.
