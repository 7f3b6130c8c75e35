package import ByteStorage
internal import ELFFormat

extension DWARFEntries {
  /// Finds all units and entries.
  ///
  /// - Throws: ``ParseError`` at the offset of a unit or entry that is not whole, or has an
  ///   abbreviation that does not exist.
  package init(_ data: DebugData) throws(ParseError) {
    let info = data.bytes(.info)
    infoSize = info.byteCount
    supplementStart = info.byteCount &+ data.bytes(.types).byteCount
    let shared = data.sharedBytes(.info)
    let total = supplementStart &+ shared.byteCount
    guard total < Int(UInt32.max) else {
      throw ParseError(.unsupported(UInt64(total)), in: ".debug_info", at: 0)
    }
    // An entry of the kernel has ten bytes.
    entries.reserveCapacity(total / 12)
    try scan(info, base: 0, in: .info, data)
    try scan(data.bytes(.types), base: infoSize, in: .types, data)
    if data.supplement == nil, abbreviations.needsSupplement {
      throw ParseError(.missing, in: "supplementary file", at: 0)
    }
    try scan(shared, base: supplementStart, in: .supplement, data)
  }

  /// Finds the units of `.debug_info` with no entry but their own.
  ///
  /// - Throws: As ``init(_:)``, for what it reads.
  package init(unitsOf data: DebugData) throws(ParseError) {
    infoSize = data.bytes(.info).byteCount
    supplementStart = infoSize
    try scan(data.bytes(.info), base: 0, in: .info, data, isShallow: true)
  }

  /// Finds the entries of one unit of `.debug_info`; references to others find nothing.
  ///
  /// - Throws: As ``init(_:)``.
  package init(_ data: DebugData, unit: DWARFUnit) throws(ParseError) {
    infoSize = data.bytes(.info).byteCount
    supplementStart = infoSize
    entries.reserveCapacity((unit.end &- unit.start) / 12)
    guard let bytes = data.bytes(.info).slice(0..<unit.end) else { return }
    try scan(bytes, from: unit.offset, base: 0, in: .info, data)
  }

  private mutating func scan(
    _ bytes: RawSpan, from start: Int = 0, base: Int, in region: DWARFUnit.Region,
    _ data: DebugData, isShallow: Bool = false
  ) throws(ParseError) {
    let owner = region == .supplement ? data.supplement ?? data : data
    let order = owner.layout.order
    var position = start
    while position < bytes.byteCount {
      var unit = try DWARFUnit(
        parsing: bytes, at: position, base: base, in: region, order)
      let table = try abbreviations.table(
        owner.bytes(.abbreviations), at: unit.abbreviationOffset, unit.widths,
        isSupplement: region == .supplement)
      let first = entries.count
      guard let content = bytes.slice(0..<(unit.end &- base)) else { return }
      try scan(unit, table, content, base: base, order, isShallow)
      unit.entries = first..<entries.count
      if let signature = unit.signature, signatures[signature] == nil, first < entries.count {
        signatures[signature] = typeEntry(of: unit, content, base, order)
      }
      position = max(unit.end &- base, position &+ 4)
      units.append(unit)
      units[units.count &- 1].stringOffsetsBase = stringOffsetsBase(data)
    }
  }

  /// The entry of the type of a type unit: `type_offset` is the last field of the header.
  private func typeEntry(
    of unit: DWARFUnit, _ bytes: RawSpan, _ base: Int, _ order: ByteOrder
  ) -> Int? {
    let size = unit.widths.offset
    guard let offset = bytes.unsigned(size, at: unit.start &- base &- size, order) else {
      return nil
    }
    return number(at: unit.offset &+ Int(clamping: min(offset, UInt64(UInt32.max))))
  }

  /// Where the strings of the newest unit begin in `.debug_str_offsets`.
  private func stringOffsetsBase(_ data: DebugData) -> Int {
    guard let unit = units.last, !unit.entries.isEmpty else { return 0 }
    let reader = DWARFReader(data, self)
    return reader.sectionOffset(unit.entries.lowerBound, .stringOffsetsBase)
      ?? (unit.widths.offset == 8 ? 16 : 8)
  }

