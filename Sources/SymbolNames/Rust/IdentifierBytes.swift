/// The bytes an identifier is made of: ASCII letters, digits and the underscore. Eight at a time: a
/// byte below 0x80 plus (0x80 - first) has its high bit set from `first` on, and no sum carries
/// into the next byte.
enum IdentifierBytes {
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  @inline(__always) static func contains(_ byte: UInt8) -> Bool {
    let letter = (byte | 0x20) &- UInt8(ascii: "a")
    return letter < 26 || byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "_")
  }

  /// Whether a range of bytes has only such; start + count <= bytes.count.
  @inline(__always)
  @unsafe static func areAll(
    in bytes: borrowing Span<UInt8>, from start: Int, count: Int
  ) -> Bool {
    var position = start
    var left = count
    while left > 0 {
      var word: UInt64
      if bytes.count &- position >= 8 {
        // SAFETY: 8 bytes follow, as just checked.
        word = unsafe load(bytes, at: position)
      } else if bytes.count >= 8 {
        // The last 8 bytes there are, with those before `position` shifted out.
        let shift = UInt64(truncatingIfNeeded: (8 &- (bytes.count &- position)) &* 8)
        // SAFETY: there are 8 bytes before the end, as just checked; 0 < shift < 64, as left > 0.
        word = unsafe load(bytes, at: bytes.count &- 8) &>> shift
      } else {
        return areAllSlowly(in: bytes, from: position, count: left)
      }
      if left < 8 {
        let keep: UInt64 = (1 &<< UInt64(left &* 8)) &- 1
        word = (word & keep) | (0x6161_6161_6161_6161 & ~keep)
      }
      let underscores = highBits &- ((word & ~highBits) ^ 0x5f5f_5f5f_5f5f_5f5f)
      guard (alphanumerics(word) | underscores) & highBits & ~word == highBits else { return false }
      position &+= 8
      left &-= 8
    }
    return true
  }

  private static func areAllSlowly(
    in bytes: borrowing Span<UInt8>, from start: Int, count: Int
  ) -> Bool {
    for index in start..<(start &+ count) where !contains(bytes[index]) { return false }
    return true
  }

  /// How many of the next 16 bytes, before any other, are letters or digits; start + 16 <=
  /// bytes.count.
  @inline(__always)
  @unsafe static func alphanumericPrefix(in bytes: borrowing Span<UInt8>, from start: Int) -> Int {
    // SAFETY: 16 bytes follow, as the caller proved.
    let low = unsafe load(bytes, at: start)
    let others = ~alphanumerics(low) & highBits | low & highBits
    if others != 0 { return others.trailingZeroBitCount / 8 }
    let high = unsafe load(bytes, at: start &+ 8)
    let more = ~alphanumerics(high) & highBits | high & highBits
    return 8 &+ more.trailingZeroBitCount / 8
  }

  /// The high bit of each byte: whether it, taken without its high bit, is a letter or digit.
  @inline(__always) private static func alphanumerics(_ word: UInt64) -> UInt64 {
    let ascii = word & ~highBits
    let lower = ascii | 0x2020_2020_2020_2020
    let letters = (lower &+ 0x1f1f_1f1f_1f1f_1f1f) & ~(lower &+ 0x0505_0505_0505_0505)
    let digits = (ascii &+ 0x5050_5050_5050_5050) & ~(ascii &+ 0x4646_4646_4646_4646)
    return letters | digits
  }

  /// Eight bytes, the first one lowest.
  @inline(__always)
  @unsafe private static func load(_ bytes: borrowing Span<UInt8>, at start: Int) -> UInt64 {
    // SAFETY: 8 bytes follow, as the caller proved.
    UInt64(
      littleEndian: unsafe bytes.bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: start, as: UInt64.self))
  }
}
