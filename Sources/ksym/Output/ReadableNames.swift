internal import SymbolNames

/// The readable form of a mangled name, or `nil` if the name is not mangled.
func readableName(_ name: String) -> String? { SymbolName(name).readable }
