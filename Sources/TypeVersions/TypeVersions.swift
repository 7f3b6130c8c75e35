// TypeVersions computes the versions of exports from debug information, as scripts/gendwarfksyms of the
// kernel does (6.14 and later): the text of each type, the text of each export, its CRC. It decides
// nothing about whether versions agree.
