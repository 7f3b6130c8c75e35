internal import ByteStorage

/// The rows of an export table by name.
package struct ExportIndex: Sendable {
  private var slots: [Int32]
  /// The next row of the same name, or -1, by row.
  private var next: [Int32]

  /// Indexes a table; lookups must pass the same table.
  package init(_ table: ExportTable) {
    var size = 16
    while size < table.rows.count * 2 { size *= 2 }
    slots = [Int32](repeating: -1, count: size)
    next = [Int32](repeating: -1, count: table.rows.count)
    // Backwards, so that the first of equal names heads its chain.
    for row in table.rows.indices.reversed() {
      let name = table.bytes(table.rows[row].name)
      var position = Int(truncatingIfNeeded: name.hash) & (size - 1)
      while slots[position] >= 0 {
        let head = Int(slots[position])
        if table.bytes(table.rows[head].name).equals(name) {
          next[row] = Int32(truncatingIfNeeded: head)
          break
        }
        position = (position + 1) & (size - 1)
      }
      slots[position] = Int32(truncatingIfNeeded: row)
    }
  }

  /// The first row of a name, or `nil`.
  package func first(_ name: RawSpan, in table: ExportTable) -> Int? {
    var position = Int(truncatingIfNeeded: name.hash) & (slots.count - 1)
    while slots[position] >= 0 {
      let row = Int(slots[position])
      if table.bytes(table.rows[row].name).equals(name) { return row }
      position = (position + 1) & (slots.count - 1)
    }
    return nil
  }

  /// The row after `row` of the same name, or `nil`.
  package func next(after row: Int) -> Int? {
    next[row] >= 0 ? Int(next[row]) : nil
  }
}
