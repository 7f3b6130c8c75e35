package import ByteStorage
package import ELFFormat
internal import ModuleFiles

extension Livepatch {
  /// Reads what a module patches and names.
  ///
  /// - Parameters:
  ///   - elf: The module.
  ///   - symbolTable: Index of its symbol table, if the caller knows it.
  ///   - rules: The rules of the release, which say how long names may be.
  /// - Throws: ``ParseError`` if the symbol table or modinfo lie outside of the file.
  package init(_ elf: ELFFile, symbolTable: Int? = nil, rules: LivepatchRules) throws(ParseError) {
    self.init()
    let module = ModuleFile(elf)
    if let info = try module.info() {
      isMarked = info.value("livepatch") != nil
      moduleName = info.value("name") ?? ""
    }
    if let name = try module.structureName(), !name.isEmpty { moduleName = name }
    guard let index = symbolTable ?? elf.sectionIndex(ofType: .symtab) else { return }
    symbolTableIndex = index
    var parser = LivepatchParser(elf, try elf.symbolTable(at: index), rules)
    parser.readImports(into: &self)
    parser.readSections(into: &self)
    guard isLivepatch || parser.hasCarrierSection else { return }
    parser.readPatch(into: &self)
  }

  /// Whether a section is marked as relocations for the livepatch core (`SHF_RELA_LIVEPATCH`).
  package static func isRelocationSection(_ section: ELFSection) -> Bool {
    section.flags.rawValue & LivepatchParser.relocationFlag != 0
  }
}

/// Reads a livepatch module.
struct LivepatchParser: ~Escapable {
  /// `SHF_RELA_LIVEPATCH`.
  static let relocationFlag: UInt64 = 0x0010_0000
  /// Most text of names to keep, in bytes: real livepatches have a thousandth.
  static let mostText = 64 << 20

  let rules: LivepatchRules
  var pointers: PointerMap
  /// Functions by section and offset, filled once.
  var functionNames: [Place: (name: String, size: UInt64)] = [:]
  /// Sizes of data objects by section and offset, filled when needed.
  var objectSizes: [Place: UInt64] = [:]
  var textSize = 0

  /// A place in the module.
  struct Place: Hashable {
    let section: Int
    let offset: UInt64
  }

  @_lifetime(copy elf, copy symbols)
  init(_ elf: ELFFile, _ symbols: ELFSymbolTable, _ rules: LivepatchRules) {
    self.rules = rules
    pointers = PointerMap(elf, symbols)
  }

  var hasCarrierSection: Bool { carrierSection != nil }

  /// The section of klp-build's objects, by its present name or that of the first releases.
  var carrierSection: (index: Int, name: String)? {
    if let index = pointers.elf.sectionIndex(named: ".init.klp_objects") {
      return (index, ".init.klp_objects")
    }
    return pointers.elf.sectionIndex(named: "__klp_objects").map { ($0, "__klp_objects") }
  }

  func readImports(into patch: inout Livepatch) {
    let symbols = pointers.symbols
    for index in 0..<symbols.count {
      guard let symbol = symbols.symbol(at: index),
        symbol.sectionIndex == ELFSectionIndex.undefined, symbol.nameOffset != 0
      else { continue }
      let name = symbols.name(of: symbol)
      guard name.starts(with: "klp_") else { continue }
      if name.equals("klp_enable_patch") { patch.enablesPatch = true }
      if name.equals("klp_find_section_by_name") { patch.findsSections = true }
      if name.starts(with: "klp_shadow_") { patch.usesShadowVariables = true }
    }
  }

  mutating func readSections(into patch: inout Livepatch) {
    let elf = pointers.elf
    var remaining = elf.source.count
    for (index, section) in elf.sections.enumerated() {
      guard Livepatch.isRelocationSection(section), index > 0 else { continue }
      let title = elf.name(of: section)
      let target = Int(section.info)
      var bytes = RawSpan()
      if let there = try? elf.bytes(of: section) { bytes = there }
      // Sections of real files do not overlap; 65,000 that do would each cost the file.
      guard bytes.byteCount <= remaining else {
        patch.omissions.append(.init(code: .overlappingSections))
        return
      }
      remaining -= bytes.byteCount
      let table = ELFRelocations(
        bytes, hasAddends: true, layout: elf.layout, machine: elf.header.machine)
      var found = LivepatchSection(
        index: index, title: title.text, name: LivepatchSectionName(parsing: title),
        isApplied: target < elf.sections.count && elf.sections[target].flags.contains(.alloc),
        count: table.count)
      var seen: Set<UInt32> = []
      for number in 0..<table.count {
        guard let entry = table.relocation(at: number), seen.insert(entry.symbol).inserted else {
          continue
        }
        guard textSize < LivepatchParser.mostText else {
          patch.omissions.append(.init(code: .longNames))
          break
        }
        found.references.append(reference(to: Int(entry.symbol), number))
      }
      patch.sections.append(found)
    }
  }

  private mutating func reference(to index: Int, _ number: Int) -> LivepatchReference {
    let symbols = pointers.symbols
    guard let symbol = symbols.symbol(at: index) else {
      return LivepatchReference(
        firstUse: number, title: nil, isMarked: false, isFunction: nil, name: nil)
    }
    let title = symbols.name(of: symbol)
    textSize += title.byteCount
    return LivepatchReference(
      firstUse: number, title: title.text,
      isMarked: symbol.sectionIndex == ELFSectionIndex.livepatch,
      isFunction: symbol.type == .function ? true : symbol.type == .object ? false : nil,
      name: LivepatchSymbolName(parsing: title, longestName: rules.longestName))
  }
}
