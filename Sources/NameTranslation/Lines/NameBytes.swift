/// Which of eight bytes names may have, all at once: a name is looked for in every line.
package enum NameBytes {
  /// The high bit of each byte.
  package static let highBits: UInt64 = 0x8080_8080_8080_8080

  /// The high bit of each byte of a word that `UInt8.isNameByte` holds for; other bits are undefined.
  @inline(__always)
  package static func marks(_ word: UInt64) -> UInt64 {
    let low = word & ~highBits
    let letter = low | UInt64(repeating: 0x20)
    // Those outside ASCII count whatever their other bits are.
    return word
      | atLeast(letter, 0x61) & ~atLeast(letter, 0x7b)
      | atLeast(low, 0x30) & ~atLeast(low, 0x3a)
      | equal(low, 0x5f) | equal(low, 0x2e) | equal(low, 0x24) | equal(low, 0x40)
  }

  /// The high bit of each byte that is at least so much; bytes are below 0x80, as no sum may carry.
  @inline(__always)
  private static func atLeast(_ bytes: UInt64, _ least: UInt64) -> UInt64 {
    bytes &+ UInt64(repeating: 0x80 &- least)
  }

  /// The high bit of each byte that is this one; both are below 0x80.
  @inline(__always)
  private static func equal(_ bytes: UInt64, _ wanted: UInt64) -> UInt64 {
    ~((bytes ^ UInt64(repeating: wanted)) &+ UInt64(repeating: 0x7f))
  }
}

extension UInt64 {
  /// Eight times the same byte.
  @inline(__always)
  init(repeating byte: UInt64) { self = byte &* 0x0101_0101_0101_0101 }
}
