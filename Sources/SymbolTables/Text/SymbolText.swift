package import ByteStorage

/// A list of symbols as text: System.map, the output of `nm`, or /proc/kallsyms.
package struct SymbolText: Sendable {
  package private(set) var table = SymbolTable()
  /// Lines that are not symbols, empty ones aside.
  package private(set) var skippedLineCount = 0
  /// Symbols without an address (type `U`, or `w` and `v` of `nm`), which are left out.
  package private(set) var undefinedCount = 0

  /// Digits of the first address: 16, or 8 where addresses have 32 bits.
  package private(set) var addressWidth = 0

  private var owners: [String: Int] = [:]
  private var lastOwner = 0

  /// Whether addresses are hidden from the user who read /proc/kallsyms (kernel.kptr_restrict).
  package var hidesAddresses: Bool { table.hidesAddresses }

  /// Whether text begins as a list of symbols does.
  package static func isRecognized(_ text: RawSpan) -> Bool {
    var lines = Lines(text)
    while let line = lines.next() { if line.byteCount > 0 { return SymbolLine(line) != nil } }
    return false
  }

  /// Reads lines of address, type letter, name, and `[module]` in /proc/kallsyms; the size of `nm
  /// -S` is passed over. Throws `.badMagic` if the first line is not a symbol, as in the
  /// one-sentence System.map that some distributions ship; `.unsupported` if there are too many
  /// names.
  package init(parsing text: RawSpan) throws(ParseError) {
    guard SymbolText.isRecognized(text) else {
      throw ParseError(.badMagic, in: "symbol list", at: 0)
    }
    var lines = Lines(text)
    while let line = lines.next() {
      guard line.byteCount > 0 else { continue }
      guard let symbol = SymbolLine(line) else {
        skippedLineCount += 1
        continue
      }
      guard let address = symbol.address else {
        undefinedCount += 1
        continue
      }
      if addressWidth == 0 { addressWidth = line.firstIndex(of: 0x20) ?? 0 }
      guard let owner = ownerIndex(symbol.module),
        table.append(address: address, type: symbol.type, name: symbol.name, owner: owner)
      else {
        throw ParseError(
          .unsupported(UInt64(SymbolTable.largestText)), in: "symbol list", at: lines.position)
      }
    }
  }

  /// Index of a module among the owners; `nil` if there are too many.
  private mutating func ownerIndex(_ module: RawSpan) -> Int? {
    if module.byteCount == 0 { return 0 }
    // The symbols of a module are adjacent.
    if lastOwner > 0, table.ownerNames[lastOwner].utf8.elementsEqual(module.array) {
      return lastOwner
    }
    let name = module.text
    if let known = owners[name] {
      lastOwner = known
      return known
    }
    guard table.ownerNames.count <= Int(UInt16.max) else { return nil }
    lastOwner = table.ownerNames.count
    owners[name] = lastOwner
    table.ownerNames.append(name)
    return lastOwner
  }
}

struct SymbolLine: ~Escapable {
  let address: UInt64?
  let type: UInt8
  let name: RawSpan
  /// Name of the module, without brackets; empty for the kernel.
  let module: RawSpan

  @_lifetime(copy line) init?(_ line: RawSpan) {
    var position = 0
    var address: UInt64?
    if line.byte(at: 0) == 0x20 {
      // nm pads the missing address of undefined symbols.
      while line.byte(at: position) == 0x20 { position &+= 1 }
    } else {
      guard let (value, end) = SymbolLine.hexadecimal(line, at: 0), line.byte(at: end) == 0x20
      else { return nil }
      address = value
      position = end &+ 1
      if let (_, end) = SymbolLine.hexadecimal(line, at: position), end &- position >= 8,
        line.byte(at: end) == 0x20
      {
        position = end &+ 1
      }
    }
    guard let type = line.byte(at: position), type > 0x20, type < 0x7f,
      line.byte(at: position &+ 1) == 0x20
    else { return nil }
    position &+= 2
    let start = position
    while let byte = line.byte(at: position), byte != 0x20, byte != 0x09 { position &+= 1 }
    guard position > start, let name = line.slice(start..<position) else { return nil }
    let end = position
    while let byte = line.byte(at: position), byte == 0x20 || byte == 0x09 { position &+= 1 }
    // A module, or the place in the source after a tab (`nm -l`); words are not a symbol.
    guard
      position == line.byteCount || line.byte(at: position) == 0x5b || line.byte(at: end) == 0x09
    else { return nil }
    var module = RawSpan()
    if line.byte(at: position) == 0x5b, let rest = line.suffix(from: position &+ 1),
      let end = rest.firstIndex(of: 0x5d), let inside = rest.slice(0..<end)
    {
      module = inside
    }
    self.address = address
    self.type = type
    self.name = name
    self.module = module
  }

  /// A number of 1 to 16 hexadecimal digits, and where it ends.
  private static func hexadecimal(_ line: RawSpan, at start: Int) -> (UInt64, Int)? {
    var value: UInt64 = 0
    var position = start
    while let byte = line.byte(at: position), let digit = byte.hexadecimalDigit {
      guard position &- start < 16 else { return nil }
      value = value << 4 | digit
      position &+= 1
    }
    return position > start ? (value, position) : nil
  }
}
