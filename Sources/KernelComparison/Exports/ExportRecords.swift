internal import ByteStorage
package import ModuleVersions

/// What one kernel exports, by name: one side of a comparison.
package struct ExportRecords: Sendable {
  /// A part of ``text``.
  package struct Piece: Sendable {
    let offset: UInt32
    let length: UInt32

    init(_ range: Range<Int>, at start: Int) {
      offset = UInt32(truncatingIfNeeded: start &+ range.lowerBound)
      length = UInt32(truncatingIfNeeded: range.count)
    }

    package var isEmpty: Bool { length == 0 }

    fileprivate func moved(by distance: Int) -> Piece {
      Piece(0..<Int(length), at: Int(offset) &+ distance)
    }
  }

  package struct Row: Sendable {
    package let name: Piece
    /// Who exports it: `vmlinux`, or the path of a module.
    package let module: Piece
    package let namespace: Piece
    package let crc: UInt32
    package let licence: ExportLicence

    fileprivate func moved(by distance: Int) -> Row {
      Row(
        name: name.moved(by: distance), module: module.moved(by: distance),
        namespace: namespace.moved(by: distance), crc: crc, licence: licence)
    }
  }

  private let text: [UInt8]
  package private(set) var rows: [Row] = []
  private var slots: NameSlots
  /// Number of lines that repeat a name, and were left out.
  package private(set) var duplicateCount = 0

  init(text: [UInt8], expecting count: Int = 0) {
    self.text = text
    rows.reserveCapacity(count)
    slots = NameSlots(count: count)
  }

  @inline(__always) @_lifetime(borrow self) package func bytes(_ piece: Piece) -> RawSpan {
    let start = Int(piece.offset)
    let part = text.rawSpan.part(start..<(start &+ Int(piece.length)))
    return unsafe _overrideLifetime(part, borrowing: self)
  }

  /// The number of the row with a name.
  package func find(_ name: RawSpan) -> Int? {
    slots.find(name.hash) { bytes(rows[$0].name).equals(name) }
  }

  /// Adds a row; returns whether the name is new. Others are left out.
  mutating func add(_ row: Row) -> Bool {
    let hash = bytes(row.name).hash
    if slots.find(hash, where: { bytes(rows[$0].name).equals(bytes(row.name)) }) != nil {
      duplicateCount += 1
      return false
    }
    if slots.isFull(rows.count) { grow() }
    slots.add(rows.count, hash)
    rows.append(row)
    return true
  }

  private mutating func grow() {
    let known = self
    slots.grow(rows.count) { known.bytes(known.rows[$0].name).hash }
  }

  /// Whether no export has a version: the kernel was built without them.
  package var hasNoVersions: Bool { !rows.isEmpty && rows.allSatisfy { $0.crc == 0 } }
}

extension ExportRecords {
  /// These records, and those of another list whose names are not here.
  package func joined(with other: ExportRecords) -> ExportRecords {
    var joined = ExportRecords(text: text + other.text, expecting: rows.count + other.rows.count)
    for row in rows { _ = joined.add(row) }
    for row in other.rows { _ = joined.add(row.moved(by: text.count)) }
    return joined
  }

  /// The exports of a table, without those that repeat a name.
  package init(_ table: ExportTable) {
    var text: [UInt8] = []
    func store(_ bytes: RawSpan) -> Piece {
      let start = text.count
      unsafe bytes.withUnsafeBytes { unsafe text.append(contentsOf: $0) }
      return Piece(0..<bytes.byteCount, at: start)
    }
    let owners = table.owners.map { owner in
      let bytes = Array(owner.utf8)
      return store(bytes.rawSpan)
    }
    let rows = table.rows.map { row in
      Row(
        name: store(table.bytes(row.name)), module: owners[Int(row.owner)],
        namespace: store(table.bytes(row.namespace)), crc: row.crc, licence: row.licence)
    }
    self.init(text: text, expecting: rows.count)
    for row in rows { _ = add(row) }
  }
}
