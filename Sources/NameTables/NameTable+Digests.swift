package import ByteStorage
package import SymbolNames

extension NameTable {
  /// The first name with a digest; `nil` if the table has none.
  @_lifetime(borrow self)
  package func record(for digest: HashedName) throws(ParseError) -> Record? {
    var entries = try DigestEntries(self, digest.key)
    while let offset = try entries.next(self) {
      let record = try record(at: offset)
      if HashedName(of: record.name) == digest {
        return unsafe _overrideLifetime(record, borrowing: self)
      }
    }
    return nil
  }

  /// Calls `body` for every name with a hashed name: one, or two that differ by a leading dot.
  package func forEachRecord(
    for digest: HashedName, _ body: (borrowing Record) -> Void
  ) throws(ParseError) {
    var entries = try DigestEntries(self, digest.key)
    while let offset = try entries.next(self) {
      let record = try record(at: offset)
      if HashedName(of: record.name) == digest { body(record) }
    }
  }

  /// The name itself, if the table has it; it is found by its digest.
  @_lifetime(borrow self) package func record(linkage name: RawSpan) throws(ParseError) -> Record? {
    var entries = try DigestEntries(self, HashedName(of: name).key)
    while let offset = try entries.next(self) {
      let record = try record(at: offset)
      if record.name.equals(name) { return unsafe _overrideLifetime(record, borrowing: self) }
    }
    return nil
  }
}

/// The entries that may be those of a digest.
private struct DigestEntries {
  /// What is left of the bucket.
  private var range: Range<Int>
  /// The bits of the digest that entries hold.
  private let bits: UInt16
  /// Entries that may still be looked at one by one. Buckets of a whole table have some dozen entries,
  /// but nothing keeps a table from having one bucket and a name of 64 KiB in each entry.
  private var budget = 4096

  init(_ table: NameTable, _ prefix: UInt64) throws(ParseError) {
    // A shift by 64 gives zero, the only bucket of a small table.
    let number = Int(truncatingIfNeeded: prefix >> (64 - UInt64(table.header.bucketBits)))
    let start = try table.number(.buckets, at: number, size: 4)
    let end = try table.number(.buckets, at: number &+ 1, size: 4)
    guard start <= end, end <= table.count else {
      throw ParseError(
        .badValue(UInt64(start)), in: "name table bucket",
        at: table.header[.buckets].lowerBound &+ number &* 4)
    }
    range = start..<end
    bits = UInt16(truncatingIfNeeded: (prefix << UInt64(table.header.bucketBits)) >> 48)
    try skip(table)
  }

  /// Leaves out what is below the bits, except an entry or two, by bisection.
  private mutating func skip(_ table: NameTable) throws(ParseError) {
    var (low, high) = (range.lowerBound, range.upperBound)
    while high &- low > 2 {
      let middle = (low &+ high) / 2
      let entry = try table.number(.digests, at: middle, size: NameTableHeader.digestEntrySize)
      if entry >> 40 < Int(bits) { low = middle &+ 1 } else { high = middle }
    }
    range = low..<range.upperBound
  }

  /// Offset in the text of the next entry with the bits.
  mutating func next(_ table: NameTable) throws(ParseError) -> Int? {
    while !range.isEmpty {
      let index = range.lowerBound
      let entry = try table.number(.digests, at: index, size: NameTableHeader.digestEntrySize)
      if entry >> 40 > Int(bits) { return nil }
      range = (index &+ 1)..<range.upperBound
      budget &-= 1
      guard budget > 0 else {
        throw ParseError(
          .unsupported(UInt64(index)), in: "name table bucket",
          at: table.header[.buckets].lowerBound)
      }
      if entry >> 40 == Int(bits) { return entry & 0xff_ffff_ffff }
    }
    return nil
  }
}
