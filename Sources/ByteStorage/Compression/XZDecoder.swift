internal import CLzma

/// xz and .lzma through liblzma. The coder's memory is kept between files.
@safe struct XZDecoder: ~Copyable {
  enum Container { case xz, lzma }

  private var stream = unsafe lzma_stream()

  /// LZMA_CONCATENATED of lzma/container.h (a macro Swift does not import).
  private static let concatenated: UInt32 = 0x08

  /// Memory a hostile header may make liblzma ask for, in bytes: dictionaries up to 1 GiB.
  private static let memoryLimit: UInt64 = 1100 << 20

  mutating func decode(
    _ input: RawSpan, container: Container, to sink: inout OutputSink, trailing: TrailingBytes
  ) throws(DecompressionError) {
    if container == .xz, trailing == .afterMembers {
      try decodeMembers(input, to: &sink)
      return
    }
    let status: lzma_ret
    switch container {
    case .xz:
      let flags: UInt32 = trailing == .refused ? XZDecoder.concatenated : 0
      status = unsafe lzma_stream_decoder(&stream, XZDecoder.memoryLimit, flags)
    case .lzma: status = unsafe lzma_alone_decoder(&stream, XZDecoder.memoryLimit)
    }
    guard status == LZMA_OK else { throw .outOfMemory }
    try run(input, to: &sink)
    // A flag makes liblzma refuse bytes after .xz streams; for .lzma there is no such flag.
    if container == .lzma, trailing == .refused, unsafe stream.avail_in > 0 {
      throw .damaged("trailing bytes")
    }
  }

  /// Decodes streams, each of which may be followed by zeros, as long as another one follows.
  private mutating func decodeMembers(
    _ input: RawSpan, to sink: inout OutputSink
  ) throws(DecompressionError) {
    var offset = 0
    while let rest = input.suffix(from: offset) {
      try decode(rest, container: .xz, to: &sink, trailing: .ignored)
      offset = unsafe input.byteCount &- stream.avail_in
      while input.integer(UInt32.self, at: offset, .little) == 0 { offset &+= 4 }
      guard let next = input.suffix(from: offset), CompressionFormat(magic: next) == .xz else {
        return
      }
    }
  }

  private mutating func run(
    _ input: RawSpan, to sink: inout OutputSink
  ) throws(DecompressionError) {
    var result = LZMA_OK
    // SAFETY: the codec reads only [next_in, next_in + avail_in) while the span is borrowed, and
    // writes only into the free bytes that the sink vouches for.
    unsafe input.withUnsafeBytes { source in
      unsafe stream.next_in = source.bindMemory(to: UInt8.self).baseAddress
      unsafe stream.avail_in = source.count
    }
    while result == LZMA_OK {
      try sink.reserve()
      let free = sink.free
      unsafe stream.next_out = sink.next.assumingMemoryBound(to: UInt8.self)
      unsafe stream.avail_out = free
      result = unsafe lzma_code(&stream, LZMA_FINISH)
      unsafe sink.advance(by: free &- stream.avail_out)
    }
    extendLifetime(input)
    switch result {
    case LZMA_STREAM_END: return
    case LZMA_MEM_ERROR, LZMA_MEMLIMIT_ERROR: throw .outOfMemory
    case LZMA_FORMAT_ERROR: throw .damaged("not in this format")
    case LZMA_OPTIONS_ERROR: throw .damaged("unsupported options")
    case LZMA_BUF_ERROR: throw .damaged(CompressionFormat.endsEarly)
    default: throw .damaged("data error")
    }
  }

  deinit {
    // SAFETY: frees what the decoders above allocated in this stream.
    var last = unsafe stream
    unsafe lzma_end(&last)
  }
}
