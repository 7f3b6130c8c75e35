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

  private let table: ELFSymbolTable
  private let sections: [ELFSection]
  private let perCPU: Int
  /// Number of entries.
  let count: Int

  @_lifetime(copy map)
  init(_ map: borrowing SectionMap, _ indices: ELFValidity.Indices) {
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

  /// Whether a section begins at a multiple of four.
  func isAligned(_ section: Int) -> Bool {
    sections[section].alignment >= 4 && sections[section].alignment % 4 == 0
  }

  /// The name of a symbol; empty for a section's.
  func name(of index: Int) -> String {
    guard let symbol = table.symbol(at: index) else { return "" }
    return table.name(of: symbol).text
  }
}
