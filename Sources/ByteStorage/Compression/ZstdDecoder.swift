internal import CZstd

/// Zstandard through libzstd, frame by frame. The context is kept between files.
@safe struct ZstdDecoder: ~Copyable {
  private var context: OpaquePointer?

  mutating func decode(
    _ input: RawSpan, to sink: inout OutputSink, trailing: TrailingBytes
  ) throws(DecompressionError) {
    if unsafe context == nil { unsafe context = ZSTD_createDCtx() }
    guard let context = unsafe context else { throw .outOfMemory }
    var offset = 0
    repeat {
      guard let rest = input.suffix(from: offset) else { return }
      offset &+= try unsafe ZstdDecoder.decodeFrame(rest, context, to: &sink)
    } while trailing.goesOn(input, at: offset, .zstd)
  }

  /// Decodes one frame; returns its compressed size in bytes. The frame is decoded at once,
  /// straight into the free space: that saves the window and a copy of the content. Frames need not
  /// give the size of their content (those of kernel images do not), so the free space is grown
  /// until it fits.
  private static func decodeFrame(
    _ input: RawSpan, _ context: OpaquePointer, to sink: inout OutputSink
  ) throws(DecompressionError) -> Int {
    let source = unsafe input.withUnsafeBytes { unsafe $0 }
    // SAFETY: libzstd reads only the input's bytes and writes only the free bytes it is given.
    let size = unsafe ZSTD_findFrameCompressedSize(source.baseAddress, source.count)
    if ZSTD_isError(size) != 0 { throw .damaged(words(size)) }
    let promised = unsafe ZSTD_getFrameContentSize(source.baseAddress, source.count)
    if promised < 1 << 30, promised > UInt64(sink.free) { try? sink.reserve(Int(promised)) }
    while true {
      let free = sink.free
      let result = unsafe ZSTD_decompressDCtx(context, sink.next, free, source.baseAddress, size)
      if ZSTD_isError(result) == 0 {
        sink.advance(by: result)
        extendLifetime(input)
        return size
      }
      guard ZSTD_getErrorCode(result) == ZSTD_error_dstSize_tooSmall else {
        throw .damaged(words(result))
      }
      do { try sink.reserve(max(free &* 2, 1 << 16)) } catch { try sink.reserve(free &+ 1) }
    }
  }

  private static func words(_ code: Int) -> String {
    guard let words = unsafe ZSTD_getErrorName(code) else { return "error" }
    return unsafe String(cString: words)
  }

  deinit { unsafe ZSTD_freeDCtx(context) }
}
