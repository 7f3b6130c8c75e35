/// Unpacks the lzop container, as kernel images use it: a header (``LzopHeader``), then blocks
/// (``LzopBlock``).
func decodeLzop(
  _ input: RawSpan, to sink: inout OutputSink, trailing: TrailingBytes
) throws(DecompressionError) {
  guard let header = LzopHeader(input) else { throw .damaged(LzopHeader.bad) }
  var offset = header.byteCount
  while let block = try LzopBlock(input, at: offset, header) {
    offset &+= block.headCount
    if block.isEnd {
      if trailing == .refused && offset != input.byteCount { throw .damaged("trailing bytes") }
      return
    }
    guard let packed = input.slice(offset..<(offset &+ block.packedSize)) else {
      throw .damaged(LzopBlock.endsEarly)
    }
    try sink.reserve(block.size)
    // SAFETY: `size` bytes are free.
    let target = unsafe UnsafeMutableRawBufferPointer(start: sink.next, count: block.size)
    try unsafe block.decode(packed, into: target)
    sink.advance(by: block.size)
    offset &+= block.packedSize
  }
  throw .damaged(CompressionFormat.endsEarly)
}

/// The header of an lzop container. Layout (`lib/decompress_unlzo.c`, 7.3; all integers big-endian):
/// magic 9 bytes; u16 version; u16 library version; u16 version needed if version >= 0x0940; u8
/// method; u8 level if version >= 0x0940; u32 flags; u32 filter if flags & 0x800; u32 mode; u32
/// mtime; u32 mtime high if version >= 0x0940; u8 name length and name; u32 checksum of the header
/// after the magic; u32s of an extra field if flags & 0x40.
struct LzopHeader {
  let flags: UInt32
  /// Where the first block begins, in bytes.
  let byteCount: Int

  static let bad = "bad lzop header"

  /// Reads a header; `nil` if it is damaged, or longer than the bytes.
  init?(_ bytes: RawSpan) {
    guard CompressionFormat(magic: bytes) == .lzo, bytes.byte(at: 8) == 0x0a,
      let version = bytes.integer(UInt16.self, at: 9, .big)
    else { return nil }
    let isNew = version >= 0x0940
    var position = 9 + 4 + (isNew ? 2 : 0) + 1 + (isNew ? 1 : 0)
    guard let flags = bytes.integer(UInt32.self, at: position, .big) else { return nil }
    position += 4 + (flags & 0x800 != 0 ? 4 : 0) + 8 + (isNew ? 4 : 0)
    guard let nameLength = bytes.byte(at: position) else { return nil }
    position += 1 + Int(nameLength)
    guard let sum = bytes.integer(UInt32.self, at: position, .big),
      let header = bytes.slice(9..<position),
      (flags & 0x1000 != 0 ? LzopChecksum.crc32(sum) : .adler32(sum)).fits(header)
    else { return nil }
    position += 4
    if flags & 0x40 != 0 {
      guard let extra = bytes.integer(UInt32.self, at: position, .big) else { return nil }
      position += 8 + Int(extra)
    }
    guard position <= bytes.byteCount else { return nil }
    byteCount = position
    self.flags = flags
  }
}

/// What stands before the bytes of an lzop block: u32 content size, of which zero ends the container;
/// u32 compressed size; u32 checksums of the content (Adler-32 if flags & 1, CRC-32 if flags & 0x100)
/// and, where it is compressed, of the compressed bytes (flags & 2, flags & 0x200).
struct LzopBlock {
  /// Sizes in bytes: of the content, and of the block after this head.
  let size: Int
  let packedSize: Int
  /// Size of this head, in bytes.
  let headCount: Int
  private let contentSums: [LzopChecksum]
  private let packedSums: [LzopChecksum]

  static let endsEarly = "ends in the middle of a block"

  /// Whether this is the mark that ends the container.
  var isEnd: Bool { size == 0 }

  /// Reads the head of a block; `nil` if the bytes end before the head does.
  init?(_ bytes: RawSpan, at start: Int, _ header: LzopHeader) throws(DecompressionError) {
    var offset = start
    func word() -> UInt32? {
      defer { offset &+= 4 }
      return bytes.integer(UInt32.self, at: offset, .big)
    }
    func sums(_ adler32: UInt32, _ crc32: UInt32) -> [LzopChecksum]? {
      var found: [LzopChecksum] = []
      if header.flags & adler32 != 0 {
        guard let sum = word() else { return nil }
        found.append(.adler32(sum))
      }
      if header.flags & crc32 != 0 {
        guard let sum = word() else { return nil }
        found.append(.crc32(sum))
      }
      return found
    }
    guard let size = word() else { return nil }
    guard size > 0 else {
      (self.size, packedSize, headCount, contentSums, packedSums) = (0, 0, 4, [], [])
      return
    }
    guard let packed = word() else { return nil }
    guard packed > 0, packed <= size else { throw .damaged("data error") }
    guard let contentSums = sums(0x1, 0x100),
      let packedSums = packed == size ? [] : sums(0x2, 0x200)
    else { return nil }
    (self.size, packedSize) = (Int(size), Int(packed))
    (self.contentSums, self.packedSums) = (contentSums, packedSums)
    headCount = offset &- start
  }

  /// Unpacks the block into exactly as many bytes as its content has.
  func decode(
    _ packed: RawSpan, into target: UnsafeMutableRawBufferPointer
  ) throws(DecompressionError) {
    guard packedSums.allSatisfy({ $0.fits(packed) }) else { throw .damaged("checksum error") }
    let written = unsafe packed.withUnsafeBytes { source -> Int? in
      guard packedSize == size else { return unsafe LZO1XDecoder.decode(source, into: target) }
      unsafe target.copyMemory(from: source)
      return size
    }
    guard written == size else { throw .damaged("data error") }
    let content = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(target))
    guard contentSums.allSatisfy({ $0.fits(content) }) else { throw .damaged("checksum error") }
  }
}

/// A checksum of a block or of a header.
private enum LzopChecksum {
  case adler32(UInt32)
  case crc32(UInt32)

  func fits(_ bytes: RawSpan) -> Bool {
    switch self {
    case .adler32(let sum): bytes.adler32 == sum
    case .crc32(let sum): bytes.crc32 == sum
    }
  }
}
