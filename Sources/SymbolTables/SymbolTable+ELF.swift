package import ByteStorage
package import ELFFormat

extension SymbolTable {
  /// Reads the symbol table of a vmlinux or a relocatable file: what `nm` lists, in the file's
  /// order. Undefined symbols, section and file symbols are left out; the latter name the source
  /// files of the local symbols that follow them. ``kernelView()`` makes a kernel's own table of
  /// it. `letter` chooses the letter of a symbol, or leaves the symbol out. Throws ``ParseError``
  /// if there is no symbol table, or it lies outside of the file, or has too many names.
  package init(
    symbolsOf elf: ELFFile,
    letter: ((ELFSymbol, RawSpan) -> UInt8?)? = nil
  ) throws(ParseError) {
    self.init()
    guard let symbols = try elf.symbolTable() else {
      throw ParseError(.missing, in: "symbol table", at: 0)
    }
    let letters = SymbolLetters(elf)
    addresses.reserveCapacity(symbols.count)
    starts.reserveCapacity(symbols.count + 1)
    // Names may share bytes, in honest files a few.
    var room = min(SymbolTable.largestText, (1 << 26) + 8 * symbols.strings.byteCount)
    var file = ""
    for index in 1..<max(1, symbols.count) {
      guard let symbol = symbols.symbol(at: index) else { break }
      let name = symbols.name(of: symbol)
      room -= name.byteCount + 1
      guard room >= 0 else {
        throw ParseError(.unsupported(UInt64(symbols.count)), in: "symbol names", at: index)
      }
      if symbol.type == .file {
        file = name.text
        continue
      }
      guard symbol.sectionIndex != ELFSectionIndex.undefined, symbol.type != .section,
        name.byteCount > 0
      else { continue }
      let chosen = letter.map { $0(symbol, name) } ?? letters.letter(of: symbol)
      guard let chosen else { continue }
      append(address: SymbolTable.address(of: symbol, elf.header), type: chosen, name: name)
      if !file.isEmpty, symbol.binding == .local { setFile(file, at: count - 1) }
    }
  }

  /// The address of a symbol: the lowest bit of a function of 32-bit ARM marks Thumb code.
  private static func address(of symbol: ELFSymbol, _ header: ELFHeader) -> UInt64 {
    header.machine == .arm && symbol.type == .function ? symbol.value & ~1 : symbol.value
  }

  /// Takes the source files of symbols from another table of the same kernel, which has them: that
  /// of a vmlinux with `FILE` symbols. Symbols are the same if name and address are; of several,
  /// each is taken once, in order.
  package mutating func adoptFiles(of other: SymbolTable) {
    guard other.hasFiles else { return }
    let mine = sortedByNameAndAddress()
    let theirs = other.sortedByNameAndAddress()
    var (left, right) = (0, 0)
    while left < mine.count, right < theirs.count {
      let (first, second) = (Int(mine[left]), Int(theirs[right]))
      let order = SymbolTable.compare(self, first, other, second)
      if order == 0, let file = other.file(at: second) { setFile(file, at: first) }
      if order <= 0 { left += 1 }
      if order >= 0 { right += 1 }
    }
  }

  private func sortedByNameAndAddress() -> [UInt32] {
    let own = owners.isEmpty ? count : owners.firstIndex { $0 != 0 } ?? count
    var order = (0..<own).map { UInt32(truncatingIfNeeded: $0) }
    order.sort { left, right in
      let result = SymbolTable.compare(self, Int(left), self, Int(right))
      return result != 0 ? result < 0 : left < right
    }
    return order
  }

  /// Compares two symbols by address, then by name.
  private static func compare(
    _ left: SymbolTable, _ first: Int, _ right: SymbolTable, _ second: Int
  ) -> Int {
    let (low, high) = (left.addresses[first], right.addresses[second])
    if low != high { return low < high ? -1 : 1 }
    return left.name(at: first).compare(right.name(at: second))
  }
}
