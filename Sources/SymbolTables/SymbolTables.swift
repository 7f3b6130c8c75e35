// SymbolTables.
