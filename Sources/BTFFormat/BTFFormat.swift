// BTFFormat reads the little of BTF that is needed: the sizes of named types. It knows nothing of
// the kernel, nor of what holds the section.
