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

  /// The first eight bytes as a big-endian number.
  package var prefix: UInt64 { words.0 }

  /// Reads 64 hexadecimal digits, with or without `sha256:` before them; `nil` if the text is anything
  /// else.
  package init?(hexadecimal text: String) {
    let digits = Array((text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]).utf8)
    guard digits.count == 64 else { return nil }
    func word(_ index: Int) -> UInt64? {
      let part = digits[(index * 16)..<(index * 16 + 16)]
      guard part.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else {
        return nil
      }
      return UInt64(String(decoding: part, as: UTF8.self), radix: 16)
    }
    guard let first = word(0), let second = word(1), let third = word(2), let fourth = word(3)
    else { return nil }
    words = (first, second, third, fourth)
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
      guard let digit = digits.byte(at: offset) else { return nil }
      let value: UInt8
      switch digit {
      case 0x30...0x39: value = digit &- 0x30
      case 0x61...0x66: value = digit &- 0x57
      case 0x41...0x46: value = digit &- 0x37
      default: return nil
      }
      bytes[offset / 2] = bytes[offset / 2] << 4 | value
    }
    unsafe self.init(bytes.span.bytes, at: 0)
  }

  /// The first eight bytes as a big-endian number, for tables sorted by digest.
  package var firstWord: UInt64 { words.0 }
}
