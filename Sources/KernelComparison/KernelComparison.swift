// KernelComparison compares what two kernels export, record by record, and their types: what changed, and
// whether rules excuse it. It takes text that was read already, opens no file, and prints nothing.
