internal import ByteStorage
internal import ELFFormat
internal import ModuleVersions

/// The versions of a module by symbol name; of equal names the first counts, as in the kernel.
struct VersionIndex: ~Escapable {
  private let names: RawSpan
  private let isExtended: Bool
  /// Most records to make room for before they are seen: a file may be all holes.
  private static let mostReserved = 1 << 16

  private struct Slot { var offset: Int32 = -1, length: Int32 = 0, crc: UInt64 = 0 }
  private var slots: [Slot] = []
  /// Number of records.
  private(set) var count = 0
  /// Number of slots in use.
  private var distinct = 0

  /// The extended tables.
  @_lifetime(copy crcs, copy names)
  init(crcs: RawSpan, names: RawSpan, layout: ELFLayout) {
    self.names = names
    isExtended = true
    reserve(min(crcs.byteCount / 4, VersionIndex.mostReserved))
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
    reserve(min(whole, VersionIndex.mostReserved))
    for index in 0..<whole {
      let start = index &* BasicVersions.recordSize
      guard let crc = layout.word(basic, at: start),
        let name = basic.cString(
          at: start &+ layout.wordSize, limit: ELFSymbolTable.longestName)
      else { continue }
      insert(name, at: start &+ layout.wordSize, crc)
    }
  }

  /// The CRC for a symbol, or `nil` if the module carries none.
  func crc(of name: RawSpan) -> UInt64? {
    guard !slots.isEmpty else { return nil }
    let slot = slots[place(of: name)]
    return slot.offset >= 0 ? slot.crc : nil
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
    if distinct * 2 >= slots.count { grow() }
    let position = place(of: name)
    guard slots[position].offset < 0 else { return }
    slots[position] = Slot(
      offset: short, length: Int32(truncatingIfNeeded: name.byteCount), crc: crc)
    distinct += 1
  }

  /// The slot that holds a name, or the free one where it belongs.
  private func place(of name: RawSpan) -> Int {
    var position = Int(truncatingIfNeeded: name.hash) & (slots.count - 1)
    while slots[position].offset >= 0, !self.name(slots[position]).equals(name) {
      position = (position + 1) & (slots.count - 1)
    }
    return position
  }

  private mutating func grow() {
    let old = slots
    slots = [Slot](repeating: Slot(), count: old.count * 2)
    for slot in old where slot.offset >= 0 { slots[place(of: name(slot))] = slot }
  }
}
