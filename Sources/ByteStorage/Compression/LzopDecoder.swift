/// Unpacks the lzop container, as kernel images use it. Layout
/// (`lib/decompress_unlzo.c`, 7.3; all integers big-endian): magic 9 bytes; u16 version; u16
/// library version; u16 version needed if version >= 0x0940; u8 method; u8 level if version >=
/// 0x0940; u32 flags; u32 filter if flags & 0x800; u32 mode; u32 mtime; u32 mtime high if version
/// >= 0x0940; u8 name length and name; u32 checksum of the header after the magic; u32s of an extra field if flags & 0x40.
/// Then blocks: u32 content size (0 ends), u32 compressed size, checksums by flags.
func decodeLzop(
  _ input: RawSpan, to sink: inout OutputSink, trailing: TrailingBytes
) throws(DecompressionError) {
  guard CompressionFormat(magic: input) == .lzo, var cursor = LzopCursor(header: input) else {
    throw .damaged("bad lzop header")
  }
  while true {
    guard let size = cursor.word() else { throw .damaged("ends before the end of the stream") }
    if size == 0 { break }
    guard let packed = cursor.word(), packed > 0, packed <= size else {
      throw .damaged("data error")
    }
    guard let content = cursor.checksums(.content),
      let packedSums = packed == size ? [] : cursor.checksums(.packed),
      let block = cursor.take(Int(packed))
    else { throw .damaged("ends in the middle of a block") }
    guard packedSums.allSatisfy({ $0.fits(block) }) else { throw .damaged("checksum error") }
    try decodeLzopBlock(block, size: Int(size), content, to: &sink)
  }
  if trailing == .refused && cursor.offset != input.byteCount { throw .damaged("trailing bytes") }
}

private func decodeLzopBlock(
  _ block: RawSpan, size: Int, _ checksums: [LzopChecksum], to sink: inout OutputSink
) throws(DecompressionError) {
  try sink.reserve(size)
  let isStored = block.byteCount == size
  // SAFETY: `size` bytes are free.
  let written = unsafe block.withUnsafeBytes { source -> Int? in
    let target = unsafe UnsafeMutableRawBufferPointer(start: sink.next, count: size)
    guard isStored else { return unsafe LZO1XDecoder.decode(source, into: target) }
    unsafe target.copyMemory(from: source)
    return size
  }
  guard written == size else { throw .damaged("data error") }
  // SAFETY: the decoder or the copy above filled `size` bytes.
  let content = unsafe RawSpan(_unsafeStart: sink.next, byteCount: size)
  guard checksums.allSatisfy({ $0.fits(content) }) else { throw .damaged("checksum error") }
  sink.advance(by: size)
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

private struct LzopCursor: ~Escapable {
  private let bytes: RawSpan
  private(set) var offset: Int
  private let flags: UInt32

  @_lifetime(copy bytes) init?(header bytes: RawSpan) {
    guard let version = bytes.integer(UInt16.self, at: 9, .big) else { return nil }
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
    self.bytes = bytes
    self.offset = position
    self.flags = flags
  }

  /// The flags of Adler-32 and CRC-32.
  enum Checked {
    case content, packed

    var flags: (adler32: UInt32, crc32: UInt32) { self == .content ? (0x1, 0x100) : (0x2, 0x200) }
  }

  /// The checksums before a block, of its content or of its compressed bytes; `nil` if bytes end.
  @_lifetime(self: copy self) mutating func checksums(_ checked: Checked) -> [LzopChecksum]? {
    var found: [LzopChecksum] = []
    if flags & checked.flags.adler32 != 0 {
      guard let sum = word() else { return nil }
      found.append(.adler32(sum))
    }
    if flags & checked.flags.crc32 != 0 {
      guard let sum = word() else { return nil }
      found.append(.crc32(sum))
    }
    return found
  }

  @_lifetime(self: copy self) mutating func word() -> UInt32? {
    guard let value = bytes.integer(UInt32.self, at: offset, .big) else { return nil }
    offset &+= 4
    return value
  }

  @_lifetime(copy self) @_lifetime(self: copy self) mutating func take(_ count: Int) -> RawSpan? {
    let (end, overflow) = offset.addingReportingOverflow(count)
    guard !overflow, let block = bytes.slice(offset..<end) else { return nil }
    offset = end
    return block
  }
}
