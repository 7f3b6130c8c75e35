package import ByteStorage
internal import SymbolNames

extension NameTable {
  /// Checks the whole table: every checksum, every order, every reference, every digest.
  package func check() throws(ParseError) {
    for block in 0..<file.blockCount { try file.verify(block) }
    for index in 0..<ownerCount { _ = try owner(at: index) }
    let starts = try checkText(try checkSets())
    try checkDigests(starts)
    try checkReadables(starts)
  }

  /// Names ascend, fill the text, are where landmarks say, and belong to owners.
  private func checkText(_ sets: Offsets) throws(ParseError) -> Offsets {
    var starts = Offsets()
    var offset = 0
    var last: [UInt8] = []
    for index in 0..<count {
      let record = try record(at: offset)
      guard record.name.compare(last.rawSpan) > 0 else {
        throw failure("order of names", .text, offset)
      }
      if index % NameTableHeader.namesPerLandmark == 0 {
        let mark = index / NameTableHeader.namesPerLandmark
        guard
          try number(.landmarks, at: mark, size: NameTableHeader.offsetSize) == offset
        else { throw failure("landmark", .landmarks, mark * NameTableHeader.offsetSize) }
      }
      guard sets.index(of: record.set) != nil else { throw failure("set of owners", .text, offset) }
      starts.append(offset)
      last = record.name.array
      offset = record.next
    }
    guard offset == header[.text].count else { throw failure("end of names", .text, offset) }
    return starts
  }

  /// Sets fill their section; returns where they begin.
  private func checkSets() throws(ParseError) -> Offsets {
    var sets = Offsets()
    var offset = 0
    while offset < header[.sets].count {
      sets.append(offset)
      offset = try readSet(at: offset) { _ in }
    }
    return sets
  }

  /// Every name is in the bucket of its digest, in order, once.
  private func checkDigests(_ starts: Offsets) throws(ParseError) {
    let bits = UInt64(header.bucketBits)
    var last: UInt64 = 0
    var seen = Marks(count: starts.count)
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
        guard let index = starts.index(of: offset), seen.insert(index) else {
          throw failure("digest", .digests, place)
        }
        let prefix = HashedName(of: try record(at: offset).name).key
        let fragment = UInt64(bytes.integer(UInt16.self, at: 5, .little) ?? 0)
        guard prefix >= last, Int(prefix >> (64 - bits)) == bucket,
          (prefix << bits) >> 48 == fragment
        else { throw failure("digest", .digests, place) }
        last = prefix
      }
    }
    guard try number(.buckets, at: 1 << header.bucketBits, size: 4) == count else {
      throw failure("number of digests", .digests, 0)
    }
  }

  private func checkReadables(_ starts: Offsets) throws(ParseError) {
    var paths = ReadablePaths()
    var last: [UInt8] = []
    var seen = Marks(count: starts.count * NameTableHeader.mostForms)
    for index in 0..<readableCount {
      let (offset, form) = try readable(at: index)
      guard form < NameTableHeader.mostForms, let start = starts.index(of: offset),
        seen.insert(start * NameTableHeader.mostForms + form),
        let key = paths.key(of: try record(at: offset).name, form),
        !key.lexicographicallyPrecedes(last)
      else { throw failure("readable name", .readables, index * NameTableHeader.readableEntrySize) }
      last = key
    }
  }

  private func failure(
    _ words: StaticString, _ section: NameTableHeader.Section, _ offset: Int
  ) -> ParseError {
    ParseError(.badValue(UInt64(offset)), in: words, at: header[section].lowerBound + offset)
  }
}

private struct Offsets {
  private var offsets: [Int] = []

  var count: Int { offsets.count }

  mutating func append(_ offset: Int) { offsets.append(offset) }

  func index(of offset: Int) -> Int? {
    let low = offsets.partitionIndex { $0 < offset }
    return low < offsets.count && offsets[low] == offset ? low : nil
  }
}

private struct Marks {
  private var words: [UInt64]

  init(count: Int) { words = [UInt64](repeating: 0, count: count / 64 + 1) }

  /// Adds a number; `false` if it is there already.
  mutating func insert(_ number: Int) -> Bool {
    let bit: UInt64 = 1 << UInt64(number & 63)
    guard number >= 0, number / 64 < words.count, words[number / 64] & bit == 0 else {
      return false
    }
    words[number / 64] |= bit
    return true
  }
}
