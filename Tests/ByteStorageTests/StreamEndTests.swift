import ByteStorage
import TestSupport
import Testing

/// How whoever reads a stream as a whole, or piece by piece, takes its beginning and end.
@Suite("Ends of compressed streams")
struct StreamEndTests {
  /// The content of a stream, or what is wrong with it.
  private func whole(
    _ bytes: [UInt8], _ format: CompressionFormat, _ trailing: TrailingBytes = .refused,
    limit: Int = 1 << 26
  ) throws(FileError) -> [UInt8] {
    var buffer = FileBuffer(limit: limit)
    try buffer.unpack(bytes.rawSpan, format, path: "stream", trailing: trailing)
    do { return try buffer.source.all().array } catch {
      throw FileError(path: "stream", cause: .malformed(error))
    }
  }

  private func all(_ stream: PackedStream) throws(FileError) -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let piece = try stream.next(most: 100_000)
      if piece.byteCount == 0 { return all }
      all += piece.array
    }
  }

  private func pieces(_ bytes: [UInt8], _ format: CompressionFormat) throws(FileError) -> [UInt8] {
    let stream = PackedStream(copying: bytes, path: "stream", limit: 1 << 26)
    try stream.beginUnpacking(format, members: true)
    return try all(stream)
  }

  private func isDamaged(_ body: () throws(FileError) -> [UInt8]) -> Bool {
    do throws(FileError) { _ = try body() } catch {
      if case .damaged = error.cause { return true }
    }
    return false
  }

  // MARK: lz4

  /// Blocks of the legacy format of lz4 with their sizes: of 8 MiB of zeros (a literal, a match, five
  /// literals), of five letters, and of nothing.
  private static let magic: [UInt8] = [0x02, 0x21, 0x4c, 0x18]
  private static let zeros: [UInt8] =
    [0x8b, 0x80, 0, 0, 0x1f, 0, 1, 0] + [UInt8](repeating: 255, count: 32_896)
    + [103, 0x50, 0, 0, 0, 0, 0]
  private static let letters: [UInt8] = [6, 0, 0, 0, 0x50] + Array("abcde".utf8)
  private static let nothing: [UInt8] = [1, 0, 0, 0, 0]
  private static let content = [UInt8](repeating: 0, count: 8 << 20)

  /// lib/decompress_unlz4.c reads blocks until the input ends, whatever their sizes.
  @Test("blocks of legacy lz4 follow one of the largest content, and one of none")
  func legacyBlocks() throws {
    let expected = Self.content + Array("abcde".utf8)
    let bytes = Self.magic + Self.zeros + Self.letters
    for trailing in [TrailingBytes.refused, .afterMembers] {
      #expect(try whole(bytes, .lz4, trailing) == expected)
    }
    #expect(try pieces(bytes, .lz4) == expected)
    let short = Self.magic + Self.nothing + Self.letters
    #expect(try whole(short, .lz4) == Array("abcde".utf8))
    #expect(try pieces(short, .lz4) == Array("abcde".utf8))
  }

  @Test("legacy lz4 may end after its magic number, after an empty block, and before zeros")
  func legacyEnds() throws {
    for bytes in [Self.magic, Self.magic + Self.nothing] {
      #expect(try whole(bytes, .lz4) == [] && pieces(bytes, .lz4) == [])
    }
    let zeros = Self.magic + Self.zeros + [0, 0, 0, 0]
    #expect(try whole(zeros, .lz4, .afterMembers) == Self.content)
    #expect(try pieces(zeros, .lz4) == Self.content)
    // A block has to follow its size.
    let cut = Self.magic + Self.zeros + [5, 0, 0, 0]
    #expect(isDamaged { () throws(FileError) in try whole(cut, .lz4) })
    #expect(isDamaged { () throws(FileError) in try pieces(cut, .lz4) })
  }

  @Test("one stream of legacy lz4 may follow another")
  func legacyMembers() throws {
    let bytes = try Fixture.bytes("Streams/legacy.lz4")
    for trailing in [TrailingBytes.refused, .afterMembers] {
      #expect(try whole(bytes + bytes, .lz4, trailing) == StreamTests.text + StreamTests.text)
    }
    #expect(try pieces(bytes + bytes, .lz4) == StreamTests.text + StreamTests.text)
  }

  @Test("a block of legacy lz4 may fill what the limit leaves; a damaged one is never too large")
  func legacyLimits() throws {
    let bytes = Self.magic + Self.zeros
    #expect(try whole(bytes, .lz4, limit: 8 << 20).count == 8 << 20)
    let error = #expect(throws: FileError.self) { try whole(bytes, .lz4, limit: (8 << 20) - 1) }
    guard case .tooLarge? = error?.cause else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(
      isDamaged { () throws(FileError) in try whole(Self.magic + [2, 0, 0, 0, 0xf0, 0], .lz4) })
  }

  // MARK: LZO

  @Test("an LZO block needs its end mark, also where all of its content is there")
  func endMark() {
    let text = Array("12345678".utf8)
    var decoder = BlockDecoder()
    for (end, isWhole) in [([0x11, 0, 0], true), ([], false), ([1], false), ([0x11, 0], false)]
      as [([UInt8], Bool)]
    {
      let block = [25] + text + end
      let content = decoder.unpack(block.rawSpan, .lzo, size: 8)
      #expect(content == (isWhole ? text : nil), "\(end)")
    }
  }

  /// Each instruction of Documentation/staging/lzo.rst in its turn, with what it gives.
  private static let instructions: [(bytes: [UInt8], content: [UInt8])] = [
    // Four literals; a match of 4112 bytes one byte back; four literals; three bytes from 2049 back.
    ([21, 1, 2, 3, 4], [1, 2, 3, 4]),
    ([32] + [UInt8](repeating: 0, count: 16) + [1, 0, 0], [UInt8](repeating: 4, count: 4114)),
    ([1, 5, 6, 7, 8], [5, 6, 7, 8]), ([0, 0], [4, 4, 4]),
    // Three bytes one back and a literal; two bytes one back; three from there with two literals.
    ([65, 0, 9], [4, 4, 4, 9]), ([0, 0], [9, 9]), ([33, 2, 0, 1, 2], [9, 9, 9, 1, 2]),
    // Five bytes two back; five bytes one back; the end.
    ([0b1000_0100, 0], [1, 2, 1, 2, 1]), ([0b1000_0000, 0], [1, 1, 1, 1, 1]), ([17, 0, 0], []),
  ]

  @Test("an LZO block ends with its end mark, and nowhere between, before or after")
  func cutBlocks() {
    var decoder = BlockDecoder()
    let whole = Self.instructions.flatMap(\.bytes)
    let content = Self.instructions.flatMap(\.content)
    #expect(decoder.unpack(whole.rawSpan, .lzo, size: content.count) == content)
    var sizes: Set<Int> = []
    var size = 0
    for instruction in Self.instructions {
      size += instruction.content.count
      sizes.formUnion([size - 2, size - 1, size, size + 1])
    }
    for count in 1..<whole.count {
      let cut = Array(whole[..<count])
      for size in sizes where size > 0 {
        #expect(decoder.unpack(cut.rawSpan, .lzo, size: size) == nil, "\(count) \(size)")
      }
    }
    let longer = whole + [0]
    #expect(decoder.unpack(longer.rawSpan, .lzo, size: content.count) == nil)
    for size in [content.count - 1, content.count + 1] {
      #expect(decoder.unpack(whole.rawSpan, .lzo, size: size) == nil)
    }
  }

  /// A container as lzop of a version writes it; without flags content has no checksums.
  private func lzop(_ version: UInt16, _ blocks: [UInt8], flags: UInt32 = 0) -> [UInt8] {
    var header = ByteBuilder(.big)
    header.put(version)
    header.put(UInt16(0x20a0))
    if version >= 0x0940 { header.put(UInt16(0x0940)) }
    header.put(UInt8(1))
    if version >= 0x0940 { header.put(UInt8(5)) }
    for word in [flags, 0x81a4, 0x3b9a_ca00] as [UInt32] { header.put(word) }
    if version >= 0x0940 { header.put(UInt32(0)) }
    header.put(UInt8(0))
    var (low, high) = (1 as UInt32, 0 as UInt32)
    for byte in header.bytes {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    header.put(high << 16 | low)
    return [0x89, 0x4c, 0x5a, 0x4f, 0, 0x0d, 0x0a, 0x1a, 0x0a] + header.bytes + blocks
      + [0, 0, 0, 0]
  }

  @Test(
    "lzop has more fields from version 0.940 on", arguments: [0x0939, 0x0940, 0x1040] as [UInt16])
  func lzopVersions(_ version: UInt16) throws {
    let block: [UInt8] = [0, 0, 0, 8, 0, 0, 0, 12, 25] + Array("12345678".utf8) + [0x11, 0, 0]
    // What would grow is stored.
    let stored: [UInt8] = [0, 0, 0, 5, 0, 0, 0, 5] + Array("abcde".utf8)
    #expect(try whole(lzop(version, stored), .lzo) == Array("abcde".utf8))
    #expect(try pieces(lzop(version, stored + stored), .lzo) == Array("abcdeabcde".utf8))
    for bad in [block, [0, 0, 0, 5, 0, 0, 0, 0]] {
      #expect(isDamaged { () throws(FileError) in try whole(lzop(version, bad), .lzo) })
      #expect(isDamaged { () throws(FileError) in try pieces(lzop(version, bad), .lzo) })
    }
  }

  @Test("a block of lzop may have a CRC-32 of its content, which has to be right")
  func lzopCRC() throws {
    let content = Array("123456789".utf8)
    let sizes: [UInt8] = [0, 0, 0, 9, 0, 0, 0, 9]
    let good: [UInt8] = [0xcb, 0xf4, 0x39, 0x26]
    let bad: [UInt8] = [0xcb, 0xf4, 0x39, 0x27]
    let whole = lzop(0x1040, sizes + good + content, flags: 0x100)
    #expect(try self.whole(whole, .lzo) == content)
    #expect(try pieces(whole, .lzo) == content)
    let damaged = lzop(0x1040, sizes + bad + content, flags: 0x100)
    #expect(isDamaged { () throws(FileError) in try self.whole(damaged, .lzo) })
    #expect(isDamaged { () throws(FileError) in try pieces(damaged, .lzo) })
  }

  // MARK: gzip and others

  /// RFC 1952, 2.3: a further field, a name, a comment, and a checksum of the header.
  @Test("what a gzip header may have is passed over", arguments: ["", "n", "a name"])
  func gzipHeader(_ name: String) throws {
    var compressor = Compressor()
    let compressed = compressor.compress(StreamTests.text.rawSpan, .gzip)
    let packed = try #require(compressed)
    var header: [UInt8] = [0x1f, 0x8b, 8, 0x1e, 1, 2, 3, 4, 0, 3, 3, 0, 7, 0, 7]
    header += Array(name.utf8) + [0] + Array("comment \(name)".utf8) + [0]
    let sum = header.rawSpan.crc32
    header += [UInt8(truncatingIfNeeded: sum), UInt8(truncatingIfNeeded: sum >> 8)]
    let bytes = header + packed.dropFirst(10)
    #expect(try whole(bytes, .gzip) == StreamTests.text)
    #expect(try pieces(bytes, .gzip) == StreamTests.text)
  }

  /// A gzip file of one block of fixed codes (RFC 1951, 3.2.6), given as bits.
  private func gzip(_ bits: String, _ content: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
    let all = "110" + bits
    for start in stride(from: 0, to: all.utf8.count, by: 8) {
      let part = all.utf8.dropFirst(start).prefix(8)
      bytes.append(part.reversed().reduce(0) { $0 << 1 | ($1 & 1) })
    }
    for word in [content.rawSpan.crc32, UInt32(content.count)] {
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    return bytes
  }

  /// RFC 1951, 3.2.6: literals 286 and 287 and distances 30 and 31 have codes and never occur.
  @Test("codes of deflate that never occur are damage")
  func unusedCodes() throws {
    let (letter, three, end) = ("10010001", "0000001", "0000000")
    let content = Array("aaaa".utf8)
    let good = gzip("\(letter)\(three)00000\(end)", content)
    #expect(try whole(good, .gzip) == content)
    #expect(try pieces(good, .gzip) == content)
    for bits in [
      "\(letter)\(three)11110\(end)", "\(letter)\(three)11111\(end)",
      "\(letter)1100011000000\(end)", "\(letter)1100011100000\(end)",
      "\(letter)\(three)00001\(end)",
    ] {
      let bad = gzip(bits, content)
      #expect(isDamaged { () throws(FileError) in try whole(bad, .gzip) }, "\(bits)")
      #expect(isDamaged { () throws(FileError) in try pieces(bad, .gzip) }, "\(bits)")
    }
  }

  /// gzip(1) of before 0.6 wrote `1f 9e`, which lib/decompress.c knows, too.
  @Test("gzip's older magic number is that of the same format")
  func olderMagic() throws {
    var bytes = try Fixture.bytes("Streams/text.gz")
    bytes[1] = 0x9e
    #expect(try pieces(bytes, .gzip) == StreamTests.text)
  }

  @Test(
    "a file that is larger than what is read at once is unpacked piece by piece",
    arguments: [CompressionFormat.gzip, .xz, .zstd])
  func largeFile(_ format: CompressionFormat) throws {
    let scratch = try ScratchDirectory()
    var state: UInt64 = 7
    let content = (0..<700_000).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: (state >> 33) % 30)
    }
    var compressor = Compressor()
    let compressed = compressor.compress(content.rawSpan, format)
    let path = try scratch.write(try #require(compressed), to: "file")
    let stream = try PackedStream(path, limit: 1 << 26)
    for _ in 0..<2 {
      try stream.beginUnpacking(format, members: true)
      #expect(try all(stream) == content)
      stream.restart()
    }
  }

  @Test("nothing is a stream of no format", arguments: CompressionFormat.allCases)
  func nothing(_ format: CompressionFormat) {
    for trailing in [TrailingBytes.refused, .ignored, .afterMembers] {
      #expect(isDamaged { () throws(FileError) in try whole([], format, trailing) })
    }
    #expect(isDamaged { () throws(FileError) in try pieces([], format) })
  }

  @Test("a section of no bytes is unpacked to nothing")
  func emptySection() {
    let empty: [UInt8] = [0x78, 0x9c, 3, 0, 0, 0, 0, 1]
    #expect(empty.rawSpan.unpacked(.zlib, size: 0) == [])
    #expect(empty.rawSpan.unpacked(.zlib, size: 1) == nil)
  }
}
