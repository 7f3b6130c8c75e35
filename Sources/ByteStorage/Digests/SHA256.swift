internal import CCrypto

/// A SHA-256 digest.
package struct SHA256Digest: Sendable, Hashable {
  /// The 32 bytes as four big-endian words.
  fileprivate let words: (UInt64, UInt64, UInt64, UInt64)

  /// The digest of some bytes.
  package init(of bytes: RawSpan) {
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    unsafe bytes.withUnsafeBytes { input in
      var state = SHA256_CTX()
      // SAFETY: reads the span's bytes, and writes 32 bytes, which `words` has.
      unsafe SHA256_Init(&state)
      unsafe SHA256_Update(&state, input.baseAddress, input.count)
      unsafe withUnsafeMutableBytes(of: &words) { output in
        let start = unsafe output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        _ = unsafe SHA256_Final(start, &state)
      }
    }
    self.words = (
      UInt64(bigEndian: words.0), UInt64(bigEndian: words.1), UInt64(bigEndian: words.2),
      UInt64(bigEndian: words.3)
    )
  }

  /// The digest stored in the 32 bytes at `offset`; zero-filled if they are not there.
  package init(_ bytes: RawSpan, at offset: Int) {
    func word(_ index: Int) -> UInt64 {
      bytes.integer(UInt64.self, at: offset &+ 8 &* index, .big) ?? 0
    }
    words = (word(0), word(1), word(2), word(3))
  }

  /// Reads 64 hexadecimal digits, with or without `sha256:` before them; `nil` if the text is anything
  /// else.
  package init?(hexadecimal text: String) {
    let digits = Array((text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]).utf8)
    self.init(hexadecimal: digits.rawSpan)
  }

  /// The 32 bytes.
  package var bytes: [UInt8] {
    [words.0, words.1, words.2, words.3].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
    }
  }

  /// The digest as 64 lower-case hexadecimal digits.
  package var hexadecimal: String {
    [words.0, words.1, words.2, words.3].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// Whether two digests are the same.
  package static func == (left: Self, right: Self) -> Bool { left.words == right.words }

  /// Hashes the first words, which are as good as all.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }
}

extension SHA256Digest {
  /// Reads 64 hexadecimal digits of either case; `nil` if the bytes are anything else.
  package init?(hexadecimal digits: RawSpan) {
    guard digits.byteCount == 64 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 32)
    for offset in 0..<64 {
      guard let value = digits.byte(at: offset)?.hexadecimalDigit else { return nil }
      bytes[offset / 2] = bytes[offset / 2] << 4 | UInt8(truncatingIfNeeded: value)
    }
    self.init(bytes.rawSpan, at: 0)
  }

  /// The first eight bytes as a big-endian number, for tables sorted by digest.
  package var firstWord: UInt64 { words.0 }
}
