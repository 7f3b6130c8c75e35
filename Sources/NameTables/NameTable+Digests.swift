public import ByteStorage

extension NameTable {
  /// The first name with a digest; `nil` if the table has none.
  ///
  /// - Throws: ``ParseError`` if the table is damaged where it was touched.
  /// - Complexity: O(1): three or four places of the file, and SHA-256 of the name.
  @_lifetime(borrow self)
  public func record(for digest: SHA256Digest) throws(ParseError) -> Record? {
    let prefix = digest.prefix
    guard var range = try bucket(of: prefix) else { return nil }
    let bits = UInt16(truncatingIfNeeded: (prefix << UInt64(header.bucketBits)) >> 48)
    while let offset = try candidate(bits, in: &range) {
      let record = try record(at: offset)
      if NameTable.digest(of: record.name) == digest {
        return unsafe _overrideLifetime(record, borrowing: self)
      }
    }
    return nil
  }

  /// Calls `body` for every name with a digest: one, or two that differ by a leading dot.
  ///
  /// - Throws: ``ParseError`` if the table is damaged where it was touched.
  public func forEachRecord(
    for digest: SHA256Digest, _ body: (borrowing Record) -> Void
  ) throws(ParseError) {
    let prefix = digest.prefix
    guard var range = try bucket(of: prefix) else { return }
    let bits = UInt16(truncatingIfNeeded: (prefix << UInt64(header.bucketBits)) >> 48)
    while let offset = try candidate(bits, in: &range) {
      let record = try record(at: offset)
      if NameTable.digest(of: record.name) == digest { body(record) }
    }
  }

  /// The name itself, if the table has it.
  ///
  /// - Throws: ``ParseError`` if the table is damaged where it was touched.
  /// - Complexity: As ``record(for:)``: a name is found by its digest.
  @_lifetime(borrow self)
  public func record(linkage name: RawSpan) throws(ParseError) -> Record? {
    let prefix = NameTable.digest(of: name).prefix
    guard var range = try bucket(of: prefix) else { return nil }
    let bits = UInt16(truncatingIfNeeded: (prefix << UInt64(header.bucketBits)) >> 48)
    while let offset = try candidate(bits, in: &range) {
      let record = try record(at: offset)
      if record.name.equals(name) { return unsafe _overrideLifetime(record, borrowing: self) }
    }
    return nil
  }

  /// The entries of the bucket that a digest falls into; `nil` if there are none.
  private func bucket(of prefix: UInt64) throws(ParseError) -> Range<Int>? {
    // A shift by 64 gives zero, the only bucket of a small table.
    let number = Int(truncatingIfNeeded: prefix >> (64 - UInt64(header.bucketBits)))
    let start = try self.number(.buckets, at: number, size: 4)
    let end = try self.number(.buckets, at: number &+ 1, size: 4)
    guard start <= end, end <= count else {
      throw ParseError(
        .badValue(UInt64(start)), in: "name table bucket",
        at: header[.buckets].lowerBound &+ number &* 4)
    }
    return start < end ? start..<end : nil
  }

  /// Offset in the text of the next entry of a bucket with some bits; the range is left behind it.
  private func candidate(_ bits: UInt16, in range: inout Range<Int>) throws(ParseError) -> Int? {
    let size = NameTableHeader.digestEntrySize
    let base = header[.digests].lowerBound
    // A bucket of a table that was not made by ksym may be as large as the table.
    while !range.isEmpty {
      let part = range.prefix(64)
      let entries = try file.bytes(
        (base &+ part.lowerBound &* size)..<(base &+ part.upperBound &* size), in: "digests")
      for index in 0..<part.count {
        let found = entries.integer(UInt16.self, at: index &* size &+ 5, .little) ?? 0
        if found > bits {
          range = range.upperBound..<range.upperBound
          return nil
        }
        guard found == bits else { continue }
        range = (part.lowerBound &+ index &+ 1)..<range.upperBound
        return entries.number(at: index &* size, size: NameTableHeader.offsetSize)
      }
      range = part.upperBound..<range.upperBound
    }
    return nil
  }
}
