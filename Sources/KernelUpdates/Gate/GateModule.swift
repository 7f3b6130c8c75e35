package import ByteStorage
internal import ELFFormat
package import ModuleFiles
internal import ModuleVersions

/// What a module needs and exports, as depmod reads it: its symbol table and its versions.
package struct GateModule: Sendable {
  /// A symbol that it needs, and its version, if it has one.
  package struct Need: Sendable {
    package let name: [UInt8]
    package let version: UInt64?
    /// Whether the module refers to it, and does not only have a version of it.
    package var isUsed = false
  }

  /// The symbols that it cannot do without, then what else it has versions for.
  package private(set) var needs: [Need] = []
  /// What it exports, with the versions; `nil` for none.
  private(set) var exports: [[UInt8]: UInt64?] = [:]
  /// Whether it has a version for anything.
  private(set) var hasVersions = false

  /// Longest name in a basic version table, in bytes (`MODULE_NAME_LEN` of 64-bit kernels).
  static let longestName = 55

  /// - Throws: ``ParseError`` if a table cannot be read.
  package init(_ module: borrowing ModuleFile) throws(ParseError) {
    var versions: [[UInt8]: UInt64] = [:]
    var order: [[UInt8]] = []
    try module.versions().forEach { _, record in
      guard record.digest == nil else { return }
      let name = record.name.array
      if versions.updateValue(record.crc, forKey: name) == nil { order.append(name) }
    }
    hasVersions = !versions.isEmpty
    var known: Set<[UInt8]> = []
    if let symbols = try module.elf.symbolTable() {
      for index in 1..<max(1, symbols.count) {
        guard let symbol = symbols.symbol(at: index),
          symbol.sectionIndex == ELFSectionIndex.undefined
        else { continue }
        let name = symbols.name(of: symbol)
        // The linker's own names (depmod adds them to what is known).
        if name.byteCount == 0 || name.equals("_GLOBAL_OFFSET_TABLE_") || name.equals("TOC.")
          || name.equals(".TOC.")
        {
          continue
        }
        let key = name.array
        guard known.insert(key).inserted, symbol.binding != .weak else { continue }
        needs.append(Need(name: key, version: versions[key], isUsed: true))
      }
    }
    for name in order where !known.contains(name) {
      needs.append(Need(name: name, version: versions[name]))
    }
    for (name, crc) in try VersionSymbols.read(module.elf) { exports[name] = crc }
    let table = (try? module.exports(ofFile: "")) ?? ExportTable()
    for row in table.rows {
      let name = table.bytes(row.name).array
      if exports[name] == nil { exports[name] = .some(row.hasCRC ? UInt64(row.crc) : nil) }
    }
  }
}
