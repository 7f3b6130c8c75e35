// SymtypesFormat reads symtypes text: what genksyms and gendwarfksyms write beside an object, and
// the files that hold those of a whole build. It computes versions from the text. It knows nothing of
// objects, debug information or kernels.
