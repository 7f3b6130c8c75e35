internal import CBzip2
internal import CLzma
internal import CZstd

/// xz and .lzma streams through liblzma.
@safe final class LzmaStreamCodec: StreamCodec {
  private var stream = unsafe lzma_stream()

  /// Memory a hostile header may make liblzma ask for, in bytes: the dictionary of `xz -9` is 64 MiB.
  private static let memoryLimit: UInt64 = 300 << 20

  init(isXZ: Bool) throws(DecompressionError) {
    let status =
      isXZ
      ? unsafe lzma_stream_decoder(&stream, LzmaStreamCodec.memoryLimit, 0)
      : unsafe lzma_alone_decoder(&stream, LzmaStreamCodec.memoryLimit)
    guard status == LZMA_OK else { throw .outOfMemory }
  }

  func decode(
    _ input: UnsafeRawBufferPointer, isEnd: Bool, into output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionError) -> StreamStep {
    // SAFETY: liblzma reads only the input and writes only the output, both of the caller.
    unsafe stream.next_in = input.bindMemory(to: UInt8.self).baseAddress
    unsafe stream.avail_in = input.count
    unsafe stream.next_out = output.bindMemory(to: UInt8.self).baseAddress
    unsafe stream.avail_out = output.count
    let result = unsafe lzma_code(&stream, isEnd ? LZMA_FINISH : LZMA_RUN)
    let step = unsafe StreamStep(
      consumed: input.count - stream.avail_in, produced: output.count - stream.avail_out,
      hasEnded: result == LZMA_STREAM_END)
    switch result {
    case LZMA_OK, LZMA_STREAM_END: return step
    case LZMA_BUF_ERROR where !isEnd: return step
    case LZMA_MEM_ERROR, LZMA_MEMLIMIT_ERROR: throw .outOfMemory
    case LZMA_BUF_ERROR: throw .damaged(CompressionFormat.endsEarly)
    case LZMA_OPTIONS_ERROR: throw .damaged("unsupported options")
    default: throw .damaged("data error")
    }
  }

  deinit { unsafe lzma_end(&stream) }
}

/// A zstd frame through libzstd.
@safe final class ZstdStreamCodec: StreamCodec {
  private let context: OpaquePointer

  init() throws(DecompressionError) {
    guard let context = unsafe ZSTD_createDCtx() else { throw .outOfMemory }
    unsafe self.context = unsafe context
    // Windows up to 128 MiB (zstd --long=27), which is libzstd's default.
    _ = unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 27)
  }

  func decode(
    _ input: UnsafeRawBufferPointer, isEnd: Bool, into output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionError) -> StreamStep {
    var from = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var to = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    // SAFETY: libzstd reads only the input and writes only the output, both of the caller.
    let left = unsafe ZSTD_decompressStream(context, &to, &from)
    guard ZSTD_isError(left) == 0 else {
      throw .damaged(unsafe ZSTD_getErrorName(left).map { unsafe String(cString: $0) } ?? "error")
    }
    return unsafe StreamStep(consumed: from.pos, produced: to.pos, hasEnded: left == 0)
  }

  deinit { unsafe ZSTD_freeDCtx(context) }
}

/// A bzip2 stream through libbz2.
@safe final class Bzip2StreamCodec: StreamCodec {
  private var stream = unsafe bz_stream()

  init() throws(DecompressionError) {
    guard unsafe BZ2_bzDecompressInit(&stream, 0, 0) == BZ_OK else { throw .outOfMemory }
  }

  func decode(
    _ input: UnsafeRawBufferPointer, isEnd: Bool, into output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionError) -> StreamStep {
    // SAFETY: libbz2 reads only the input, though its interface is not const, and writes only the
    // output, both of the caller and far below 4 GiB.
    unsafe stream.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?
      .assumingMemoryBound(to: CChar.self)
    unsafe stream.avail_in = UInt32(clamping: input.count)
    unsafe stream.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
    unsafe stream.avail_out = UInt32(clamping: output.count)
    let result = unsafe BZ2_bzDecompress(&stream)
    guard result == BZ_OK || result == BZ_STREAM_END else {
      throw .damaged(result == BZ_MEM_ERROR ? "out of memory" : "data error")
    }
    return unsafe StreamStep(
      consumed: input.count - Int(stream.avail_in), produced: output.count - Int(stream.avail_out),
      hasEnded: result == BZ_STREAM_END)
  }

  deinit { unsafe BZ2_bzDecompressEnd(&stream) }
}
