internal import ByteStorage

/// What the addresses of a unit's entries depend on.
struct DWARFUnitBases {
  let unit: DWARFUnit
  /// Where the unit's part of `.debug_addr` begins, and of the offsets in `.debug_rnglists`.
  let addresses, rangeLists: Int
  /// `DW_AT_low_pc` of the unit, from which its lists of ranges count.
  fileprivate(set) var low: UInt64 = 0

  init(_ reader: borrowing DWARFReader, _ unit: DWARFUnit) {
    self.unit = unit
    let entry = unit.entries.lowerBound
    let header = unit.widths.offset == 8 ? 16 : 8
    addresses =
      reader.sectionOffset(entry, .addressBase) ?? reader.sectionOffset(entry, .gnuAddressBase)
      ?? (unit.version >= 5 ? header : 0)
    rangeLists = reader.sectionOffset(entry, .rangeListsBase) ?? header &+ 4
    low = reader.address(entry, .lowAddress, self) ?? 0
  }
}

extension DWARFReader {
  /// An address: as it is, or by its index in `.debug_addr`.
  func address(
    _ entry: Int, _ attribute: DWARFAttribute, _ bases: DWARFUnitBases
  ) -> UInt64? {
    guard let place = place(entry, attribute) else { return nil }
    let bytes = bytes(place)
    switch place.form.rawValue {
    case 0x01: return bytes.unsigned(bases.unit.addressSize, at: place.position, order)
    case 0x1b, 0x1f01:
      return address(bytes.unsignedLEB128(at: place.position)?.value, bases)
    case 0x29...0x2c:
      let size = Int(place.form.rawValue) &- 0x28
      return address(bytes.unsigned(size, at: place.position, order), bases)
    default: return nil
    }
  }

  private func address(_ index: UInt64?, _ bases: DWARFUnitBases) -> UInt64? {
    guard let index, index <= UInt64(UInt32.max) else { return nil }
    let size = bases.unit.addressSize
    let (place, overflow) = bases.addresses.addingReportingOverflow(Int(index) &* size)
    return overflow ? nil : addresses.unsigned(size, at: place, order)
  }

  /// The addresses of an entry, from `DW_AT_low_pc` to `DW_AT_high_pc` or those of `DW_AT_ranges`. At
  /// most `limit` are given, which is less by them after that.
  func ranges(of entry: Int, _ bases: DWARFUnitBases, limit: inout Int) -> [Range<UInt64>] {
    if has(entry, .ranges) { return listedRanges(of: entry, bases, &limit) }
    guard limit > 0, let low = address(entry, .lowAddress, bases) else { return [] }
    let high =
      address(entry, .highAddress, bases) ?? constant(entry, .highAddress).map { low &+ $0 } ?? low
    guard high > low else { return [] }
    limit &-= 1
    return [low..<high]
  }

  private func listedRanges(
    of entry: Int, _ bases: DWARFUnitBases, _ limit: inout Int
  ) -> [Range<UInt64>] {
    var found: [Range<UInt64>] = []
    guard let offset = rangesOffset(of: entry, bases) else { return found }
    let isOld = bases.unit.version < 5
    var (position, base) = (offset, bases.low)
    while limit > 0 {
      guard
        let step = isOld ? pair(at: position, &base, bases) : listed(at: position, &base, bases)
      else { break }
      limit &-= 1
      position = step.next
      if let range = step.range { found.append(range) }
    }
    return found
  }

  private func rangesOffset(of entry: Int, _ bases: DWARFUnitBases) -> Int? {
    guard let place = place(entry, .ranges), place.form.rawValue == 0x23 else {
      return sectionOffset(entry, .ranges)
    }
    guard let index = bytes(place).unsignedLEB128(at: place.position)?.value,
      index <= UInt64(UInt32.max)
    else { return nil }
    let size = bases.unit.widths.offset
    let (start, overflow) = bases.rangeLists.addingReportingOverflow(Int(index) &* size)
    guard !overflow, let offset = rangeLists.unsigned(size, at: start, order) else { return nil }
    let (sum, isPast) = bases.rangeLists.addingReportingOverflow(Int(clamping: offset))
    return isPast ? nil : sum
  }

  private struct Listed {
    var range: Range<UInt64>?
    let next: Int
  }

  /// An entry of `.debug_ranges` (DWARF 4, 2.17.3); `nil` at the end.
  private func pair(at position: Int, _ base: inout UInt64, _ bases: DWARFUnitBases) -> Listed? {
    let size = bases.unit.addressSize
    guard let first = ranges.unsigned(size, at: position, order),
      let second = ranges.unsigned(size, at: position &+ size, order), first != 0 || second != 0
    else { return nil }
    let next = position &+ 2 &* size
    if first == UInt64.max >> UInt64(64 &- 8 &* size) {
      base = second
      return Listed(next: next)
    }
    return Listed(range: DWARFReader.range(base &+ first, base &+ second), next: next)
  }

  private static func range(_ low: UInt64?, _ high: UInt64?) -> Range<UInt64>? {
    guard let low, let high, low < high else { return nil }
    return low..<high
  }

  /// An entry of `.debug_rnglists` (DWARF 5, 2.17.3); `nil` at the end, or of an unknown kind.
  private func listed(at position: Int, _ base: inout UInt64, _ bases: DWARFUnitBases) -> Listed? {
    guard let kind = rangeLists.byte(at: position) else { return nil }
    var cursor = position &+ 1
    func leb() -> UInt64? {
      guard let (value, next) = rangeLists.unsignedLEB128(at: cursor) else { return nil }
      cursor = next
      return value
    }
    func plain() -> UInt64? {
      defer { cursor &+= bases.unit.addressSize }
      return rangeLists.unsigned(bases.unit.addressSize, at: cursor, order)
    }
    var (low, high): (UInt64?, UInt64?)
    switch kind {
    case 1: base = address(leb(), bases) ?? 0
    case 2: (low, high) = (address(leb(), bases), address(leb(), bases))
    case 3:
      low = address(leb(), bases)
      high = leb().flatMap { length in low.map { $0 &+ length } }
    case 4: (low, high) = (leb().map { base &+ $0 }, leb().map { base &+ $0 })
    case 5: base = plain() ?? 0
    case 6: (low, high) = (plain(), plain())
    case 7:
      low = plain()
      high = leb().flatMap { length in low.map { $0 &+ length } }
    default: return nil
    }
    return cursor <= rangeLists.byteCount
      ? Listed(range: DWARFReader.range(low, high), next: cursor) : nil
  }
}
