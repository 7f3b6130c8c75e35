internal import ByteStorage
internal import ELFFormat
internal import ModuleVersions

/// The versions of a module by symbol name; of equal names the first counts, as in the kernel.
struct VersionIndex: ~Escapable {
  private let names: RawSpan
  private let isExtended: Bool
  /// Most records to make room for before they are seen: a file may be all holes.
  private static let mostReserved = 1 << 16

  private struct Row { let offset: Int32, length: Int32, crc: UInt64 }
  private var rows: [Row] = []
  private var slots: NameSlots
  /// Number of records.
  private(set) var count = 0

  /// The extended tables.
  @_lifetime(copy crcs, copy names)
  init(crcs: RawSpan, names: RawSpan, layout: ELFLayout) {
    self.names = names
    isExtended = true
    slots = NameSlots(count: min(crcs.byteCount / 4, VersionIndex.mostReserved))
    let table = ExtendedVersions(crcs: crcs, names: names, layout: layout)
    table.forEach { record in insert(record.name, at: record.offset, record.crc) }
  }

  /// The basic table. A name without a NUL in its field runs on into the next record, as for the
  /// kernel's `strcmp`.
  @_lifetime(copy basic)
  init(basic: RawSpan, layout: ELFLayout) {
    names = basic
    isExtended = false
    let whole = basic.byteCount / BasicVersions.recordSize
    slots = NameSlots(count: min(whole, VersionIndex.mostReserved))
    for index in 0..<whole {
      let start = index &* BasicVersions.recordSize
      guard let crc = layout.word(basic, at: start),
        let name = basic.cString(at: start &+ layout.wordSize, limit: ELFSymbolTable.longestName)
      else { continue }
      insert(name, at: start &+ layout.wordSize, crc)
    }
  }

  /// The CRC for a symbol, or `nil` if the module carries none.
  func crc(of name: RawSpan) -> UInt64? { row(of: name, name.hash)?.crc }

  /// Calls `body` for each name, once, in file order.
  func forEach(_ body: (RawSpan, UInt64) -> Void) { for row in rows { body(name(row), row.crc) } }

  private func row(of name: RawSpan, _ hash: UInt64) -> Row? {
    slots.find(hash) { self.name(rows[$0]).equals(name) }.map { rows[$0] }
  }

  @_lifetime(copy self)
  private func name(_ row: Row) -> RawSpan {
    let start = Int(row.offset)
    guard let name = names.slice(start..<(start + Int(row.length))) else { return RawSpan() }
    return name
  }

  private mutating func insert(_ name: RawSpan, at offset: Int, _ crc: UInt64) {
    guard let short = Int32(exactly: offset) else { return }
    count += 1
    let hash = name.hash
    guard row(of: name, hash) == nil else { return }
    if slots.isFull(rows.count) { grow() }
    slots.add(rows.count, hash)
    rows.append(Row(offset: short, length: Int32(truncatingIfNeeded: name.byteCount), crc: crc))
  }

  private mutating func grow() {
    let known = self
    slots.grow(rows.count) { known.name(known.rows[$0]).hash }
  }
}
