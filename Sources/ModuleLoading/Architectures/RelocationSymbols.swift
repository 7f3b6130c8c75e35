internal import ByteStorage
internal import ELFFormat

/// The symbols that relocations refer to, as far as the file says what they will be.
struct RelocationSymbols: ~Escapable {
  /// What a symbol's value is when relocations are applied.
  enum Value {
    /// The number itself.
    case number(UInt64)
    /// An address in the module, at an offset in a section.
    case own(section: Int, offset: UInt64)
    /// An address in the kernel or in another module.
    case foreign
    /// Not known: a weak symbol that may stay unresolved, or one for each processor.
    case unknown
  }

  private let map: SectionMap
  private let table: ELFSymbolTable
  let sections: [ELFSection]
  private let perCPU: Int
  private let indices: ELFValidity.Indices
  /// Number of entries.
  let count: Int

  @_lifetime(copy map)
  init(_ map: borrowing SectionMap, _ indices: ELFValidity.Indices) {
    self.map = copy map
    self.indices = indices
    let entries = map.bytes(indices.symbols)
    table = ELFSymbolTable(
      entries: entries, strings: map.bytesToEnd(indices.strings), layout: map.layout)
    sections = map.sections
    perCPU = map.find(".data..percpu")
    count = entries.byteCount / map.layout.symbolSize
  }

  /// The value of a symbol.
  func value(of index: Int) -> Value {
    guard let symbol = table.symbol(at: index) else { return .unknown }
    switch symbol.sectionIndex {
    case ELFSectionIndex.absolute, ELFSectionIndex.livepatch: return .number(symbol.value)
    case ELFSectionIndex.undefined:
      // What is undefined has no name only at index 0.
      if index == 0 { return .number(0) }
      return symbol.isWeak ? .unknown : .foreign
    default:
      let section = Int(symbol.sectionIndex)
      guard section < sections.count, section != perCPU,
        sections[section].flags.contains(.alloc)
      else { return .unknown }
      return .own(section: section, offset: symbol.value)
    }
  }

  /// Whether a section lies in the module's memory, not in the copy of its file.
  func isKept(_ section: Int) -> Bool { !indices.isDropped(section) }

  /// Whether a section begins at a multiple of a power of two.
  func isAligned(_ section: Int, to unit: UInt64 = 4) -> Bool {
    sections[section].alignment >= unit && sections[section].alignment % unit == 0
  }

  /// The distance of a section's start from a multiple of four, where the file says it: what is not kept
  /// lies in the copy of the file, which begins at a page.
  func misalignment(of section: Int) -> UInt64? {
    if !isKept(section) { return sections[section].offset & 3 }
    return isAligned(section) ? 0 : nil
  }

  /// Whether a symbol's value comes from the kernel or another module: it has no section, or one of a
  /// livepatch.
  func isElsewhere(_ index: Int) -> Bool {
    guard let symbol = table.symbol(at: index) else { return false }
    return [ELFSectionIndex.undefined, ELFSectionIndex.livepatch].contains(symbol.sectionIndex)
  }

  /// Whether two symbols certainly have different values. Of two of the kernel's nobody knows.
  func areDifferent(_ first: Int, _ second: Int) -> Bool {
    guard first != second else { return false }
    switch (value(of: first), value(of: second)) {
    case (.number(let first), .number(let second)): return first != second
    case (.own(let section, let offset), .own(let other, let otherOffset)):
      if section == other { return offset != otherOffset }
      return offset < sections[section].size && otherOffset < sections[other].size
    case (.own(let section, let offset), .foreign), (.foreign, .own(let section, let offset)):
      return offset < sections[section].size
    default: return false
    }
  }

  /// Whether a section is the module's TOC, which has a name and need not be allocated.
  func isTOC(_ section: Int) -> Bool { map.isNamed(sections[section], ".toc") }

  /// Whether the kernel is little-endian.
  var isLittleEndian: Bool { map.layout.order == .little }

  /// Whether a symbol is weak.
  func isWeak(_ index: Int) -> Bool { table.symbol(at: index)?.isWeak ?? false }

  /// The word at an offset of a section, as the file has it.
  func word(at offset: UInt64, of section: Int) -> UInt32? {
    guard sections[section].type != .nobits, let start = Int(exactly: offset) else { return nil }
    return map.bytes(section).integer(UInt32.self, at: start, map.layout.order)
  }

  /// The name of a symbol; empty for a section's.
  func name(of index: Int) -> String {
    guard let symbol = table.symbol(at: index) else { return "" }
    return table.name(of: symbol).text
  }
}
