internal import ByteStorage
internal import ELFFormat

// Releases 5.10 to 6.12: one loop over the sections.
extension ELFValidity {
  mutating func validateInOneLoop() throws(Failure) {
    let nameIndex = try nameTableIndex()
    let table = map.sections[nameIndex]
    guard map.isInside(table) else {
      throw failure("Invalid ELF section hdr(type \(table.type.rawValue))")
    }
    map.names = map.bytes(nameIndex)
    if table.size == 0 { try lookBefore(table) }
    if let last = map.names.byte(at: map.names.byteCount - 1), last != 0 {
      throw failure("ELF Spec violation: section name table isn't null terminated")
    }
    if let failure = sectionZeroFailure() { throw failure }
    for (index, section) in map.sections.enumerated().dropFirst() {
      // Before 5.10 those without a type were looked at, too.
      if section.type == .nobits || section.type == .null && rules.has(.namesSectionDefects) {
        continue
      }
      if section.type == .symtab, section.link == 0 || Int(section.link) >= map.sections.count {
        throw failure(linkLine(section.link))
      }
      // These two lines have been there before the others got theirs.
      guard map.isInside(section) else {
        throw Failure(
          rules.has(.namesSectionDefects)
            ? ELFValidity.rangeLine(index, section) : "Module len \(map.length) truncated")
      }
      if section.flags.contains(.alloc), UInt64(section.nameOffset) >= table.size {
        throw Failure(ELFValidity.nameLine(index, section))
      }
    }
    if rules.has(.countsSpecialSections) { try findAsOf64() } else { try findAsOf510() }
    if !ignoresModversions { indices.versions = map.find("__versions") }
  }

  /// What the loader makes of an empty table of section names: until it said so it looked at the byte before, and
  /// before a file's first byte there is no memory.
  ///
  /// - Note: `elf_validity_check`, 5.10.223 and 391e982bfa63 (5.19).
  private func lookBefore(_ table: ELFSection) throws(Failure) {
    if rules.has(.namesHeaderDefects) { throw failure("empty section name table") }
    guard rules.has(.namesSectionDefects) else { return }
    guard table.offset > 0 else { throw Failure(nil, isCrash: true) }
    let before = try? map.source.bytes(at: table.offset - 1, size: 1, in: "section names")
    if before?.byte(at: 0) != 0 { throw Failure(nil) }
  }

  /// `setup_load_info`, up to 6.3.
  mutating func findAsOf510() throws(Failure) {
    indices.info = map.find(".modinfo")
    infoName = readInfoName()
    let indexes = map.sections.indices.dropFirst()
    guard let symbols = indexes.first(where: { map.sections[$0].type == .symtab }) else {
      throw Failure("\(shownName): module has no symbols (stripped?)", isOfSetup: true)
    }
    indices.symbols = symbols
    indices.strings = Int(map.sections[symbols].link)
    indices.structure = map.find(".gnu.linkonce.this_module")
    guard indices.structure != 0 else {
      throw Failure("\(shownName): No module found in object", isOfSetup: true)
    }
  }

  /// The second half of `elf_validity_cache_copy`, 6.4 to 6.12.
  mutating func findAsOf64() throws(Failure) {
    let isStored: (ELFSection) -> Bool = { $0.type != .null && $0.type != .nobits }
    let infos = map.all(".modinfo", where: isStored)
    if infos.count > 1 { throw Failure("Only one .modinfo section must exist.") }
    indices.info = infos.first ?? 0
    infoName = readInfoName()
    try findSymbolTable()
    indices.strings = Int(map.sections[indices.symbols].link)
    let structures = map.all(".gnu.linkonce.this_module", where: isStored)
    guard structures.count == 1, let structure = structures.first else {
      throw Failure("module \(shownName): Only one .gnu.linkonce.this_module section must exist.")
    }
    try checkStructure(structure)
  }
}
