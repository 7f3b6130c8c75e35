internal import ByteStorage
internal import ELFFormat
internal import KernelReleases

// Releases since 6.13, and late ones of 6.12: step by step.
extension ELFValidity {
  mutating func validateStepByStep() throws(Failure) {
    if let failure = sectionZeroFailure() { throw failure }
    for (index, section) in map.sections.enumerated().dropFirst()
    where section.type != .null && section.type != .nobits {
      guard map.isInside(section) else { throw Failure(ELFValidity.rangeLine(index, section)) }
    }
    try validateNameTable()
    let infos = map.all(".modinfo", where: { _ in true })
    if infos.count > 1 { throw Failure("Only one .modinfo section must exist.") }
    indices.info = infos.first ?? 0
    infoName = readInfoName()
    let structures = map.all(".gnu.linkonce.this_module", where: { _ in true })
    guard structures.count == 1, let structure = structures.first else {
      throw Failure(
        "module \(shownName): Exactly one .gnu.linkonce.this_module section must exist.")
    }
    try checkStructure(structure)
    try findSymbolTable()
    let link = map.sections[indices.symbols].link
    guard link != 0, Int(link) < map.sections.count else { throw Failure(linkLine(link)) }
    indices.strings = Int(link)
    let strings = map.sections[indices.strings]
    guard strings.type == .strtab else {
      throw Failure("Invalid ELF symbol string table type: \(strings.type.rawValue)")
    }
    try findVersions()
    if rules.has(.validatesStringTables) { try validateStrings() }
  }

  mutating func validateNameTable() throws(Failure) {
    let nameIndex = try nameTableIndex()
    let table = map.sections[nameIndex]
    guard table.type == .strtab else {
      throw Failure("Invalid ELF section name table type: \(table.type.rawValue)")
    }
    guard table.size > 0 else { throw Failure("empty section name table") }
    map.names = map.bytes(nameIndex)
    guard map.names.byte(at: map.names.byteCount - 1) == 0 else {
      throw Failure("ELF Spec violation: section name table isn't null terminated")
    }
    for (index, section) in map.sections.enumerated()
    where section.type != .null && UInt64(section.nameOffset) >= table.size {
      throw Failure(ELFValidity.nameLine(index, section))
    }
  }

  mutating func findVersions() throws(Failure) {
    guard !ignoresModversions else { return }
    if rules.has(.readsExtendedVersions) {
      let crcs = map.find("__version_ext_crcs")
      let names = map.find("__version_ext_names")
      guard (crcs != 0) == (names != 0) else {
        throw Failure("extended version crc+name presence does not match")
      }
      if crcs != 0 {
        let count = map.sections[crcs].size / 4
        var offset = 0
        let bytes = map.bytes(names)
        for _ in 0..<count {
          guard let name = bytes.cString(at: offset) else {
            throw Failure("more extended version crcs than names")
          }
          offset += name.byteCount + 1
        }
      }
      indices.extendedCRCs = crcs
      indices.extendedNames = names
    }
    indices.versions = map.find("__versions")
  }

  func validateStrings() throws(Failure) {
    let section = map.sections[indices.strings]
    let strings = map.bytes(indices.strings)
    guard section.size > 0 else { throw Failure("empty symbol string table") }
    guard strings.byte(at: 0) == 0 else { throw Failure("symbol string table missing leading NUL") }
    guard strings.byte(at: strings.byteCount - 1) == 0 else {
      throw Failure("symbol string table isn't NUL terminated")
    }
    let entries = map.bytes(indices.symbols)
    let size = map.layout.symbolSize
    for index in 0..<(entries.byteCount / size) {
      guard let name = map.layout.word32(entries, at: index &* size), UInt64(name) < section.size
      else { throw Failure("symbol name out of bounds in string table") }
    }
  }
}
