// ELFFormat reads ELF32 and ELF64 of both byte orders: headers, sections, symbols, relocations and
// notes, from bytes to plain values. It knows nothing of the kernel.
