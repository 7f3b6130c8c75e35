// KernelFacts
