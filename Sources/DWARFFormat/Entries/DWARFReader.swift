internal import ByteStorage
internal import ELFFormat

/// The attributes of entries.
package struct DWARFReader: ~Escapable {
  package let entries: DWARFEntries
  private let info, types: RawSpan
  private let texts: Texts
  /// What the supplementary file has.
  private let sharedInfo: RawSpan
  private let sharedTexts: Texts
  let addresses, ranges, rangeLists: RawSpan
  let order: ByteOrder

  @_lifetime(borrow data) package init(_ data: borrowing DebugData, _ entries: DWARFEntries) {
    self.entries = entries
    info = data.bytes(.info)
    types = data.bytes(.types)
    texts = Texts(data, isShared: false)
    sharedInfo = data.sharedBytes(.info)
    sharedTexts = Texts(data, isShared: true)
    addresses = data.bytes(.addresses)
    ranges = data.bytes(.ranges)
    rangeLists = data.bytes(.rangeLists)
    order = data.layout.order
  }

  /// Longest string to read, in bytes.
  package static let longestString = 1 << 18

  /// The strings of a file.
  private struct Texts: ~Escapable {
    let strings, lineStrings, stringOffsets: RawSpan

    @_lifetime(borrow data) init(_ data: borrowing DebugData, isShared: Bool) {
      strings = isShared ? data.sharedBytes(.strings) : data.bytes(.strings)
      lineStrings = isShared ? data.sharedBytes(.lineStrings) : data.bytes(.lineStrings)
      stringOffsets = isShared ? data.sharedBytes(.stringOffsets) : data.bytes(.stringOffsets)
    }
  }

  /// A value as it is stored.
  struct Place {
    let form: DWARFForm
    let position: Int
    let implicit: Int64
    let region: DWARFUnit.Region
  }

  /// Where the value of an attribute is.
  func place(_ entry: Int, _ attribute: DWARFAttribute) -> Place? {
    let row = entries.entries[entry]
    let shape = entries.abbreviations.shapes[Int(row.shape)]
    guard shape.mask & attribute.bit != 0 else { return nil }
    let first = Int(shape.first)
    var index = first
    let end = first &+ Int(shape.count)
    while index < end, entries.abbreviations.attributes[index].attribute != attribute {
      index &+= 1
    }
    guard index < end else { return nil }
    let (region, base) = region(at: Int(row.offset))
    let bytes = bytes(region)
    let offset = Int(row.offset) &- base
    guard let (_, start) = bytes.unsignedLEB128(at: offset) else { return nil }
    let found = entries.abbreviations.attributes[index]
    var position = start &+ Int(found.offset)
    if found.offset < 0 {
      let widths = entries.units[entries.unit(of: entry)].widths
      position = start
      for former in first..<index {
        let form = entries.abbreviations.attributes[former].form
        guard
          let next = form.size(widths).map({ position &+ $0 })
            ?? form.end(bytes, at: position, widths, order)
        else { return nil }
        position = next
      }
    }
    guard found.form == .indirect else {
      return Place(
        form: found.form, position: position, implicit: found.implicit, region: region)
    }
    guard let (form, value) = found.form.direct(bytes, at: position) else { return nil }
    return Place(form: form, position: value, implicit: 0, region: region)
  }

  /// The region that holds an offset, and where it begins.
  @inline(__always) private func region(at offset: Int) -> (DWARFUnit.Region, base: Int) {
    if offset < entries.infoSize { return (.info, 0) }
    if offset < entries.supplementStart { return (.types, entries.infoSize) }
    return (.supplement, entries.supplementStart)
  }

  @_lifetime(copy self) @inline(__always) private func bytes(_ region: DWARFUnit.Region) -> RawSpan
  {
    switch region {
    case .info: info
    case .types: types
    case .supplement: sharedInfo
    }
  }

  @_lifetime(copy self) func bytes(_ place: Place) -> RawSpan { bytes(place.region) }

  package func has(_ entry: Int, _ attribute: DWARFAttribute) -> Bool {
    place(entry, attribute) != nil
  }

  /// A number: of `data1` to `data8` as it is, of signed forms extended to 64 bits; `nil` for other
  /// forms (what `dwarf_formudata` of elfutils 0.188 gives).
  package func constant(_ entry: Int, _ attribute: DWARFAttribute) -> UInt64? {
    guard let place = place(entry, attribute) else { return nil }
    let bytes = bytes(place)
    switch place.form.rawValue {
    case 0x0b: return bytes.unsigned(1, at: place.position, order)
    case 0x05: return bytes.unsigned(2, at: place.position, order)
    case 0x06: return bytes.unsigned(4, at: place.position, order)
    case 0x07: return bytes.unsigned(8, at: place.position, order)
    case 0x0f: return bytes.unsignedLEB128(at: place.position)?.value
    case 0x0d: return bytes.signedLEB128(at: place.position)?.value
    case 0x21: return UInt64(bitPattern: place.implicit)
    default: return nil
    }
  }

  /// Whether a number has a form that is always signed.
  package func isSigned(_ entry: Int, _ attribute: DWARFAttribute) -> Bool {
    place(entry, attribute)?.form.rawValue == 0x0d
  }

  /// An offset in another section: `sec_offset`, and `data4` or `data8` before DWARF 4.
  package func sectionOffset(_ entry: Int, _ attribute: DWARFAttribute) -> Int? {
    guard let place = place(entry, attribute) else { return nil }
    guard place.form.rawValue == 0x17 else {
      return constant(entry, attribute).map { Int(clamping: $0) }
    }
    let bytes = bytes(place)
    let size = entries.units[entries.unit(of: entry)].widths.offset
    return bytes.unsigned(size, at: place.position, order).map { Int(clamping: $0) }
  }

  package func flag(_ entry: Int, _ attribute: DWARFAttribute) -> Bool {
    guard let place = place(entry, attribute) else { return false }
    if place.form.rawValue == 0x19 { return true }
    guard place.form.rawValue == 0x0c else { return false }
    return (bytes(place).byte(at: place.position) ?? 0) != 0
  }

  /// The entry that an attribute refers to; `nil` if it refers to none that exists.
  package func reference(_ entry: Int, _ attribute: DWARFAttribute) -> Int? {
    guard let place = place(entry, attribute) else { return nil }
    let bytes = bytes(place)
    let unit = entries.units[entries.unit(of: entry)]
    var target: UInt64?
    switch place.form.rawValue {
    case 0x11: target = bytes.unsigned(1, at: place.position, order)
    case 0x12: target = bytes.unsigned(2, at: place.position, order)
    case 0x13: target = bytes.unsigned(4, at: place.position, order)
    case 0x14: target = bytes.unsigned(8, at: place.position, order)
    case 0x15: target = bytes.unsignedLEB128(at: place.position)?.value
    case 0x10:
      let size = unit.version == 2 ? unit.widths.address : unit.widths.offset
      let base = place.region == .supplement ? entries.supplementStart : 0
      return number(bytes.unsigned(size, at: place.position, order), from: base)
    case 0x1f20, 0x1c, 0x24:
      let size = place.form.size(unit.widths) ?? 4
      return number(
        bytes.unsigned(size, at: place.position, order), from: entries.supplementStart)
    case 0x20:
      return bytes.unsigned(8, at: place.position, order).flatMap { entries.signatures[$0] }
    default: return nil
    }
    return number(target, from: unit.offset)
  }

  private func number(_ offset: UInt64?, from base: Int) -> Int? {
    guard let offset, offset <= UInt64(UInt32.max) else { return nil }
    return entries.number(at: base &+ Int(offset))
  }

  /// A text, without its NUL; `nil` if there is none, or it is longer than `limit` bytes.
  @_lifetime(copy self)
  package func string(
    _ entry: Int, _ attribute: DWARFAttribute, limit: Int = DWARFReader.longestString
  ) -> RawSpan? {
    guard let place = place(entry, attribute) else { return nil }
    let bytes = bytes(place)
    let unit = entries.units[entries.unit(of: entry)]
    switch place.form.rawValue {
    case 0x08: return bytes.cString(at: place.position, limit: limit)
    case 0x0e, 0x1f, 0x1d, 0x1f21:
      return string(
        place, bytes.unsigned(unit.widths.offset, at: place.position, order), limit)
    case 0x1a, 0x1f02:
      return string(bytes.unsignedLEB128(at: place.position)?.value, unit, limit)
    case 0x25...0x28:
      let size = Int(place.form.rawValue) &- 0x24
      return string(bytes.unsigned(size, at: place.position, order), unit, limit)
    default: return nil
    }
  }

  /// The string at an offset of the table that the form means.
  @_lifetime(copy self)
  private func string(_ place: Place, _ offset: UInt64?, _ limit: Int) -> RawSpan? {
    guard let offset else { return nil }
    let isShared = place.region == .supplement || place.form.needsSupplement
    var table = isShared ? sharedTexts.strings : texts.strings
    if place.form.rawValue == 0x1f {
      table = isShared ? sharedTexts.lineStrings : texts.lineStrings
    }
    return table.cString(at: Int(clamping: offset), limit: limit)
  }

  /// The string with an index in the unit's part of `.debug_str_offsets`.
  @_lifetime(copy self) private func string(
    _ index: UInt64?, _ unit: DWARFUnit, _ limit: Int
  ) -> RawSpan? {
    guard let index, index <= UInt64(UInt32.max) else { return nil }
    let (size, base) = (unit.widths.offset, unit.stringOffsetsBase)
    let (place, overflow) = base.addingReportingOverflow(Int(index) &* size)
    guard !overflow else { return nil }
    let isShared = unit.region == .supplement
    let offsets = isShared ? sharedTexts.stringOffsets : texts.stringOffsets
    guard let offset = offsets.unsigned(size, at: place, order) else { return nil }
    let strings = isShared ? sharedTexts.strings : texts.strings
    return strings.cString(at: Int(clamping: offset), limit: limit)
  }
}
