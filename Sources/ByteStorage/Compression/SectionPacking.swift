internal import CDeflate
internal import CZstd

/// How a section of an ELF file is packed: `ch_type` (gABI, `ELFCOMPRESS_*`).
package enum SectionPacking: UInt32, Sendable {
  case zlib = 1
  case zstd = 2
}

extension RawSpan {
  /// Unpacks a section whose size is known; `nil` if the data are damaged or of another size.
  package func unpacked(_ packing: SectionPacking, size: Int) -> [UInt8]? {
    // Nothing packs better than this; a header may promise anything.
    guard size >= 0, packing == .zstd || size / 1100 <= byteCount else { return nil }
    var isWhole = false
    let content = unsafe [UInt8](unsafeUninitializedCapacity: max(1, size)) { output, count in
      unsafe withUnsafeBytes { input in
        // SAFETY: both codecs read `input.count` bytes and write at most `size`.
        switch packing {
        case .zlib: isWhole = unsafe RawSpan.inflate(input, output.baseAddress, size)
        case .zstd:
          isWhole =
            unsafe ZSTD_decompress(output.baseAddress, size, input.baseAddress, input.count) == size
        }
      }
      count = isWhole ? size : 0
    }
    return isWhole ? content : nil
  }

  private static func inflate(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawPointer?, _ size: Int
  ) -> Bool {
    guard let decompressor = unsafe libdeflate_alloc_decompressor() else { return false }
    defer { unsafe libdeflate_free_decompressor(decompressor) }
    return unsafe libdeflate_zlib_decompress(
      decompressor, input.baseAddress, input.count, output, size, nil) == LIBDEFLATE_SUCCESS
  }
}
