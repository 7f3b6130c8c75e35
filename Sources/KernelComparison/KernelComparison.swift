// KernelComparison compares what two kernels export, record by record: what changed, whether rules excuse
// it, and which modules break. It reads no file itself but modules and kernels, and prints nothing.
