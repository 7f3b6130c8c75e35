package import ByteStorage
internal import ELFFormat
package import SymbolTables

extension ModuleFile {
  /// The functions that a loaded module keeps, with their distances from the start of its text: the
  /// address that /proc/modules shows. Executable sections follow each other in the file's order; what
  /// an architecture adds while it loads a module (`.plt`) is taken with the size it has in the file.
  ///
  /// - Note: kernel/module/main.c, `__layout_sections`; kernel/module/procfs.c, `m_show`.
  /// - Throws: `ParseError` if there is no symbol table, or it is damaged.
  package func textSymbols() throws(ParseError) -> SymbolTable {
    var starts: [UInt64?] = []
    var end: UInt64 = 0
    for section in elf.sections {
      guard section.flags.contains(.alloc), section.flags.contains(.execInstructions),
        !elf.name(of: section).starts(with: ".init")
      else {
        starts.append(nil)
        continue
      }
      let alignment = max(section.alignment, 1)
      guard alignment <= 1 << 20, section.size <= 1 << 32, end <= 1 << 40 else {
        throw ParseError(.unsupported(section.size), in: "module text", at: starts.count)
      }
      let start = (end + alignment - 1) / alignment * alignment
      starts.append(start)
      end = start + section.size
    }
    let letters = SymbolLetters(elf)
    var offsets: [UInt64] = []
    let symbols = try SymbolTable(symbolsOf: elf) { symbol, _ in
      let section = Int(symbol.sectionIndex)
      guard section < starts.count, let start = starts[section] else { return nil }
      offsets.append(start)
      return letters.letter(of: symbol)
    }
    var text = SymbolTable()
    for (index, (address, offset)) in zip(symbols.addresses, offsets).enumerated() {
      text.append(
        address: address &+ offset, type: symbols.type(at: index), name: symbols.name(at: index))
    }
    return text
  }
}
