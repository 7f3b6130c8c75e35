internal import ByteStorage
internal import ELFFormat

/// A module's sections as they lie in the kernel's memory, before relocations: what runs past the
/// end of one runs into the next of its kind.
///
/// - Note: `layout_sections` and `module_get_offset` (kernel/module/main.c), 5.10 to 7.2. Each kind
///   begins and ends on a page of its own; gaps are zero.
struct ModuleMemory: ~Escapable {
  /// An address: a distance from the first section of a kind.
  struct Place: Hashable {
    let kind: Int
    var offset: Int
  }

  private let map: SectionMap
  /// By section; `nil` for those that are not kept.
  private let places: [Place?]
  /// Sections by kind, in order.
  private let sections: [[Int]]

  @_lifetime(copy map) init(_ map: SectionMap, _ indices: ELFValidity.Indices) {
    self.map = map
    var places = [Place?](repeating: nil, count: map.sections.count)
    var sections: [[Int]] = Array(repeating: [], count: 8)
    var sizes = [UInt64](repeating: 0, count: 8)
    let perCPU = map.find(".data..percpu")
    let readOnlyLater = map.find(".data..ro_after_init")
    for (index, section) in map.sections.enumerated()
    where section.flags.contains(.alloc) && !indices.isDropped(index) && index != perCPU {
      var kind =
        section.flags.contains(.execInstructions)
        ? 0 : !section.flags.contains(.write) ? 1 : index == readOnlyLater ? 2 : 3
      if map.nameBytes(of: section).starts(with: ".init".utf8) { kind += 4 }
      let mask = max(1, section.alignment) &- 1
      let start = (sizes[kind] &+ mask) & ~mask
      guard let offset = Int(exactly: start), section.size < 1 << 40, start < 1 << 40 else { break }
      places[index] = Place(kind: kind, offset: offset)
      sections[kind].append(index)
      sizes[kind] = start + section.size
    }
    (self.places, self.sections) = (places, sections)
  }

  /// Where a place in a section lies; `nil` for sections that are not kept.
  func place(_ section: Int, _ offset: Int) -> Place? {
    guard section >= 0, section < places.count, var place = places[section] else { return nil }
    let (sum, overflow) = place.offset.addingReportingOverflow(offset)
    guard !overflow, sum >= 0 else { return nil }
    place.offset = sum
    return place
  }

  /// The NUL-terminated string at a place, of up to 4,096 bytes.
  func string(at place: Place) -> [UInt8] {
    var (found, position) = ([UInt8](), place.offset)
    for index in sections[place.kind] where found.count < ELFSymbolTable.longestName {
      guard let start = places[index]?.offset else { continue }
      // A gap is zero.
      if position < start { return found }
      let size = Int(clamping: map.sections[index].size)
      guard position - start < size else { continue }
      if map.sections[index].type == .nobits { return found }
      let bytes = map.bytes(index)
      guard let rest = bytes.suffix(from: position - start) else { return found }
      let limit = min(rest.byteCount, ELFSymbolTable.longestName - found.count)
      guard let part = rest.slice(0..<limit) else { return found }
      if let end = part.firstIndex(of: 0) { return found + (part.slice(0..<end)?.array ?? []) }
      found += part.array
      position = start + size
    }
    return found
  }

  /// The bytes at a place as a number in the module's byte order; gaps are zero.
  func number(at place: Place, size: Int) -> UInt64 {
    var value: UInt64 = 0
    for step in 0..<size {
      let shift = 8 * (map.layout.order == .little ? step : size - 1 - step)
      value |=
        UInt64(byte(at: Place(kind: place.kind, offset: place.offset + step))) << UInt64(shift)
    }
    return value
  }

  private func byte(at place: Place) -> UInt8 {
    let own = sections[place.kind]
    let low = own.partitionIndex { (places[$0]?.offset ?? 0) <= place.offset }
    // Empty sections share a place with what follows them.
    for index in own[..<low].reversed() {
      guard let start = places[index]?.offset else { return 0 }
      let size = Int(clamping: map.sections[index].size)
      if size == 0 { continue }
      guard place.offset - start < size, map.sections[index].type != .nobits else { return 0 }
      return map.bytes(index).byte(at: place.offset - start) ?? 0
    }
    return 0
  }
}
