package import ByteStorage
internal import ELFFormat

extension ExportList {
  /// What an object exports: names after `__export_symbol_` (include/linux/export.h, 6.4), or after
  /// `__ksymtab_` (before that, and in modules).
  ///
  /// - Throws: ``TypeVersionsError`` if it is not ELF, or its symbol table is damaged.
  package init(exportedBy file: MappedFile) throws(TypeVersionsError) {
    do throws(ParseError) {
      var names: [[UInt8]] = []
      if let table = try ELFFile(ByteSource(file.bytes)).symbolTable() {
        for index in 0..<table.count {
          guard let symbol = table.symbol(at: index) else { continue }
          let name = table.name(of: symbol)
          for prefix: StaticString in ["__export_symbol_", "__ksymtab_"]
          where name.starts(with: prefix) {
            if let rest = name.suffix(from: prefix.utf8CodeUnitCount) { names.append(rest.array) }
          }
        }
      }
      self.init(names)
    } catch { throw .debugInformation(error) }
  }

  /// The names, in the order in which versions are printed.
  package var all: [[UInt8]] { order.map { names.name($0).array } }
}
