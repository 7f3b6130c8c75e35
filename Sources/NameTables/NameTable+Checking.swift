public import ByteStorage

extension NameTable {
  /// Checks the whole table: every checksum, every order, every reference, every digest.
  ///
  /// - Throws: ``ParseError`` that names the first thing wrong.
  /// - Complexity: O(n), with SHA-256 of every name.
  public func check() throws(ParseError) {
    for block in 0..<file.blockCount { try file.verify(block) }
    var starts = Offsets(count: count)
    try checkText(&starts)
    for index in 0..<ownerCount { _ = try owner(at: index) }
    try checkDigests(starts)
    try checkReadables(starts)
  }

  /// Names ascend, fill the text, are where landmarks say, and belong to owners.
  private func checkText(_ starts: inout Offsets) throws(ParseError) {
    var offset = 0
    var last: [UInt8] = []
    for index in 0..<count {
      let record = try record(at: offset)
      // SAFETY: the bytes of an array of bytes are all initialised.
      guard unsafe record.name.compare(last.span.bytes) > 0 else {
        throw failure("order of names", .text, offset)
      }
      if index % NameTableHeader.namesPerLandmark == 0 {
        let mark = index / NameTableHeader.namesPerLandmark
        guard
          try number(.landmarks, at: mark, size: NameTableHeader.offsetSize) == offset
        else { throw failure("landmark", .landmarks, mark * NameTableHeader.offsetSize) }
      }
      _ = try owners(of: record)
      starts.append(offset)
      last = record.name.array
      offset = record.next
    }
    guard offset == header[.text].count else { throw failure("end of names", .text, offset) }
  }

  /// Every name is in the bucket of its digest, in order, once.
  private func checkDigests(_ starts: Offsets) throws(ParseError) {
    let bits = UInt64(header.bucketBits)
    var (last, sum): (UInt64, UInt64) = (0, 0)
    for bucket in 0..<(1 << header.bucketBits) {
      let start = try number(.buckets, at: bucket, size: 4)
      let end = try number(.buckets, at: bucket + 1, size: 4)
      guard start <= end, end <= count, bucket > 0 || start == 0 else {
        throw failure("bucket", .buckets, bucket * 4)
      }
      for entry in start..<end {
        let place = entry * NameTableHeader.digestEntrySize
        let bytes = try file.bytes(
          (header[.digests].lowerBound + place)..<(header[.digests].lowerBound + place
            + NameTableHeader.digestEntrySize), in: "digests")
        let offset = bytes.number(at: 0, size: NameTableHeader.offsetSize) ?? 0
        guard starts.contains(offset) else { throw failure("digest", .digests, place) }
        let prefix = NameTable.digest(of: try record(at: offset).name).prefix
        let fragment = UInt64(bytes.integer(UInt16.self, at: 5, .little) ?? 0)
        guard prefix >= last, bits == 0 || Int(prefix >> (64 - bits)) == bucket,
          (prefix << bits) >> 48 == fragment
        else { throw failure("digest", .digests, place) }
        last = prefix
        sum &+= UInt64(offset)
      }
    }
    guard try number(.buckets, at: 1 << header.bucketBits, size: 4) == count, sum == starts.sum
    else { throw failure("number of digests", .digests, 0) }
  }

  /// Readable names are in order.
  private func checkReadables(_ starts: Offsets) throws(ParseError) {
    var paths = ReadablePaths()
    var last: [UInt8] = []
    for index in 0..<readableCount {
      let (offset, form) = try readable(at: index)
      guard starts.contains(offset), let key = paths.key(of: try record(at: offset).name, form),
        !key.lexicographicallyPrecedes(last)
      else {
        throw failure("readable name", .readables, index * NameTableHeader.readableEntrySize)
      }
      last = key
    }
  }

  private func failure(
    _ words: StaticString, _ section: NameTableHeader.Section, _ offset: Int
  ) -> ParseError {
    ParseError(.badValue(UInt64(offset)), in: words, at: header[section].lowerBound + offset)
  }
}

/// Ascending offsets.
private struct Offsets {
  private var offsets: [Int] = []
  private(set) var sum: UInt64 = 0

  init(count: Int) { offsets.reserveCapacity(min(count, 1 << 20)) }

  mutating func append(_ offset: Int) {
    offsets.append(offset)
    sum &+= UInt64(offset)
  }

  func contains(_ offset: Int) -> Bool {
    var (low, high) = (0, offsets.count)
    while low < high {
      let middle = (low + high) / 2
      if offsets[middle] < offset {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low < offsets.count && offsets[low] == offset
  }
}
