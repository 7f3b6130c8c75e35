internal import SymbolNames

/// The readable form of a mangled name, or `nil` if the name is not mangled.
func readableName(_ name: String) -> String? {
  guard name.hasPrefix("_R") || name.hasPrefix("_ZN") else { return nil }
  return RustDemangler.readableName(of: name)
}
