package import ByteStorage
package import ELFFormat
package import ModuleVersions

/// The version tables of a module, in every layout that is present.
package struct VersionTables: ~Escapable {
  /// Whether there is an allocated `__versions` section: what the kernel calls "has versions".
  package let hasBasicSection: Bool
  /// Whether there is an allocated `__version_ext_crcs` section.
  package let hasExtendedCRCs: Bool
  /// Whether there is an allocated `__version_ext_names` section.
  package let hasExtendedNames: Bool
  /// Bytes of `__versions`; empty if absent.
  package let basicBytes: RawSpan
  private let crcBytes: RawSpan
  private let nameBytes: RawSpan
  private let layout: ELFLayout
  /// File offset of `__versions`.
  package let basicOffset: Int
  /// File offset of `__version_ext_names`.
  package let namesOffset: Int
  /// Defects of the sections themselves.
  private let sectionDefects: [VersionDefect]

  /// Finds the tables in a module. As in the kernel, the first section of a name that is allocated
  /// counts; without such a one, the first of that name is read all the same, and reported.
  @_lifetime(copy file) package init(_ file: ELFFile) throws(ParseError) {
    var defects: [VersionDefect] = []
    let basic = VersionTables.find("__versions", in: file, &defects)
    let crcs = VersionTables.find("__version_ext_crcs", in: file, &defects)
    let names = VersionTables.find("__version_ext_names", in: file, &defects)
    layout = file.layout
    hasBasicSection = basic?.isAllocated ?? false
    hasExtendedCRCs = crcs?.isAllocated ?? false
    hasExtendedNames = names?.isAllocated ?? false
    if crcs != nil, names == nil {
      defects.append(VersionDefect(.halfPresent(missing: "__version_ext_names"), offset: 0))
    } else if names != nil, crcs == nil {
      defects.append(VersionDefect(.halfPresent(missing: "__version_ext_crcs"), offset: 0))
    }
    basicOffset = Int(clamping: basic?.section.offset ?? 0)
    namesOffset = Int(clamping: names?.section.offset ?? 0)
    sectionDefects = defects
    // A record of the packed layout has 12 bytes or more.
    for case (let section?, let size) in [(basic?.section, 12), (crcs?.section, 4)]
      as [(ELFSection?, UInt64)]
    where section.size / size > UInt64(VersionTables.mostRecords)
      && section.size <= UInt64(file.source.count)
    {
      throw ParseError(
        .unsupported(section.size), in: "size of version table", at: Int(clamping: section.offset))
    }
    // What the header says is read, whatever the type: so does the kernel.
    if let section = basic?.section {
      basicBytes = try file.source.bytes(at: section.offset, size: section.size, in: "__versions")
    } else {
      basicBytes = RawSpan()
    }
    if let section = crcs?.section {
      crcBytes = try file.source.bytes(
        at: section.offset, size: section.size, in: "__version_ext_crcs")
    } else {
      crcBytes = RawSpan()
    }
    if let section = names?.section {
      nameBytes = try file.source.bytes(
        at: section.offset, size: section.size, in: "__version_ext_names")
    } else {
      nameBytes = RawSpan()
    }
    hasBasic = basic != nil
    hasExtended = crcs != nil && names != nil
  }

  /// Most records to read; no kernel exports a tenth of that.
  package static let mostRecords = 1 << 20

  /// Whether there is a `__versions` section at all.
  package let hasBasic: Bool
  /// Whether both extended sections are there.
  package let hasExtended: Bool

  /// The basic table; its records are meaningless if ``packed`` is there.
  package var basic: BasicVersions {
    @_lifetime(copy self) get { BasicVersions(basicBytes, layout: layout) }
  }

  /// Ubuntu's packed table, if `__versions` is in that layout.
  package var packed: PackedVersions? {
    @_lifetime(copy self) get { hasBasic ? PackedVersions(basicBytes, layout: layout) : nil }
  }

  /// The extended table.
  package var extended: ExtendedVersions {
    @_lifetime(copy self) get { ExtendedVersions(crcs: crcBytes, names: nameBytes, layout: layout) }
  }

  /// The layouts that are present, in the order `__versions` first.
  package var layouts: [VersionLayout] {
    var found: [VersionLayout] = []
    if hasBasic {
      if packed != nil {
        found.append(.packed)
      } else {
        found.append(.basic)
        let table = basic
        for index in 0..<table.count {
          guard let record = table.record(at: index) else { break }
          if record.digest != nil {
            found.append(.hashed)
            break
          }
        }
      }
    }
    if hasExtended { found.append(.extended) }
    return found
  }

  /// Calls `body` for every record of every table, with its layout.
  package func forEach(_ body: (VersionLayout, borrowing VersionRecord) -> Void) {
    if let packed {
      packed.forEach { body(.packed, $0) }
    } else if hasBasic {
      let table = basic
      for index in 0..<table.count {
        guard let record = table.record(at: index) else { break }
        body(record.digest == nil ? .basic : .hashed, record)
      }
    }
    if hasExtended { extended.forEach { body(.extended, $0) } }
  }

  /// Everything that is wrong, with the section it is in.
  package func defects() -> [(section: String, defect: VersionDefect)] {
    var found = sectionDefects.map { (section: "module", defect: $0) }
    if let packed {
      found += packed.defects().map { ("__versions", $0) }
    } else if hasBasic {
      found += basic.defects().map { ("__versions", $0) }
    }
    if hasExtended { found += extended.defects().map { ("__version_ext_names", $0) } }
    if hasBasic && hasExtended { found += disagreements().map { ("__version_ext_names", $0) } }
    return found
  }

  /// What makes a table unreadable in part: a fast subset of ``defects()``, without looking for
  /// duplicates and stray bytes.
  package func structuralDefects() -> [(section: String, defect: VersionDefect)] {
    var found = sectionDefects.map { (section: "module", defect: $0) }
    if hasBasic, packed == nil {
      let table = basic
      if table.surplus != 0 {
        found.append(
          (
            "__versions",
            VersionDefect(
              .surplusBytes(table.surplus), offset: basicBytes.byteCount - table.surplus)
          ))
      }
      for index in 0..<table.count {
        guard let record = table.record(at: index) else { break }
        if record.name.byteCount > BasicVersions.longestName(layout) {
          let defect = VersionDefect(
            .unterminatedName, name: record.name.text, offset: record.offset)
          found.append(("__versions", defect))
        }
      }
    }
    if hasExtended, !extended.hasNameForEveryCRC {
      found.append(
        ("__version_ext_names", VersionDefect(.crcsWithoutName(1), offset: nameBytes.byteCount)))
    }
    return found
  }

  /// Where basic and extended tables differ: CRCs, or names that only one of them has though both
  /// could.
  private func disagreements() -> [VersionDefect] {
    var basicCRCs: [[UInt8]: UInt64] = [:]
    var found: [VersionDefect] = []
    forEach { layout, record in
      if layout != .extended, record.digest == nil {
        let name = record.name.array
        if basicCRCs[name] == nil { basicCRCs[name] = record.crc }
      }
    }
    var extendedNames: Set<[UInt8]> = []
    let longest = packed == nil ? BasicVersions.longestName(layout) : Int.max
    forEach { layout, record in
      guard layout == .extended else { return }
      let name = record.name.array
      guard extendedNames.insert(name).inserted, !name.isEmpty else { return }
      if let crc = basicCRCs[name] {
        if crc != record.crc {
          found.append(
            VersionDefect(
              .disagreement(basic: crc, extended: record.crc), name: record.name.text,
              offset: record.offset))
        }
      } else if name.count <= longest {
        found.append(
          VersionDefect(
            .onlyInOneTable(missingIn: .basic), name: record.name.text, offset: record.offset))
      }
    }
    forEach { layout, record in
      if layout != .extended, record.digest == nil, record.name.byteCount > 0,
        !extendedNames.contains(record.name.array)
      {
        found.append(
          VersionDefect(
            .onlyInOneTable(missingIn: .extended), name: record.name.text, offset: record.offset))
      }
    }
    return found
  }

  private static func find(
    _ name: StaticString, in file: borrowing ELFFile, _ defects: inout [VersionDefect]
  ) -> (section: ELFSection, isAllocated: Bool)? {
    var index = file.sectionIndex(named: name)
    let first = index
    while let current = index, !file.sections[current].flags.contains(.alloc) {
      index = file.sectionIndex(named: name, from: current + 1)
    }
    guard let chosen = index ?? first else { return nil }
    if index != first || index == nil {
      defects.append(VersionDefect(.notAllocated(section: "\(name)"), offset: 0))
    }
    let section = file.sections[chosen]
    if section.type == .nobits {
      defects.append(VersionDefect(.withoutBytes(section: "\(name)"), offset: 0))
    }
    return (section, index != nil)
  }
}
