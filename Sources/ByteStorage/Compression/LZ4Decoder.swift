internal import CLz4

/// Largest content of one block of the legacy frame, in bytes.
private let legacyBlockSize = 8 << 20
private let legacyMagic: UInt32 = 0x184c_2102
private let frameMagic: UInt32 = 0x184d_2204

/// Unpacks lz4: the legacy frame that kernel images use, or the present frame. The legacy frame is
/// a magic number, then blocks of a little-endian u32 compressed size and that many bytes; it has
/// no end mark (`lib/decompress_unlz4.c`, 7.3).
func decodeLZ4(
  _ input: RawSpan, to sink: inout OutputSink, trailing: TrailingBytes
) throws(DecompressionError) {
  if input.integer(UInt32.self, at: 0, .little) == frameMagic {
    return try decodeFrames(input, to: &sink, trailing: trailing)
  }
  guard input.integer(UInt32.self, at: 0, .little) == legacyMagic else {
    throw .damaged("not in this format")
  }
  var offset = 4
  // All blocks except the last have the largest content.
  var isLast = false
  while offset < input.byteCount {
    let mayEnd = trailing != .refused && sink.count > 0
    guard let size = input.integer(UInt32.self, at: offset, .little) else {
      if mayEnd { return }
      throw .damaged("ends in the middle of a block")
    }
    offset &+= 4
    if size == legacyMagic {
      isLast = false
      continue
    }
    if mayEnd, size == 0 || isLast { return }
    guard let block = input.slice(offset..<min(input.byteCount, offset &+ Int(size))),
      block.byteCount == Int(size)
    else {
      // What follows the last block of a payload is the size the boot code wants, not a block.
      if mayEnd { return }
      throw .damaged("ends in the middle of a block")
    }
    let before = sink.count
    try decodeBlock(block, to: &sink)
    isLast = sink.count &- before < legacyBlockSize
    offset &+= Int(size)
  }
}

private func decodeBlock(_ block: RawSpan, to sink: inout OutputSink) throws(DecompressionError) {
  do { try sink.reserve(legacyBlockSize) } catch { try sink.reserve() }
  let free = min(sink.free, legacyBlockSize)
  // SAFETY: liblz4 reads only the block's bytes and writes at most `free` bytes at `next`.
  let written = unsafe block.withUnsafeBytes { source -> Int32 in
    guard let start = source.baseAddress, let count = Int32(exactly: source.count) else {
      return -1
    }
    return unsafe LZ4_decompress_safe(
      start.assumingMemoryBound(to: CChar.self), sink.next.assumingMemoryBound(to: CChar.self),
      count, Int32(free))
  }
  guard written >= 0 else {
    if free < legacyBlockSize { throw .tooLarge }
    throw .damaged("data error")
  }
  sink.advance(by: Int(written))
}

private func decodeFrames(
  _ input: RawSpan, to sink: inout OutputSink, trailing: TrailingBytes
) throws(DecompressionError) {
  var context: OpaquePointer?
  guard unsafe LZ4F_isError(LZ4F_createDecompressionContext(&context, 100)) == 0,
    let decoder = unsafe context
  else { throw .outOfMemory }
  defer { unsafe LZ4F_freeDecompressionContext(decoder) }
  let source = unsafe input.withUnsafeBytes { unsafe $0 }
  var offset = 0
  while true {
    try sink.reserve()
    var produced = sink.free
    var consumed = input.byteCount &- offset
    guard let start = source.baseAddress else { return }
    // SAFETY: liblz4 reads `consumed` bytes of the input and writes at most `produced` bytes.
    let result = unsafe LZ4F_decompress(
      decoder, sink.next, &produced, start + offset, &consumed, nil)
    if LZ4F_isError(result) != 0 { throw .damaged("data error") }
    sink.advance(by: produced)
    offset &+= consumed
    if result == 0 {
      if !trailing.goesOn(input, at: offset, .lz4) { break }
    } else if consumed == 0 && produced == 0 {
      throw .damaged("ends before the end of the frame")
    }
  }
  extendLifetime(input)
}
