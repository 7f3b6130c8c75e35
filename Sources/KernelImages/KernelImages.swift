// KernelImages tells what wraps a kernel and what a kernel image says of itself: container, payload,
// banner, vermagic, build ID and configuration. It knows nothing of what symbols mean.
