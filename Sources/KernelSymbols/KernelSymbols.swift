// KernelSymbols is the library's public face: a kernel, a module, their symbols, and text that names
// them. It adds no rules of its own: each type asks the floors below, which only this package sees.
