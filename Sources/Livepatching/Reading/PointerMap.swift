internal import ByteStorage
internal import ELFFormat

/// The pointers that relocations will put into a module's data, by place.
struct PointerMap: ~Escapable {
  /// What a pointer will point to.
  struct Target {
    /// Index of the section, or `nil` for a symbol of another module.
    let section: Int?
    /// Offset in the section, in bytes.
    let offset: UInt64
    /// Index of the symbol that the relocation names, and what is added to it.
    let symbol: Int
    let addend: Int64
  }

  private struct Place {
    let offset: UInt64
    let symbol: UInt32
    let addend: Int64
  }

  let elf: ELFFile
  let symbols: ELFSymbolTable
  /// Relocations by section that they apply to, sorted by offset; filled as needed.
  private var places: [Int: [Place]] = [:]

  @_lifetime(copy elf, copy symbols)
  init(_ elf: ELFFile, _ symbols: ELFSymbolTable) {
    self.elf = elf
    self.symbols = symbols
  }

  /// The pointer at a place.
  mutating func target(_ section: Int, _ offset: UInt64) -> Target? {
    load(section)
    guard let list = places[section], let index = PointerMap.first(in: list, notBelow: offset),
      list[index].offset == offset
    else { return nil }
    return resolve(list[index])
  }

  /// Offsets of all pointers in a range of a section.
  mutating func offsets(_ section: Int, _ range: Range<UInt64>) -> [UInt64] {
    load(section)
    guard let list = places[section],
      let first = PointerMap.first(in: list, notBelow: range.lowerBound)
    else { return [] }
    return list[first...].prefix { $0.offset < range.upperBound }.map(\.offset)
  }

  /// All pointers of a section.
  mutating func all(_ section: Int) -> [(offset: UInt64, target: Target)] {
    load(section)
    return (places[section] ?? []).compactMap { place in resolve(place).map { (place.offset, $0) } }
  }

  /// The text that the pointer at a place will point to.
  mutating func text(_ section: Int, _ offset: UInt64) -> String? {
    guard let target = target(section, offset), let index = target.section,
      index < elf.sections.count, let start = Int(exactly: target.offset),
      let bytes = try? elf.bytes(of: elf.sections[index])
    else { return nil }
    return bytes.cString(at: start, limit: ELFSymbolTable.longestName)?.text
  }

  /// An integer of the module's data.
  func word(_ section: Int, _ offset: UInt64) -> UInt64 {
    guard section < elf.sections.count, let start = Int(exactly: offset),
      let bytes = try? elf.bytes(of: elf.sections[section])
    else { return 0 }
    return elf.layout.word(bytes, at: start) ?? 0
  }

  private func resolve(_ place: Place) -> Target? {
    guard let symbol = symbols.symbol(at: Int(place.symbol)) else { return nil }
    let isHere =
      symbol.sectionIndex != ELFSectionIndex.undefined
      && Int(symbol.sectionIndex) < elf.sections.count
    return Target(
      section: isHere ? Int(symbol.sectionIndex) : nil,
      offset: symbol.value &+ UInt64(bitPattern: place.addend), symbol: Int(place.symbol),
      addend: place.addend)
  }

  private mutating func load(_ section: Int) {
    guard places[section] == nil else { return }
    var list: [Place] = []
    let livepatchFlag = LivepatchParser.relocationFlag
    for table in elf.sections where Int(table.info) == section && table.type == .rela {
      guard table.flags.rawValue & livepatchFlag == 0, let bytes = try? elf.bytes(of: table) else {
        continue
      }
      let relocations = ELFRelocations(
        bytes, hasAddends: true, layout: elf.layout, machine: elf.header.machine)
      for index in 0..<relocations.count {
        // Type 0 does nothing on every architecture.
        guard let entry = relocations.relocation(at: index), entry.type != 0 else { continue }
        list.append(Place(offset: entry.offset, symbol: entry.symbol, addend: entry.addend))
      }
      break
    }
    list.sort { $0.offset < $1.offset }
    places[section] = list
  }

  private static func first(in list: [Place], notBelow offset: UInt64) -> Int? {
    let low = list.partitionIndex { $0.offset < offset }
    return low < list.count ? low : nil
  }
}
