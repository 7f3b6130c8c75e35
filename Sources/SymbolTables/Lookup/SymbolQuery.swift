internal import ByteStorage

/// What a user asks for: a name, and what distinguishes it from its equals.
///
/// | written | meaning |
/// |---|---|
/// | `name` | all symbols of that name |
/// | `name,2` | the second of equal names |
/// | `name@module`, `module:name`, `name [module]` | that of a module, or of `vmlinux` |
/// | `name+0x1c`, `name+28` | a place in it |
/// | `name+0x1c/0x40` | the same, of those that are 64 bytes long |
package struct SymbolQuery: Sendable, Hashable {
  /// A linkage name, source name, readable path, digest or pattern.
  package var name: String
  /// What the symbol belongs to.
  package var owner: String?
  /// Which of equal names, counted from 1.
  package var position: Int?
  /// Distance from the symbol, in bytes.
  package var offset: UInt64?
  /// Size of the symbol as the kernel computes it, in bytes.
  package var size: UInt64?

  /// Reads a query. What does not fit the forms is part of the name.
  package init(_ text: String) {
    name = text
    takeBrackets()
    takeOffset()
    // Either may come first.
    for _ in 0..<2 {
      takePosition()
      takeOwnerBehind()
    }
    takeOwnerBefore()
  }

  /// Whether the place asked for is one in a symbol of a size. Its end is one: a call that does not
  /// return may be the last instruction. No size is known of the last symbols, and any offset is right.
  func isPlace(inSize known: UInt64?) -> Bool {
    guard size == nil || known == size else { return false }
    guard let offset, let known else { return true }
    return offset <= known
  }

  /// ` [module]` or ` [module build-id]`, as the kernel prints it.
  private mutating func takeBrackets() {
    guard name.hasSuffix("]"), let open = name.lastIndex(of: "["), open > name.startIndex else {
      return
    }
    let before = name.index(before: open)
    let words = name[name.index(after: open)...].dropLast().split(separator: " ")
    guard name[before] == " " || name[before] == "\t", let module = words.first else { return }
    owner = String(module)
    name = String(name[..<before])
  }

  private mutating func takeOffset() {
    guard let plus = name.lastIndex(of: "+"), plus > name.startIndex else { return }
    let parts = name[name.index(after: plus)...]
      .split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let distance = SymbolQuery.number(first) else { return }
    if parts.count > 1 {
      guard let length = SymbolQuery.number(parts[1]) else { return }
      size = length
    }
    offset = distance
    name = String(name[..<plus])
  }

  private mutating func takePosition() {
    guard position == nil, let comma = name.lastIndex(of: ","), comma > name.startIndex,
      let number = Int(name[name.index(after: comma)...]), number >= 0
    else { return }
    position = number
    name = String(name[..<comma])
  }

  private mutating func takeOwnerBehind() {
    guard owner == nil, let at = name.lastIndex(of: "@"), at > name.startIndex else { return }
    let rest = name[name.index(after: at)...]
    guard !rest.isEmpty, !rest.contains(":"), !rest.contains(",") else { return }
    owner = String(rest)
    name = String(name[..<at])
  }

  /// `module:`, but not the first half of `::`.
  private mutating func takeOwnerBefore() {
    guard owner == nil, let colon = name.firstIndex(of: ":"), colon > name.startIndex else {
      return
    }
    let rest = name[name.index(after: colon)...]
    let module = name[..<colon]
    guard !rest.isEmpty, rest.first != ":", module != "sha256",
      module.utf8.allSatisfy({ SymbolQuery.isModuleByte($0) })
    else { return }
    owner = String(module)
    name = String(rest)
  }

  private static func isModuleByte(_ byte: UInt8) -> Bool {
    0x30...0x39 ~= byte || 0x41...0x5a ~= byte || 0x61...0x7a ~= byte || byte == 0x5f
      || byte == 0x2d
  }

  /// A number: hexadecimal after `0x`, else decimal.
  static func number(_ text: Substring) -> UInt64? {
    guard let first = text.utf8.first, first.hexadecimalDigit != nil else { return nil }
    if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt64(text.dropFirst(2), radix: 16) }
    return UInt64(text)
  }
}
