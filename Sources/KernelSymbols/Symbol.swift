/// A symbol of a kernel or a module: its name, and what distinguishes it from others with that name.
public struct Symbol: Sendable, Hashable {
  /// Its name.
  public let name: SymbolName
  /// What it belongs to: `vmlinux`, or a module's name.
  public let owner: String
  /// Its address; `nil` if the file gives none.
  public let address: UInt64?
  /// Its size in bytes, up to the next symbol; `nil` if that is unknown.
  public let size: UInt64?
  /// Its letter, as `nm` prints it.
  public let type: Character
  /// Which of the symbols with the same name and owner it is, from 1: what livepatch calls `sympos`.
  public let position: Int
  /// How many symbols have the same name and owner.
  public let equals: Int
  /// The source file of a local symbol, without its directory; `nil` if the file does not name it.
  public let file: String?
}

/// A place in a symbol, as a backtrace prints it.
public struct SymbolPlace: Sendable, Hashable, CustomStringConvertible {
  /// The symbol.
  public let symbol: Symbol
  /// Distance from the start of the symbol in bytes.
  public let offset: UInt64

  /// The place with the module and the position: `vfs_read+0x1c/0x40 [vmlinux] 1 of 1`.
  public var description: String {
    let size = symbol.size.map { "/0x" + String($0, radix: 16) } ?? ""
    return "\(symbol.name)+0x\(String(offset, radix: 16))\(size) [\(symbol.owner)] "
      + "\(symbol.position) of \(symbol.equals)"
  }
}
