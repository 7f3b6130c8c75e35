// SymbolSpelling.
