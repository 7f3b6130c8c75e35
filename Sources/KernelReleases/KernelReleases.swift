// KernelReleases.
