internal import CZstd

/// Zstandard through libzstd, frame by frame. The context is kept between files.
@safe struct ZstdDecoder: ~Copyable {
  private var context: OpaquePointer?

  /// Largest window a frame may ask for: 2^31 bytes would be legal, 128 MiB is what kernels use.
  private static let windowLogMaximum: Int32 = 28

  mutating func decode(
    _ input: RawSpan, to sink: inout OutputSink, trailing: TrailingBytes
  ) throws(DecompressionError) {
    if unsafe context == nil { unsafe context = ZSTD_createDCtx() }
    guard let context = unsafe context else { throw .outOfMemory }
    _ = unsafe ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters)
    _ = unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, ZstdDecoder.windowLogMaximum)
    var offset = 0
    repeat {
      guard let rest = input.suffix(from: offset) else { return }
      offset &+= try unsafe ZstdDecoder.decodeFrame(rest, context, to: &sink)
    } while trailing == .refused && offset < input.byteCount
  }

  /// Decodes one frame; returns its compressed size in bytes.
  private static func decodeFrame(
    _ input: RawSpan, _ context: OpaquePointer, to sink: inout OutputSink
  ) throws(DecompressionError) -> Int {
    // SAFETY: libzstd reads only the input's bytes and writes only the free bytes it is given.
    let source = unsafe input.withUnsafeBytes { unsafe $0 }
    var remaining = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
    while true {
      try sink.reserve()
      let free = sink.free
      var output = unsafe ZSTD_outBuffer(dst: sink.next, size: free, pos: 0)
      let result = unsafe ZSTD_decompressStream(context, &output, &remaining)
      unsafe sink.advance(by: output.pos)
      if ZSTD_isError(result) != 0 { throw .damaged(words(result)) }
      if result == 0 { break }
      if unsafe remaining.pos == remaining.size && output.pos < output.size {
        throw .damaged("ends before the end of the frame")
      }
    }
    extendLifetime(input)
    return unsafe remaining.pos
  }

  private static func words(_ code: Int) -> String {
    guard let words = unsafe ZSTD_getErrorName(code) else { return "error" }
    return unsafe String(cString: words)
  }

  deinit { unsafe ZSTD_freeDCtx(context) }
}
