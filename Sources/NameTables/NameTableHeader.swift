internal import ByteStorage

/// The first block of a name table. All numbers are little-endian.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 8 | `KSYMNAME` |
/// | 8 | 4 | version of the format: 1 |
/// | 12 | 4 | size of a block: 4096 |
/// | 16 | 8 | size of the file |
/// | 24 | 8 | number of names |
/// | 32 | 4 | number of owners |
/// | 36 | 4 | bits of a digest that number a bucket |
/// | 40 | 8 | number of forms of readable names |
/// | 48 | 8 × 16 | offset and size of each section, in the order of ``Section`` |
/// | 176 | 4 | CRC-32 of the section of checksums |
/// | 4092 | 4 | CRC-32 of what is before |
///
/// - Note: Documentation/Formats/name-tables.md has the whole format.
struct NameTableHeader: Equatable {
  /// The sections, in the order of the header; this is also their order in the file.
  enum Section: Int, CaseIterable {
    case text, landmarks, sets, owners, digests, buckets, readables, checksums
  }

  static let magic: StaticString = "KSYMNAME"
  static let version: UInt32 = 1
  /// Size of a block, the unit of checksums; the header takes one.
  static let blockSize = 4096
  /// Names between two landmarks.
  static let namesPerLandmark = 32
  /// Size of an offset in the text, in bytes.
  static let offsetSize = 5
  /// Size of an entry of the digests: an offset, and 16 bits of the digest.
  static let digestEntrySize = 7
  /// Size of an entry of the readable names: an offset, and which form of the name is meant.
  static let readableEntrySize = 6
  /// Most forms that a readable name has (``ReadablePath``).
  static let mostForms = 3
  /// Most bits that number a bucket.
  static let mostBucketBits = 28
  /// Names that a bucket has at most on average.
  static let namesPerBucket = 24
  /// Longest name, in bytes.
  static let longestName = Int(UInt16.max)

  var fileSize = 0
  var nameCount = 0
  var ownerCount = 0
  var bucketBits = 0
  var readableCount = 0
  /// Where each section lies in the file, by ``Section``.
  var sections = [Range<Int>](repeating: 0..<0, count: Section.allCases.count)
  var checksumOfChecksums: UInt32 = 0

  subscript(section: Section) -> Range<Int> { sections[section.rawValue] }

  /// Bits that number a bucket in a table of some names.
  static func bucketBits(for count: Int) -> Int {
    var bits = 0
    while bits < mostBucketBits, count >> bits > namesPerBucket { bits += 1 }
    return bits
  }

  func encoded() -> [UInt8] {
    var output = OutputBuffer(reserving: NameTableHeader.blockSize)
    output.append(NameTableHeader.magic)
    output.append(little: NameTableHeader.version)
    output.append(little: UInt32(NameTableHeader.blockSize))
    output.append(little: UInt64(fileSize))
    output.append(little: UInt64(nameCount))
    output.append(little: UInt32(truncatingIfNeeded: ownerCount))
    output.append(little: UInt32(bucketBits))
    output.append(little: UInt64(readableCount))
    for section in sections {
      output.append(little: UInt64(section.lowerBound))
      output.append(little: UInt64(section.count))
    }
    output.append(little: checksumOfChecksums)
    while output.bytes.count < NameTableHeader.blockSize - 4 { output.append(0) }
    output.append(little: output.bytes.rawSpan.crc32)
    return output.bytes
  }
}

extension NameTableHeader {
  /// Reads the header of a file; checksums are compared if `checks`.
  init(parsing file: RawSpan, checks: Bool) throws(ParseError) {
    let block = try NameTableHeader.block(of: file, checks: checks)
    fileSize = try NameTableHeader.number(in: block, at: 16, atMost: .max)
    guard fileSize == file.byteCount else {
      throw ParseError(
        .truncated(needed: UInt64(fileSize), available: UInt64(file.byteCount)), in: "name table",
        at: 16)
    }
    nameCount = try NameTableHeader.number(in: block, at: 24, atMost: Int(UInt32.max))
    ownerCount = Int(block.integer(UInt32.self, at: 32, .little) ?? 0)
    bucketBits = Int(block.integer(UInt32.self, at: 36, .little) ?? 0)
    readableCount = try NameTableHeader.number(
      in: block, at: 40, atMost: nameCount * NameTableHeader.mostForms)
    var end = NameTableHeader.blockSize
    for section in Section.allCases {
      let place = 48 + 16 * section.rawValue
      let start = try NameTableHeader.number(in: block, at: place, atMost: fileSize)
      let size = try NameTableHeader.number(in: block, at: place + 8, atMost: fileSize - start)
      guard start >= end else {
        throw ParseError(.badValue(UInt64(start)), in: "name table section", at: place)
      }
      sections[section.rawValue] = start..<(start + size)
      end = start + size
    }
    checksumOfChecksums = block.integer(UInt32.self, at: 176, .little) ?? 0
    try checkSizes()
    guard !checks || file.slice(self[.checksums])?.crc32 == checksumOfChecksums else {
      throw ParseError(
        .badValue(UInt64(checksumOfChecksums)), in: "checksum of checksums",
        at: self[.checksums].lowerBound)
    }
  }