  /// Reads the entries of a unit, whose bytes end with it.
  private mutating func scan(
    _ unit: DWARFUnit, _ table: DWARFAbbreviations.Table, _ bytes: RawSpan, base: Int,
    _ order: ByteOrder, _ isShallow: Bool
  ) throws(ParseError) {
    var position = unit.start &- base
    var open: [Int] = []
    while position < bytes.byteCount {
      guard let (code, start) = bytes.unsignedLEB128(at: position) else { break }
      if code == 0 {
        position = start
        guard let closed = open.popLast() else { break }
        entries[closed].end = UInt32(truncatingIfNeeded: entries.count)
        // What follows the unit's own entry is padding.
        if open.isEmpty { break }
        continue
      }
      guard let number = abbreviations.shape(code, table) else {
        throw ParseError(.badValue(code), in: ".debug_info", at: base &+ position)
      }
      let shape = abbreviations.shapes[number]
      let index = entries.count
      guard index < DWARFEntries.mostEntries else {
        throw ParseError(.unsupported(UInt64(index)), in: ".debug_info", at: base &+ position)
      }
      append(
        DWARFEntry(
          offset: UInt32(truncatingIfNeeded: base &+ position),
          shape: UInt32(truncatingIfNeeded: number),
          parent: UInt32(truncatingIfNeeded: open.last ?? index),
          end: UInt32(truncatingIfNeeded: index &+ 1)))
      if isShallow { break }
      if shape.size >= 0 {
        position = start &+ Int(shape.size)
      } else {
        position = try skip(shape, bytes, start, unit.widths, order, base)
      }
      guard position <= bytes.byteCount else {
        throw ParseError(
          .truncated(needed: UInt64(position), available: UInt64(bytes.byteCount)),
          in: ".debug_info", at: Int(entries[index].offset))
      }
      if shape.hasChildren {
        open.append(index)
      } else if open.isEmpty {
        break
      }
    }
    for index in open { entries[index].end = UInt32(truncatingIfNeeded: entries.count) }
  }

  /// Where the attributes of an entry end.
  private func skip(
    _ shape: DWARFAbbreviations.Shape, _ bytes: RawSpan, _ start: Int,
    _ widths: DWARFUnit.Widths, _ order: ByteOrder, _ base: Int
  ) throws(ParseError) -> Int {
    var position = start
    let first = Int(shape.first)
    for index in first..<(first &+ Int(shape.count)) {
      let form = abbreviations.attributes[index].form
      if let size = form.size(widths) {
        position &+= size
      } else if let next = form.end(bytes, at: position, widths, order) {
        position = next
      } else {
        throw ParseError(
          .truncated(needed: 1, available: 0), in: ".debug_info", at: base &+ position)
      }
    }
    return position
  }
}

extension DWARFForm {
  /// Where a value ends, for forms without a fixed size; `nil` past the end of the bytes.
  func end(
    _ bytes: RawSpan, at position: Int, _ widths: DWARFUnit.Widths, _ order: ByteOrder
  ) -> Int? {
    func after(_ size: UInt64?, _ start: Int) -> Int? {
      guard let size, start <= bytes.byteCount, size <= UInt64(bytes.byteCount &- start) else {
        return nil
      }
      return start &+ Int(size)
    }
    switch rawValue {
    case 0x08:
      guard let rest = bytes.suffix(from: position), let length = rest.firstIndex(of: 0) else {
        return nil
      }
      return position &+ length &+ 1
    case 0x0a: return after(bytes.unsigned(1, at: position, order), position &+ 1)
    case 0x03: return after(bytes.unsigned(2, at: position, order), position &+ 2)
    case 0x04: return after(bytes.unsigned(4, at: position, order), position &+ 4)
    case 0x09, 0x18:
      guard let (size, start) = bytes.unsignedLEB128(at: position) else { return nil }
      return after(size, start)
    case 0x16:
      guard let (form, start) = direct(bytes, at: position) else { return nil }
      if let size = form.size(widths) { return after(UInt64(size), start) }
      return form.isKnown ? form.end(bytes, at: start, widths, order) : nil
    default: return bytes.unsignedLEB128(at: position)?.next
    }
  }

  /// The form that an indirect one names, and where its value begins.
  func direct(_ bytes: RawSpan, at position: Int) -> (form: DWARFForm, start: Int)? {
    var (form, start) = (self, position)
    while form == .indirect {
      guard let (code, next) = bytes.unsignedLEB128(at: start) else { return nil }
      (form, start) = (DWARFForm(rawValue: UInt16(exactly: code) ?? 0), next)
    }
    // The constant of an implicit one is in the abbreviation, which has none for it.
    return form.isKnown && form != .implicitConstant ? (form, start) : nil
  }
}
