package import ByteStorage
internal import ELFFormat
internal import ModuleVersions

extension ModuleFile {
  /// A name in a module, and what it is there.
  package enum NamedThing: Sendable {
    /// A symbol the module defines: its section's number, and its place in it.
    case symbol(section: Int, value: UInt64)
    /// An export of the module.
    case export
    /// A symbol that the module requires, from a version table.
    case requirement
  }

  /// Calls `body` for every name: symbols defined, in symbol table order, then what version tables
  /// require. Section and file symbols have no names of their own.
  package func forEachName(_ body: (borrowing RawSpan, NamedThing) -> Void) throws(ParseError) {
    if let symbols = try elf.symbolTable() {
      for index in 1..<max(1, symbols.count) {
        guard let symbol = symbols.symbol(at: index), symbol.type != .section, symbol.type != .file,
          symbol.sectionIndex != ELFSectionIndex.undefined
        else { continue }
        let name = symbols.name(of: symbol)
        guard name.byteCount > 0 else { continue }
        body(name, .symbol(section: Int(symbol.sectionIndex), value: symbol.value))
        if name.starts(with: "__ksymtab_"), let export = name.suffix(from: 10), export.byteCount > 0
        {
          body(export, .export)
        }
      }
    }
    try versions().forEach { _, record in
      if record.digest == nil, record.name.byteCount > 0 { body(record.name, .requirement) }
    }
  }
}
