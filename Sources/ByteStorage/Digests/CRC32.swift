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

  /// The CRC-32 of other bytes, whose own is given, followed by these.
  package func crc32(after former: UInt32) -> UInt32 {
    let count = byteCount
    return unsafe withUnsafeBytes { buffer in
      // SAFETY: reads `count` bytes of the span.
      guard let start = buffer.baseAddress else { return former }
      return unsafe libdeflate_crc32(former, start, count)
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

/// Sums of texts that are put together.
package enum CRC32 {
  private static let polynomial: UInt32 = 0xedb8_8320
  /// x to the power of 2^n, modulo the polynomial; the highest bit is x^0.
  private static let powers: [UInt32] = {
    var powers: [UInt32] = [1 << 30]
    for _ in 1..<32 { powers.append(product(powers[powers.count - 1], powers[powers.count - 1])) }
    return powers
  }()

  /// The CRC-32 of two texts, one after the other, from those of both and the size of the second in
  /// bytes.
  package static func joined(_ first: UInt32, _ second: UInt32, count: Int) -> UInt32 {
    // Eight bits a byte.
    var (shift, rest, power) = (UInt32(1) << 31, count, 3)
    while rest > 0 {
      if rest & 1 != 0 { shift = product(powers[power & 31], shift) }
      rest >>= 1
      power += 1
    }
    return product(shift, first) ^ second
  }

  private static func product(_ left: UInt32, _ right: UInt32) -> UInt32 {
    var (bit, right, sum) = (UInt32(1) << 31, right, UInt32(0))
    while bit != 0 {
      if left & bit != 0 { sum ^= right }
      bit >>= 1
      right = right & 1 != 0 ? right >> 1 ^ polynomial : right >> 1
    }
    return sum
  }
}