  /// The first block, if it is that of a table which can be read.
  @_lifetime(copy file)
  private static func block(of file: RawSpan, checks: Bool) throws(ParseError) -> RawSpan {
    guard file.starts(with: magic) else {
      throw ParseError(.badMagic, in: "name table", at: 0)
    }
    guard let block = file.slice(0..<blockSize) else {
      throw ParseError(
        .truncated(needed: UInt64(blockSize), available: UInt64(file.byteCount)),
        in: "name table header", at: 0)
    }
    let found = block.integer(UInt32.self, at: 8, .little) ?? 0
    guard found == version else {
      throw ParseError(.unsupported(UInt64(found)), in: "name table version", at: 8)
    }
    let sum = block.integer(UInt32.self, at: blockSize - 4, .little) ?? 0
    guard !checks || block.slice(0..<(blockSize - 4))?.crc32 == sum else {
      throw ParseError(.badValue(UInt64(sum)), in: "name table header checksum", at: blockSize - 4)
    }
    let size = block.integer(UInt32.self, at: 12, .little) ?? 0
    guard size == UInt32(blockSize) else {
      throw ParseError(.unsupported(UInt64(size)), in: "name table block size", at: 12)
    }
    return block
  }

  private static func number(
    in block: RawSpan, at offset: Int, atMost limit: Int
  ) throws(ParseError) -> Int {
    let raw = block.integer(UInt64.self, at: offset, .little) ?? 0
    guard let value = Int(exactly: raw), value <= limit else {
      throw ParseError(.badValue(raw), in: "name table header", at: offset)
    }
    return value
  }

  /// Sections whose sizes follow from the numbers have these sizes.
  private func checkSizes() throws(ParseError) {
    let landmarks =
      (nameCount + NameTableHeader.namesPerLandmark - 1) / NameTableHeader.namesPerLandmark
    guard bucketBits <= NameTableHeader.mostBucketBits else {
      throw ParseError(.badValue(UInt64(bucketBits)), in: "name table header", at: 36)
    }
    let blocks =
      (self[.checksums].lowerBound + NameTableHeader.blockSize - 1) / NameTableHeader.blockSize - 1
    let expected: [(Section, Int)] = [
      (.landmarks, landmarks * NameTableHeader.offsetSize),
      (.digests, nameCount * NameTableHeader.digestEntrySize),
      (.buckets, (1 << bucketBits + 1) * 4),
      (.readables, readableCount * NameTableHeader.readableEntrySize), (.checksums, blocks * 4),
    ]
    for (section, size) in expected where self[section].count != size {
      throw ParseError(
        .badValue(UInt64(self[section].count)), in: "size of a name table section",
        at: 56 + 16 * section.rawValue)
    }
    guard self[.owners].count >= ownerCount * 4 else {
      throw ParseError(.badValue(UInt64(ownerCount)), in: "number of owners", at: 32)
    }
    // The shortest record has three bytes.
    guard self[.text].count / 3 >= nameCount else {
      throw ParseError(.badValue(UInt64(nameCount)), in: "number of names", at: 24)
    }
  }
}

extension OutputBuffer {
  mutating func append<T: FixedWidthInteger & UnsignedInteger>(little value: T) {
    append(little: UInt64(value), size: MemoryLayout<T>.size)
  }

  /// Appends the lowest bytes of a number.
  mutating func append(little value: UInt64, size: Int) {
    for index in 0..<size { append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
  }

  /// Appends a number, seven bits a byte, the lowest first; all bytes but the last have bit 7 set.
  mutating func append(variable value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }
}

extension RawSpan {
  /// The number of `size` bytes at an offset, the lowest byte first.
  func number(at offset: Int, size: Int) -> Int? {
    guard offset >= 0, offset <= byteCount - size else { return nil }
    var value = 0
    for index in 0..<size { value |= Int(byte(at: offset &+ index) ?? 0) << (8 * index) }
    return value
  }

  /// Reads a number of seven bits a byte, at most five bytes, and moves the offset past it.
  func variable(at offset: inout Int) -> Int? {
    var value = 0
    for shift in stride(from: 0, to: 35, by: 7) {
      guard let next = byte(at: offset) else { return nil }
      offset &+= 1
      value |= Int(next & 0x7f) << shift
      if next < 0x80 { return value }
    }
    return nil
  }
}
