// ELFFormat
