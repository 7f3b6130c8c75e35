// DWARFFormat reads DWARF 2 to 5 of ELF files: sections (unpacked and relocated), units, entries with
// their attributes, names of files. It knows nothing of the kernel or of versions.
