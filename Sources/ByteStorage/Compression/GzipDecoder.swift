internal import CDeflate

/// gzip through libdeflate, member by member. The decompressor is kept between files.
@safe struct GzipDecoder: ~Copyable {
  private var decompressor: OpaquePointer?

  mutating func decode(
    _ input: RawSpan, to sink: inout OutputSink, trailing: TrailingBytes
  ) throws(DecompressionError) {
    if unsafe decompressor == nil { unsafe decompressor = libdeflate_alloc_decompressor() }
    guard let decompressor = unsafe decompressor else { throw .outOfMemory }
    var offset = 0
    repeat {
      guard let rest = input.suffix(from: offset) else { return }
      let consumed = try unsafe GzipDecoder.decodeMember(rest, decompressor, to: &sink)
      offset &+= max(consumed, 1)
    } while trailing.goesOn(input, at: offset, .gzip)
  }

  /// Decodes one member; returns its compressed size in bytes. libdeflate wants the whole output at
  /// once, so the free space is grown (from the size that the last four bytes promise) until it fits.
  private static func decodeMember(
    _ input: RawSpan, _ decompressor: OpaquePointer, to sink: inout OutputSink
  ) throws(DecompressionError) -> Int {
    let promised = Int(input.integer(UInt32.self, at: input.byteCount &- 4, .little) ?? 0)
    // A hostile promise costs nothing: pages are mapped lazily. What follows the member may look
    // like a promise that exceeds the limit; only decompressing shows whether it does.
    if promised > sink.free, promised < 1 << 30 { try? sink.reserve(promised) }
    let source = unsafe input.withUnsafeBytes { unsafe $0 }
    while true {
      var consumed = 0
      var produced = 0
      let free = sink.free
      // SAFETY: libdeflate reads only the input's bytes and writes only the free bytes.
      let result = unsafe libdeflate_gzip_decompress_ex(
        decompressor, source.baseAddress, source.count, sink.next, free, &consumed, &produced)
      switch result {
      case LIBDEFLATE_SUCCESS:
        sink.advance(by: produced)
        extendLifetime(input)
        return consumed
      case LIBDEFLATE_INSUFFICIENT_SPACE:
        let (more, overflow) = free.addingReportingOverflow(max(free, 1 << 16))
        guard !overflow else { throw .tooLarge }
        do { try sink.reserve(more) } catch { try sink.reserve(free &+ 1) }
      default: throw .damaged("data error")
      }
    }
  }

  deinit {
    if let decompressor = unsafe decompressor { unsafe libdeflate_free_decompressor(decompressor) }
  }
}
