// KernelImages
