internal import CDeflate
internal import CZstd

/// Unpacks single blocks that have no container and whose content has a known size, such as
/// the pages of a memory dump. Keeps its codecs' working memory between blocks.
@safe package struct BlockDecoder: ~Copyable {
  package enum Format: String, Sendable, Hashable {
    /// A zlib stream (RFC 1950).
    case zlib
    /// LZO1X, bare.
    case lzo
    case zstd
    /// snappy, bare.
    case snappy
  }

  private var zlib: OpaquePointer?
  private var zstd: OpaquePointer?

  package init() {}

  /// The content of a block, `size` bytes; `nil` if it is damaged or has another size.
  package mutating func unpack(_ block: RawSpan, _ format: Format, size: Int) -> [UInt8]? {
    guard size > 0, block.byteCount > 0 else { return nil }
    switch format {
    case .zlib:
      if unsafe zlib == nil { unsafe zlib = libdeflate_alloc_decompressor() }
      guard let codec = unsafe zlib else { return nil }
      return unsafe BlockDecoder.filled(size, from: block) { source, target in
        var written = 0
        // SAFETY: libdeflate reads only the block's bytes and writes at most `size` bytes.
        let result = unsafe libdeflate_zlib_decompress(
          codec, source.baseAddress, source.count, target.baseAddress, target.count, &written)
        return result == LIBDEFLATE_SUCCESS ? written : nil
      }
    case .lzo:
      return unsafe BlockDecoder.filled(size, from: block) { source, target in
        unsafe LZO1XDecoder.decode(source, into: target)
      }
    case .zstd:
      if unsafe zstd == nil { unsafe zstd = ZSTD_createDCtx() }
      guard let codec = unsafe zstd else { return nil }
      return unsafe BlockDecoder.filled(size, from: block) { source, target in
        // SAFETY: libzstd reads only the block's bytes and writes at most `size` bytes.
        let written = unsafe ZSTD_decompressDCtx(
          codec, target.baseAddress, target.count, source.baseAddress, source.count)
        return ZSTD_isError(written) == 0 ? written : nil
      }
    case .snappy: return decodeSnappy(block, size: size)
    }
  }

  /// An array of `size` bytes that `body` fills; `nil` unless it writes just that many.
  private static func filled(
    _ size: Int, from block: RawSpan,
    _ body: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Int?
  ) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: size)
    let written = unsafe bytes.withUnsafeMutableBytes { target in
      unsafe block.withUnsafeBytes { source in unsafe body(source, target) }
    }
    return written == size ? bytes : nil
  }

  deinit {
    if let codec = unsafe zlib { unsafe libdeflate_free_decompressor(codec) }
    if let codec = unsafe zstd { unsafe ZSTD_freeDCtx(codec) }
  }
}
