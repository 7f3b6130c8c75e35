internal import ByteStorage
internal import ELFFormat
internal import ModuleVersions

/// The versions of a module by symbol name; of equal names the first counts, as in the kernel.
struct VersionIndex: ~Escapable {
  private let names: RawSpan
  private let isExtended: Bool
  private struct Slot { var offset: Int32 = -1, length: Int32 = 0, crc: UInt64 = 0 }
  private var slots: [Slot] = []
  /// Number of records.
  private(set) var count = 0

  /// The extended tables.
  @_lifetime(copy crcs, copy names)
  init(crcs: RawSpan, names: RawSpan, layout: ELFLayout) {
    self.names = names
    isExtended = true
    reserve(crcs.byteCount / 4)
    let table = ExtendedVersions(crcs: crcs, names: names, layout: layout)
    table.forEach { record in
      insert(record.name, at: record.offset, record.crc)
    }
  }

  /// The basic table. A name without a NUL in its field runs on into the next record, as for the
  /// kernel's `strcmp`.
  @_lifetime(copy basic)
  init(basic: RawSpan, layout: ELFLayout) {
    names = basic
    isExtended = false
    let whole = basic.byteCount / BasicVersions.recordSize
    reserve(whole)
    for index in 0..<whole {
      let start = index &* BasicVersions.recordSize
      guard let crc = layout.word(basic, at: start),
        let name = basic.cString(at: start &+ layout.wordSize)
      else { continue }
      insert(name, at: start &+ layout.wordSize, crc)
    }
  }

  /// The CRC for a symbol, or `nil` if the module carries none.
  func crc(of name: RawSpan) -> UInt64? {
    guard !slots.isEmpty else { return nil }
    var position = Int(truncatingIfNeeded: name.hash) & (slots.count - 1)
    while slots[position].offset >= 0 {
      if self.name(slots[position]).equals(name) { return slots[position].crc }
      position = (position + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Calls `body` for each name, once, in no order.
  func forEach(_ body: (RawSpan, UInt64) -> Void) {
    for slot in slots where slot.offset >= 0 { body(name(slot), slot.crc) }
  }

  @_lifetime(copy self)
  private func name(_ slot: Slot) -> RawSpan {
    let start = Int(slot.offset)
    guard let name = names.slice(start..<(start + Int(slot.length))) else { return RawSpan() }
    return name
  }

  private mutating func reserve(_ records: Int) {
    var size = 8
    while size < records * 2 { size *= 2 }
    slots = [Slot](repeating: Slot(), count: size)
  }

  private mutating func insert(_ name: RawSpan, at offset: Int, _ crc: UInt64) {
    guard let short = Int32(exactly: offset) else { return }
    count += 1
    var position = Int(truncatingIfNeeded: name.hash) & (slots.count - 1)
    while slots[position].offset >= 0 {
      if self.name(slots[position]).equals(name) { return }
      position = (position + 1) & (slots.count - 1)
    }
    slots[position] = Slot(
      offset: short, length: Int32(truncatingIfNeeded: name.byteCount), crc: crc)
  }
}
