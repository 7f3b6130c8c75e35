internal import CDeflate

extension RawSpan {
  /// The CRC-32 of the bytes, as gzip and zip compute it.
  package var crc32: UInt32 {
    let count = byteCount
    return unsafe withUnsafeBytes { buffer in
      // SAFETY: reads `count` bytes of the span.
      guard let start = buffer.baseAddress else { return 0 }
      return unsafe libdeflate_crc32(0, start, count)
    }
  }

  /// The Adler-32 of the bytes, as zlib computes it.
  package var adler32: UInt32 {
    let count = byteCount
    return unsafe withUnsafeBytes { buffer in
      // SAFETY: reads `count` bytes of the span.
      guard let start = buffer.baseAddress else { return 1 }
      return unsafe libdeflate_adler32(1, start, count)
    }
  }
}
