// SymbolFiles.
