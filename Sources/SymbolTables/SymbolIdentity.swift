internal import ByteStorage
package import SymbolNames

/// What makes a symbol the one it is, and not another of the same name.
package struct SymbolIdentity: Sendable, Hashable {
  package let name: SymbolName
  /// What it belongs to: `vmlinux`, or a module.
  package let owner: String
  /// Which of the symbols of this name and owner it is.
  package let position: SymbolPosition
  /// The source file of a local symbol, without its directory; `nil` where the table does not say.
  package let file: String?
  /// Its address in bytes; an offset in its section if the symbol has no place in memory.
  package let address: UInt64
  /// Whether the symbol has a place in memory.
  package let hasPlace: Bool
}

extension SymbolIndex {
  /// The identity of a symbol of the table; `position` is given where it is known already.
  package func identity(of symbol: Int, at position: SymbolPosition? = nil) -> SymbolIdentity {
    SymbolIdentity(
      name: SymbolName(table.name(at: symbol).array), owner: table.owner(at: symbol),
      position: position ?? self.position(of: symbol), file: table.file(at: symbol),
      address: table.addresses[symbol], hasPlace: table.hasPlace(at: symbol))
  }
}
