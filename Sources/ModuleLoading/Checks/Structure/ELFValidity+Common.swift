internal import ByteStorage
internal import ELFFormat
internal import ModuleFiles

extension ELFValidity {
  func failure(_ line: String) -> Failure { Failure(rules.has(.namesHeaderDefects) ? line : nil) }

  var shownName: String { infoName ?? "(missing .modinfo section or name field)" }

  func sectionZeroFailure() -> Failure? {
    // With no section at all the loader looks at what lies where the first would be.
    guard let first = map.sections.first else { return nil }
    if first.type == .null && first.size == 0 && first.address == 0 { return nil }
    return failure(
      "ELF Spec violation: section 0 type(\(Int32(bitPattern: first.type.rawValue)))!=SH_NULL"
        + " or non-zero len or addr")
  }

  func nameTableIndex() throws(Failure) -> Int {
    let index = Int(map.header.sectionNameTableIndex)
    guard index != 0, index < map.sections.count else {
      throw failure(
        "Invalid ELF section name index: \(index) || e_shstrndx (\(index)) >= e_shnum "
          + "(\(map.sections.count))")
    }
    return index
  }

  static func rangeLine(_ index: Int, _ section: ELFSection) -> String {
    "Invalid ELF section in module (section \(index) type \(section.type.rawValue))"
  }

  static func nameLine(_ index: Int, _ section: ELFSection) -> String {
    "Invalid ELF section name in module (section \(index) type \(section.type.rawValue))"
  }

  func linkLine(_ link: UInt32) -> String {
    let shown = Int32(bitPattern: link)
    return "Invalid ELF sh_link!=SHN_UNDEF(\(shown)) or (sh_link(\(shown)) >= hdr->e_shnum"
      + "(\(map.sections.count))"
  }

  mutating func findSymbolTable() throws(Failure) {
    let tables = map.sections.indices.dropFirst().filter { map.sections[$0].type == .symtab }
    guard tables.count == 1, let only = tables.first else {
      throw Failure("\(shownName): module has no symbols (stripped?)")
    }
    indices.symbols = only
  }

  mutating func checkStructure(_ index: Int) throws(Failure) {
    let section = map.sections[index]
    let what = "module \(shownName): .gnu.linkonce.this_module"
    guard section.type != .nobits else { throw Failure("\(what) section must have a size set") }
    guard section.flags.contains(.alloc) else {
      throw Failure("\(what) must occupy memory during process execution")
    }
    if rules.has(.checksStructureSize), let structureSize, section.size != UInt64(structureSize) {
      throw Failure(
        "\(what) section size must match the kernel's built struct module size at run time")
    }
    indices.structure = index
  }

  func readInfoName() -> String? {
    guard indices.info != 0 else { return nil }
    return map.moduleInfo(indices.info).bytes("name").map(LogText.text)
  }
}
