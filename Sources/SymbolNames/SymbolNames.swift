// SymbolNames
