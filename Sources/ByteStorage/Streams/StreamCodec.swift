/// What one step of a codec did.
struct StreamStep {
  /// Bytes of the input that were used.
  var consumed = 0
  /// Bytes of content that were written.
  var produced = 0
  /// Whether the stream (the member, the frame) ended.
  var hasEnded = false
}

/// Unpacks one stream piece by piece: its memory does not depend on the size of the content.
protocol StreamCodec: AnyObject {
  /// Unpacks what it can of the input into the output, which has room for at least 64 KiB. Asks for
  /// more input by using none and writing nothing.
  ///
  /// - Parameters:
  ///   - input: What was not used yet.
  ///   - isEnd: Whether no input follows.
  ///   - output: Room for content.
  /// - Returns: What was used and written.
  /// - Throws: ``DecompressionError`` if the stream is damaged, or ends early.
  func decode(
    _ input: UnsafeRawBufferPointer, isEnd: Bool, into output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionError) -> StreamStep
}

extension CompressionFormat {
  /// A codec for one stream of this format.
  ///
  /// - Throws: `.outOfMemory` if a library has none.
  func makeStreamCodec() throws(DecompressionError) -> any StreamCodec {
    switch self {
    case .gzip: return InflateCodec()
    case .xz: return try LzmaStreamCodec(isXZ: true)
    case .lzma: return try LzmaStreamCodec(isXZ: false)
    case .zstd: return try ZstdStreamCodec()
    case .bzip2: return try Bzip2StreamCodec()
    case .lz4: return LZ4StreamCodec()
    case .lzo: return LzopStreamCodec()
    }
  }
}
