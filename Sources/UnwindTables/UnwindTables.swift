// UnwindTables reads the kernel's unwind tables (ORC), and writes them as call frame information of
// DWARF. It knows nothing of kernels, nor of ELF files.
