internal import ByteStorage
internal import ELFFormat

extension ExportList {
  /// Gives the symbols the places that an object's symbol tables have for them. Calls `ambiguous`
  /// with a symbol that has another place already.
  mutating func readSymbols(
    _ elf: borrowing ELFFile, ambiguous: (RawSpan) -> Void
  ) throws(ParseError) {
    beginObject()
    let extended = try elf.extendedIndexes()
    for index in elf.sections.indices where elf.sections[index].type == .symtab {
      guard elf.sections[index].entrySize == UInt64(elf.layout.symbolSize) else {
        throw ParseError(
          .badValue(elf.sections[index].entrySize), in: "symbol table sh_entsize",
          at: elf.headerOffset(ofSection: index))
      }
      let table = try elf.symbolTable(at: index)
      for number in 1..<max(1, table.count) {
        guard let symbol = table.symbol(at: number), symbol.binding != .local else { continue }
        let section = UInt32(symbol.section(number, extended, elf.layout))
        guard section != 0 else { continue }
        let name = table.name(of: symbol)
        if name.byteCount > 0, !place(name, section, symbol.value) { ambiguous(name) }
      }
    }
  }
}
