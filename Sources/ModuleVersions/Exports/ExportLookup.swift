internal import ByteStorage

/// A table of exports that answers by name.
package struct ExportLookup: Sendable {
  package let table: ExportTable
  /// The first row of each name.
  private let slots: NameSlots
  /// The next row with the same name, or -1, by row.
  private let next: [Int32]

  package init(_ table: ExportTable = ExportTable()) {
    self.table = table
    var slots = NameSlots(count: table.rows.count)
    var next = [Int32](repeating: -1, count: table.rows.count)
    // Backwards, so that the first of equal names heads its chain.
    for row in table.rows.indices.reversed() {
      let name = table.bytes(table.rows[row].name)
      let head = slots.set(row, name.hash) { table.bytes(table.rows[$0].name).equals(name) }
      if let head { next[row] = Int32(truncatingIfNeeded: head) }
    }
    self.slots = slots
    self.next = next
  }

  package func first(_ name: RawSpan) -> Int? {
    slots.find(name.hash) { table.bytes(table.rows[$0].name).equals(name) }
  }

  package func next(after row: Int) -> Int? { next[row] >= 0 ? Int(next[row]) : nil }
}
