/// A compression format, recognised by its first bytes, never by a file's name.
package enum CompressionFormat: String, Sendable, Hashable, CaseIterable {
  case gzip, xz, zstd, bzip2, lz4, lzma, lzo

  /// What is said of an xz stream that ends before its end.
  package static let endsEarly = "ends before the end of the stream"

  /// The format whose magic number the bytes begin with; 13 bytes are enough. As in the kernel's
  /// `lib/decompress.c` (7.3): gzip also `1f 9e`, lz4 the legacy frame, lzma by its property byte
  /// and a power-of-two dictionary.
  package init?(magic bytes: RawSpan) {
    guard let first = bytes.integer(UInt16.self, at: 0, .big) else { return nil }
    let word = bytes.integer(UInt32.self, at: 0, .big) ?? 0
    if first == 0x1f8b || first == 0x1f9e {
      self = .gzip
    } else if word == 0xfd37_7a58, bytes.integer(UInt16.self, at: 4, .big) == 0x5a00 {
      self = .xz
    } else if word == 0x28b5_2ffd {
      self = .zstd
    } else if word & 0xffff_ff00 == 0x425a_6800, (0x31...0x39).contains(word & 0xff) {
      self = .bzip2
    } else if word == 0x0221_4c18 || word == 0x0422_4d18 {
      self = .lz4
    } else if bytes.integer(UInt64.self, at: 0, .big) == 0x894c_5a4f_000d_0a1a {
      self = .lzo
    } else if CompressionFormat.looksLikeLzma(bytes) {
      self = .lzma
    } else {
      return nil
    }
  }

  /// The `.lzma` format has no magic number: properties 0x5d, a dictionary that is a power of two,
  /// and a size that is unknown (-1) or below 2^38.
  private static func looksLikeLzma(_ bytes: RawSpan) -> Bool {
    guard bytes.byte(at: 0) == 0x5d, let dictionary = bytes.integer(UInt32.self, at: 1, .little),
      let size = bytes.integer(UInt64.self, at: 5, .little)
    else { return false }
    return dictionary >= 0x1000 && dictionary.nonzeroBitCount == 1
      && (size == .max || size < 1 << 38)
  }
}

extension CompressionFormat {
  /// Most bytes of content to unpack from a stream of a size. bzip2 is so slow that a few hundred
  /// bytes of it can keep a machine busy for half a minute; nothing real is packed as tightly.
  func mostContent(of size: Int) -> Int {
    guard self == .bzip2 else { return .max }
    let (content, overflow) = size.multipliedReportingOverflow(by: 1000)
    return overflow ? .max : max(64 << 20, content)
  }
}
