internal import CDeflate
internal import CLzma
internal import CZstd

/// Packs files as the kernel's build packs modules, so that the kernel's own decompressors take them.
///
/// | format | options | the kernel's reader |
/// |---|---|---|
/// | gzip | level 6, no name, no time | method 8; of header flags only FNAME |
/// | xz | CRC32, preset 6, dictionary of 1 MiB | checks NONE and CRC32 only |
/// | zstd | level 3, with checksum and content size | window up to 2^27 bytes (2^25 on 32-bit) |
///
/// - Note: scripts/Makefile.modinst and kernel/module/decompress.c, 5.17 to 7.3: `gzip -n`,
///   `xz --check=crc32 --lzma2=dict=1MiB`, `zstd`.
@safe package struct Compressor: ~Copyable {
  private var gzip: OpaquePointer?
  private var zstd: OpaquePointer?
  private var xz = unsafe lzma_stream()

  package init() {}

  /// The compressed file; `nil` if there is no memory, or the format cannot be written.
  package mutating func compress(_ bytes: RawSpan, _ format: CompressionFormat) -> [UInt8]? {
    switch format {
    case .gzip: compressGzip(bytes)
    case .xz: compressXZ(bytes)
    case .zstd: compressZstd(bytes)
    default: nil
    }
  }

  private mutating func compressGzip(_ bytes: RawSpan) -> [UInt8]? {
    if unsafe gzip == nil { unsafe gzip = libdeflate_alloc_compressor(6) }
    guard let codec = unsafe gzip else { return nil }
    let bound = unsafe libdeflate_gzip_compress_bound(codec, bytes.byteCount)
    return unsafe Compressor.filled(bound, from: bytes) { source, target in
      // SAFETY: libdeflate reads the source and writes at most the target's size.
      let size = unsafe libdeflate_gzip_compress(
        codec, source.baseAddress, source.count, target.baseAddress, target.count)
      return size > 0 ? size : nil
    }
  }

  private mutating func compressZstd(_ bytes: RawSpan) -> [UInt8]? {
    if unsafe zstd == nil { unsafe zstd = ZSTD_createCCtx() }
    guard let codec = unsafe zstd else { return nil }
    unsafe ZSTD_CCtx_setParameter(codec, ZSTD_c_compressionLevel, 3)
    unsafe ZSTD_CCtx_setParameter(codec, ZSTD_c_checksumFlag, 1)
    return unsafe Compressor.filled(ZSTD_compressBound(bytes.byteCount), from: bytes) {
      source, target in
      // SAFETY: libzstd reads the source and writes at most the target's size.
      let size = unsafe ZSTD_compress2(
        codec, target.baseAddress, target.count, source.baseAddress, source.count)
      return ZSTD_isError(size) == 0 ? size : nil
    }
  }

  private mutating func compressXZ(_ bytes: RawSpan) -> [UInt8]? {
    var options = unsafe lzma_options_lzma()
    guard unsafe lzma_lzma_preset(&options, 6) == 0 else { return nil }
    unsafe options.dict_size = 1 << 20
    let bound = lzma_stream_buffer_bound(bytes.byteCount)
    guard bound > 0 else { return nil }
    let status = unsafe withUnsafeMutablePointer(to: &options) { pointer -> lzma_ret in
      // LZMA_FILTER_LZMA2 and LZMA_VLI_UNKNOWN: macros that Swift does not import.
      let filters = unsafe [
        lzma_filter(id: 0x21, options: UnsafeMutableRawPointer(pointer)),
        lzma_filter(id: UInt64.max, options: nil),
      ]
      // SAFETY: liblzma copies the filters and their options.
      return unsafe lzma_stream_encoder(&xz, filters, LZMA_CHECK_CRC32)
    }
    guard status == LZMA_OK else { return nil }
    // The stream is a field: it is copied for the closure, and back.
    var stream = unsafe xz
    let result = unsafe Compressor.filled(bound, from: bytes) { source, target in
      // SAFETY: liblzma reads the source and writes at most the target's size.
      unsafe stream.next_in = source.bindMemory(to: UInt8.self).baseAddress
      unsafe stream.avail_in = source.count
      unsafe stream.next_out = target.bindMemory(to: UInt8.self).baseAddress
      unsafe stream.avail_out = target.count
      guard unsafe lzma_code(&stream, LZMA_FINISH) == LZMA_STREAM_END else { return nil }
      return unsafe target.count - stream.avail_out
    }
    unsafe xz = stream
    return result
  }

  /// The bytes that `body` writes into at most `bound` bytes.
  private static func filled(
    _ bound: Int, from bytes: RawSpan,
    _ body: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Int?
  ) -> [UInt8]? {
    var isGood = false
    let result = unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      let target = UnsafeMutableRawBufferPointer(buffer)
      let size = unsafe bytes.withUnsafeBytes { source in unsafe body(source, target) }
      // SAFETY: the codec wrote that many bytes of the buffer.
      count = size ?? 0
      isGood = size != nil
    }
    return isGood ? result : nil
  }

  deinit {
    if let codec = unsafe gzip { unsafe libdeflate_free_compressor(codec) }
    if let codec = unsafe zstd { unsafe ZSTD_freeCCtx(codec) }
    // SAFETY: frees what the encoder allocated in this stream.
    var last = unsafe xz
    unsafe lzma_end(&last)
  }
}
