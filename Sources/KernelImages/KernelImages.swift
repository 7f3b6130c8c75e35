// KernelImages determines what wraps a kernel and reads what a kernel image says of itself:
// container, payload, banner, vermagic, build ID and configuration. It knows nothing of what
// symbols mean.
