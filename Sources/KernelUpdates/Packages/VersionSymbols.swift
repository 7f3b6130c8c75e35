internal import ByteStorage
internal import ELFFormat

/// Versions of exports by symbols `__crc_NAME`, which depmod and the scripts of rpm read.
enum VersionSymbols {
  /// Reads them: absolute ones are the version, others lead to it (MODULE_REL_CRCS, and releases since
  /// 5.19), and are left out if `onlyAbsolute`.
  ///
  /// - Throws: ``ParseError`` if the symbol table or a section cannot be read.
  static func read(
    _ elf: borrowing ELFFile, onlyAbsolute: Bool = false
  ) throws(ParseError) -> [[UInt8]: UInt64] {
    var found: [[UInt8]: UInt64] = [:]
    guard let symbols = try elf.symbolTable() else { return found }
    for index in 0..<symbols.count {
      guard let symbol = symbols.symbol(at: index) else { continue }
      let name = symbols.name(of: symbol)
      guard name.starts(with: "__crc_"), let rest = name.suffix(from: 6) else { continue }
      if symbol.sectionIndex == ELFSectionIndex.absolute {
        found[rest.array] = symbol.value & 0xffff_ffff
      } else if !onlyAbsolute, elf.sections.indices.contains(Int(symbol.sectionIndex)) {
        let bytes = try elf.bytes(of: elf.sections[Int(symbol.sectionIndex)], in: "__crc")
        let crc = bytes.integer(
          UInt32.self, at: Int(clamping: symbol.value), elf.layout.order)
        if let crc { found[rest.array] = UInt64(crc) }
      }
    }
    return found
  }
}
