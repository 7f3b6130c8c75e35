import ByteStorage
import NameTables
import SymbolNames

extension FuzzTargets {
  /// Name tables, without the checksums that would keep every change out.
  static func table(_ bytes: RawSpan) {
    if let whole = try? NameTable(copying: bytes) { try? whole.check() }
    guard let table = try? NameTable(copying: bytes, checks: false) else { return }
    try? table.check()
    for owner in -1...min(table.ownerCount, 64) {
      use(found(try table.owner(at: owner))?.name ?? "-")
    }
    var left = 64
    try? table.forEachRecord { record throws(ParseError) in
      ask(table, record)
      left -= 1
      return left > 0
    }
    // Any bytes are a digest, a source name and a path.
    for offset in [4096, 4200, bytes.byteCount - 32] {
      let start = min(max(0, offset), bytes.byteCount)
      guard let key = bytes.slice(start..<min(bytes.byteCount, start + 32)) else { continue }
      try? table.forEachRecord(for: HashedName(of: key)) { use($0.name) }
      try? table.forEachRecord(source: key) { record in count(record) }
      try? table.forEachRecord(readable: key) { record in count(record) }
    }
  }

  private static func ask(_ table: NameTable, _ record: borrowing NameTable.Record) {
    use("\((try? table.owners(of: record)) ?? [])")
    try? table.forEachRecord(for: HashedName(of: record.name)) { use($0.name) }
    try? table.forEachRecord(source: record.name) { record in count(record) }
  }

  private static func count(_ record: borrowing NameTable.Record) -> Bool {
    use(record.name)
    return true
  }
}
