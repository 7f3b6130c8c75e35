package import ByteStorage
package import ELFFormat
internal import ModuleVersions
package import SymbolNames

/// The names that a module's hashed version records may mean: those of its undefined symbols
/// that do not fit a basic record. A name that fits is never hashed.
package struct HashedRecordNames: Sendable {
  private var names: [HashedName: [UInt8]] = [:]

  /// Hashes the names of a module's undefined symbols.
  package init(_ elf: borrowing ELFFile) throws(ParseError) {
    guard let symbols = try elf.symbolTable() else { return }
    let longest = BasicVersions.longestName(elf.layout)
    // As many as there can be records.
    for index in 1..<max(1, min(symbols.count, VersionTables.mostRecords)) {
      guard let symbol = symbols.symbol(at: index), symbol.sectionIndex == ELFSectionIndex.undefined
      else { continue }
      let name = symbols.name(of: symbol)
      if name.byteCount > longest { names[HashedName(of: name)] = name.array }
    }
  }

  /// The linkage name with a hashed name; `nil` if the module needs no such symbol.
  package func name(for hashed: HashedName) -> [UInt8]? { names[hashed] }
}
