// BTFFormat reads BTF: sizes of named types, and whether a kernel accepts the types of a module. It
// knows nothing of what holds the section, nor of releases: a caller gives the rules.
