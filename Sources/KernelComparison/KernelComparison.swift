// KernelComparison compares what two kernels export, record by record: what changed, and whether rules
// excuse it. It opens no files and prints nothing.
