internal import ByteStorage
package import ELFFormat
internal import ModuleFiles
package import ModuleVersions
internal import SymbolNames

/// The sections that hold version tables.
package enum TableRole: Int, CaseIterable {
  case versions, crcs, names

  package var sectionName: StaticString {
    switch self {
    case .versions: "__versions"
    case .crcs: "__version_ext_crcs"
    case .names: "__version_ext_names"
    }
  }

  /// Name that modpost gives the array in it.
  package var symbolName: StaticString {
    switch self {
    case .versions: "____versions"
    case .crcs: "____version_ext_crcs"
    case .names: "____version_ext_names"
    }
  }
}

/// The version tables of a module as found: their sections, and the one list of versions they say.
package struct PresentTables {
  package let sections: [TableRole: Int]
  package let layouts: [VersionLayout]
  /// The versions; of two tables, of the extended one.
  package private(set) var list = VersionList()
  /// Whether there are two tables that do not say the same.
  package var disagree = false

  /// Reads the tables, or finds that there are none.
  package init(_ elf: ELFFile) throws(ConversionError) {
    var sections: [TableRole: Int] = [:]
    for role in TableRole.allCases {
      guard let index = elf.sectionIndex(named: role.sectionName) else { continue }
      guard elf.sectionIndex(named: role.sectionName, from: index + 1) == nil else {
        throw .init(.repeatedSection, ["\(role.sectionName)"])
      }
      sections[role] = index
    }
    self.sections = sections
    if sections.isEmpty {
      layouts = []
      return
    }
    let tables: VersionTables
    do { tables = try VersionTables(elf) } catch { throw .malformed(error) }
    let defects = tables.structuralDefects().map { "\($0.section): \($0.defect)" }
    guard defects.isEmpty else { throw .init(.damagedTables, defects) }
    layouts = tables.layouts
    if tables.hasExtended {
      tables.extended.forEach { list.append($0.name, crc: UInt32(truncatingIfNeeded: $0.crc)) }
      if tables.hasBasic { disagree = !isBasicPart(tables, elf.layout) }
    } else if let packed = tables.packed {
      packed.forEach { list.append($0.name, crc: UInt32(truncatingIfNeeded: $0.crc)) }
    } else {
      try readBasic(tables.basic, elf)
    }
  }

  private mutating func readBasic(
    _ table: borrowing BasicVersions, _ elf: borrowing ELFFile
  ) throws(ConversionError) {
    var names: HashedRecordNames?
    var unknown: [String] = []
    for index in 0..<table.count {
      guard let record = table.record(at: index) else { break }
      guard let crc = UInt32(exactly: record.crc) else {
        throw .init(.wideCRC, [record.name.text])
      }
      guard let digest = record.digest else {
        list.append(record.name, crc: crc)
        continue
      }
      if names == nil { names = try? HashedRecordNames(elf) }
      guard let name = names?.name(for: digest) else {
        unknown.append(digest.hexadecimal)
        continue
      }
      list.append(name.rawSpan, crc: crc)
    }
    if !unknown.isEmpty { throw .init(.unknownHashes, unknown) }
  }

  /// Whether the other table is this list without the names that do not fit it, in the same order.
  private func isBasicPart(_ tables: borrowing VersionTables, _ layout: ELFLayout) -> Bool {
    var row = 0
    var isPart = true
    let longest = tables.packed == nil ? BasicVersions.longestName(layout) : Int.max
    func skipLong() {
      while row < list.rows.count, list.name(list.rows[row]).byteCount > longest { row += 1 }
    }
    tables.forEach { kind, record in
      guard isPart, kind != .extended else { return }
      if kind != .hashed { skipLong() }
      guard row < list.rows.count, UInt64(list.rows[row].crc) == record.crc else {
        isPart = false
        return
      }
      let name = list.name(list.rows[row])
      if let digest = record.digest {
        isPart = HashedName(of: name) == digest
      } else {
        isPart = name.equals(record.name)
      }
      row += 1
    }
    skipLong()
    return isPart && row == list.rows.count
  }
}
