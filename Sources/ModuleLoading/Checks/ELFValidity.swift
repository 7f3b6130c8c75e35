internal import ByteStorage
internal import ELFFormat
internal import ModuleFiles

/// The loader's checks of a module's ELF structure. Everything that fails is ENOEXEC.
///
/// - Note: kernel/module.c elf_validity_check (5.10); kernel/module/main.c elf_validity_check (6.1),
///   elf_validity_cache_copy (6.12), elf_validity_ehdr and what follows it (7.2).
struct ELFValidity: ~Escapable {
  /// A failed check, with its log line unless it is silent.
  struct Failure: Error {
    let line: String?
    /// Whether it is of the set-up that follows the checks, up to 6.3.
    let isOfSetup: Bool

    init(_ line: String?, isOfSetup: Bool = false) {
      self.line = line
      self.isOfSetup = isOfSetup
    }
  }

  /// Where the loader found what it needs; 0 for absent.
  struct Indices {
    var info = 0
    var structure = 0
    var symbols = 0
    var strings = 0
    var versions = 0
    var extendedCRCs = 0
    var extendedNames = 0

    /// Whether the loader reads a section but keeps it not: it clears `SHF_ALLOC` there.
    func isDropped(_ index: Int) -> Bool {
      index == info || index == versions || index == extendedCRCs || index == extendedNames
    }
  }

  let rules: LoaderRules
  let machine: ELFMachine
  let structureSize: Int?
  let ignoresModversions: Bool
  private(set) var map: SectionMap
  private(set) var indices = Indices()
  /// The name that log lines use before the module structure is known (`info->name`).
  private(set) var infoName: String?

  /// Runs the checks of the header and the section headers.
  @_lifetime(copy source)
  init(
    _ source: ByteSource, length: Int, layout: ELFLayout, machine: ELFMachine, rules: LoaderRules,
    structureSize: Int?, ignoresModversions: Bool
  ) throws(Failure) {
    self.rules = rules
    self.machine = machine
    self.structureSize = structureSize
    self.ignoresModversions = ignoresModversions
    let names = rules.has(.namesHeaderDefects)
    func failure(_ line: String) -> Failure { Failure(names ? line : nil) }
    guard length >= layout.headerSize,
      let head = try? source.bytes(0..<layout.headerSize, in: "ELF header"),
      let header = try? ELFHeader(parsing: head, layout: layout)
    else { throw failure("Invalid ELF header len \(length)") }
    guard head.integer(UInt32.self, at: 0, .big) == 0x7f45_4c46 else {
      // As /dev/kmsg shows the unprintable byte.
      throw failure("Invalid ELF header magic: != \\x7fELF")
    }
    guard header.type == 1 else { throw failure("Invalid ELF header type: \(header.type) != 1") }
    guard header.machine == machine, ELFValidity.acceptsClass(head, layout, machine) else {
      throw failure("Invalid architecture in ELF header: \(header.machine.rawValue)")
    }
    if rules.has(.checksArchitectureFlags), machine == .powerPC64 {
      // A little-endian kernel is ELFv2, a big-endian one may be either.
      if layout.order == .little, header.flags & 3 != 2 {
        throw failure("Invalid module architecture in ELF header: \(header.machine.rawValue)")
      }
    }
    guard Int(header.sectionHeaderEntrySize) == layout.sectionHeaderSize else {
      throw failure("Invalid ELF section header size")
    }
    let count = Int(header.sectionHeaderCount)
    let tableSize = UInt64(count * layout.sectionHeaderSize)
    guard header.sectionHeaderOffset < UInt64(length),
      tableSize <= UInt64(length) - header.sectionHeaderOffset,
      let table = try? source.bytes(
        at: header.sectionHeaderOffset, size: tableSize, in: "section headers")
    else { throw failure("Invalid ELF section header overflow") }
    let sections = (0..<count).compactMap {
      ELFSection(parsing: table, at: $0 * layout.sectionHeaderSize, layout: layout)
    }
    map = SectionMap(source, length: length, header: header, sections: sections)
    if rules.has(.validatesStringTables) {
      try validateStepByStep()
    } else {
      try validateInOneLoop()
    }
  }

  /// riscv, s390 and parisc compare the class too.
  private static func acceptsClass(
    _ head: RawSpan, _ layout: ELFLayout, _ machine: ELFMachine
  ) -> Bool {
    guard machine == .riscV || machine == .s390 || machine == .parisc else { return true }
    return head.byte(at: 4) == (layout.is64Bit ? 2 : 1)
  }

  private func failure(_ line: String) -> Failure {
    Failure(rules.has(.namesHeaderDefects) ? line : nil)
  }

