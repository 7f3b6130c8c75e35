// SymbolSpelling owns how each interface of the kernel and of its tools takes a symbol: kprobe_events,
// ftrace, perf, bpftrace, livepatch, gdb, crash and the version tables. It gives what to write, or a
// code for why nothing can be written; it knows nothing of files, and has no prose.
