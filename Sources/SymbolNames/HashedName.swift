/// The hashed name of a symbol: 32 bytes that stand for a name where a table has no room for it. It
/// is the SHA-256 digest of the linkage name without one leading dot; `init(of:)` is the only place
/// that computes it.
///
/// - Note: Proposed for names that do not fit `struct modversion_info` (include/linux/module.h) in
///   message 20240617175818.58219-31, never merged. The dot is what `dedotify_versions` of
///   arch/powerpc/kernel/module_64.c removes from names of functions (ELFv1).
package struct HashedName: Sendable, Hashable {
  /// The 32 bytes as four big-endian numbers.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  /// Takes the bytes of a digest; `nil` unless there are 32.
  package init?(_ bytes: Span<UInt8>) {
    guard bytes.count == 32 else { return nil }
    func word(_ index: Int) -> UInt64 {
      (0..<8).reduce(0) { $0 << 8 | UInt64(bytes[index &* 8 &+ $1]) }
    }
    words = (word(0), word(1), word(2), word(3))
  }

  /// Reads 64 hexadecimal digits of either case; `nil` if the bytes are anything else.
  package init?(hexadecimal digits: Span<UInt8>) {
    guard digits.count == 64 else { return nil }
    func word(_ index: Int) -> UInt64? {
      var word: UInt64 = 0
      for offset in (index &* 16)..<(index &* 16 &+ 16) {
        let capital = digits[offset] &- UInt8(ascii: "A")
        guard let digit = V0Printer.hexDigit(digits[offset]) ?? (capital < 6 ? capital &+ 10 : nil)
        else { return nil }
        word = word << 4 | UInt64(digit)
      }
      return word
    }
    guard let first = word(0), let second = word(1), let third = word(2), let fourth = word(3)
    else { return nil }
    words = (first, second, third, fourth)
  }

  /// Reads 64 hexadecimal digits of either case, with or without `sha256:` before them; `nil` if the
  /// text is anything else.
  package init?(_ text: String) {
    let digits = Array((text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]).utf8)
    self.init(hexadecimal: digits.span)
  }

  /// The first eight bytes as a big-endian number, which tables of digests are sorted by.
  package var key: UInt64 { words.0 }

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

  package static func == (left: Self, right: Self) -> Bool { left.words == right.words }

  /// Hashes the first words, which are as good as all.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }
}
