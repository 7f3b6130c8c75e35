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
  /// Names of which two tables do not say the same: the versions differ, or only one table has one.
  private(set) var disagreement: Set<[UInt8]> = []
  /// Whether there are two tables that do not say the same.
  package var disagree: Bool { !disagreement.isEmpty }

  /// Reads the tables, or finds that there are none. Of tables that are to be removed only the layouts are
  /// found, of damaged ones by their sections.
  package init(_ elf: ELFFile, areRemoved: Bool = false) throws(ConversionError) {
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
    if areRemoved {
      let found = try? VersionTables(elf).layouts
      let (hasBasic, hasExtended) = (
        sections[.versions] != nil, sections.count > 1 || sections[.versions] == nil
      )
      layouts = found ?? (hasBasic ? [.basic] : []) + (hasExtended ? [.extended] : [])
      return
    }
    let tables: VersionTables
    do { tables = try VersionTables(elf) } catch { throw .malformed(error) }
    let defects = tables.structuralDefects().map { "\($0.section): \($0.defect)" }
    guard defects.isEmpty else { throw .init(.damagedTables, defects) }
    layouts = tables.layouts
    if tables.hasExtended {
      tables.extended.forEach { list.append($0.name, crc: UInt32(truncatingIfNeeded: $0.crc)) }
      if tables.hasBasic, !isBasicPart(tables, elf.layout) {
        disagreement = differences(tables, elf.layout)
      }
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

  /// The names of which the loader would find another version in the other table, which has those that fit
  /// it. It takes the first of a name, in any order.
  private func differences(
    _ tables: borrowing VersionTables, _ layout: ELFLayout
  ) -> Set<[UInt8]> {
    var others: [[UInt8]: UInt64] = [:]
    var digests: [HashedName: UInt64] = [:]
    tables.forEach { kind, record in
      if kind == .extended { return }
      if let digest = record.digest {
        if digests[digest] == nil { digests[digest] = record.crc }
      } else if others[record.name.array] == nil {
        others[record.name.array] = record.crc
      }
    }
    let longest = tables.packed == nil ? BasicVersions.longestName(layout) : Int.max
    var seen: Set<[UInt8]> = []
    var found: Set<[UInt8]> = []
    for row in list.rows {
      let name = list.name(row)
      guard seen.insert(name.array).inserted else { continue }
      let hashed = digests.removeValue(forKey: HashedName(of: name))
      let other = hashed ?? others.removeValue(forKey: name.array)
      if name.byteCount > longest && other == nil { continue }
      if other != UInt64(row.crc) { found.insert(name.array) }
    }
    // What is left only the other table has; of a digest the name is not known.
    for digest in digests.keys { found.insert(Array(digest.hexadecimal.utf8)) }
    return found.union(others.keys)
  }

  /// Whether the other table is this list without the names that do not fit it, in the same order: as modpost
  /// writes it, and found without a set of names.
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