  private var shownName: String { infoName ?? "(missing .modinfo section or name field)" }

  private func sectionZeroFailure() -> Failure? {
    // With no section at all the loader looks at what lies where the first would be.
    guard let first = map.sections.first else { return nil }
    if first.type == .null && first.size == 0 && first.address == 0 { return nil }
    return failure(
      "ELF Spec violation: section 0 type(\(Int32(bitPattern: first.type.rawValue)))!=SH_NULL"
        + " or non-zero len or addr")
  }

  private func nameTableIndex() throws(Failure) -> Int {
    let index = Int(map.header.sectionNameTableIndex)
    guard index != 0, index < map.sections.count else {
      throw failure(
        "Invalid ELF section name index: \(index) || e_shstrndx (\(index)) >= e_shnum "
          + "(\(map.sections.count))")
    }
    return index
  }

  private static func rangeLine(_ index: Int, _ section: ELFSection) -> String {
    "Invalid ELF section in module (section \(index) type \(section.type.rawValue))"
  }

  private static func nameLine(_ index: Int, _ section: ELFSection) -> String {
    "Invalid ELF section name in module (section \(index) type \(section.type.rawValue))"
  }

  private func linkLine(_ link: UInt32) -> String {
    let shown = Int32(bitPattern: link)
    return "Invalid ELF sh_link!=SHN_UNDEF(\(shown)) or (sh_link(\(shown)) >= hdr->e_shnum"
      + "(\(map.sections.count))"
  }

  // MARK: 5.10 to 6.12

  private mutating func validateInOneLoop() throws(Failure) {
    let nameIndex = try nameTableIndex()
    let table = map.sections[nameIndex]
    guard map.isInside(table) else {
      throw failure("Invalid ELF section hdr(type \(table.type.rawValue))")
    }
    map.names = map.bytes(nameIndex)
    // 5.10 looks at the byte before an empty table.
    if table.size == 0, rules.has(.namesHeaderDefects) {
      throw failure("empty section name table")
    }
    if let last = map.names.byte(at: map.names.byteCount - 1), last != 0 {
      throw failure("ELF Spec violation: section name table isn't null terminated")
    }
    if let failure = sectionZeroFailure() { throw failure }
    for (index, section) in map.sections.enumerated().dropFirst() {
      if section.type == .null || section.type == .nobits { continue }
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
    if rules.has(.countsSpecialSections) {
      try findAsOf64()
    } else {
      try findAsOf510()
    }
    if !ignoresModversions { indices.versions = map.find("__versions") }
  }

  /// `setup_load_info`, up to 6.3.
  private mutating func findAsOf510() throws(Failure) {
    indices.info = map.find(".modinfo")
    infoName = readInfoName()
    guard let symbols = map.sections.firstIndex(where: { $0.type == .symtab }), symbols > 0 else {
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
  private mutating func findAsOf64() throws(Failure) {
    let isStored: (ELFSection) -> Bool = { $0.type != .null && $0.type != .nobits }
    let infos = map.all(".modinfo", where: isStored)
    if infos.count > 1 { throw Failure("Only one .modinfo section must exist.") }
    indices.info = infos.first ?? 0
    infoName = readInfoName()
    try findSymbolTable()
    indices.strings = Int(map.sections[indices.symbols].link)
    let structures = map.all(".gnu.linkonce.this_module", where: isStored)
    guard structures.count == 1, let structure = structures.first else {
      throw Failure(
        "module \(shownName): Only one .gnu.linkonce.this_module section must exist.")
    }
    try checkStructure(structure)
  }

  // MARK: 6.13 and later

  private mutating func validateStepByStep() throws(Failure) {
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
    try validateStrings()
  }

  private mutating func validateNameTable() throws(Failure) {
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

  private mutating func findVersions() throws(Failure) {
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

  private func validateStrings() throws(Failure) {
    let section = map.sections[indices.strings]
    let strings = map.bytes(indices.strings)
    guard section.size > 0 else { throw Failure("empty symbol string table") }
    guard strings.byte(at: 0) == 0 else {
      throw Failure("symbol string table missing leading NUL")
    }
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

  // MARK: Common parts

  private mutating func findSymbolTable() throws(Failure) {
    let tables = map.sections.indices.dropFirst().filter { map.sections[$0].type == .symtab }
    guard tables.count == 1, let only = tables.first else {
      throw Failure("\(shownName): module has no symbols (stripped?)")
    }
    indices.symbols = only
  }

  private mutating func checkStructure(_ index: Int) throws(Failure) {
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

  private func readInfoName() -> String? {
    guard indices.info != 0 else { return nil }
    return map.moduleInfo(indices.info).value("name")
  }
}
