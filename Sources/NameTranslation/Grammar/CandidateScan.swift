internal import ByteStorage

/// Where text holds what only a linkage name has: `_R`, `_ZN`, `.llvm.`, `.isra.`, `.cold` and their
/// like.
///
/// Thirty-two bytes are looked at together; nearly all text has none of these, and is passed over at
/// the speed of memory.
enum CandidateScan {
  /// Words that follow a dot in a compiler's suffix.
  private static let words: [StaticString] = [
    "llvm.", "isra.", "constprop.", "part.", "__part.", "cold", "lto_priv.", "__uniq.",
    "specialized.",
    "argprom", "unlikely", "kcfi", "cfi", "localalias",
  ]

  /// The first candidate at an index or after it.
  ///
  /// - Complexity: O(distance to the candidate).
  static func next(in text: RawSpan, from start: Int) -> Int? {
    let count = text.byteCount
    var index = max(start, 0)
    // The last pair of a block of 32 begins at its last byte.
    while index <= count &- 33 {
      // SAFETY: index + 33 <= count, so all loads lie in the span.
      if unsafe mayHoldPair(text, index), let hit = unsafe candidate(text, block: index) {
        return hit
      }
      index &+= 32
    }
    // Lines are short: what is left of one is looked at by eight bytes before it is by one.
    while index <= count &- 9 {
      // SAFETY: index + 9 <= count, so both loads lie in the span.
      if let hit = unsafe candidate(text, index, pairs(text, index)) { return hit }
      index &+= 8
    }
    while index &+ 1 < count {
      if isCandidate(text, index) { return index }
      index &+= 1
    }
    return nil
  }

  /// The first candidate of 32 bytes.
  @inline(never)
  @unsafe private static func candidate(_ text: RawSpan, block: Int) -> Int? {
    var index = block
    while index < block &+ 32 {
      // SAFETY: the caller has proved that 33 bytes follow the block's index.
      if let hit = unsafe candidate(text, index, pairs(text, index)) { return hit }
      index &+= 8
    }
    return nil
  }

  /// Whether one of 32 bytes may begin a candidate: where ``pairs(_:_:)`` has a true mark, and in some other
  /// text (bytes outside ASCII).
  @inline(__always)
  @unsafe private static func mayHoldPair(_ text: RawSpan, _ index: Int) -> Bool {
    // SAFETY: the caller has proved that 33 bytes follow the index.
    let marks = unsafe marks(text, index) | marks(text, index &+ 16)
    let halves = unsafe unsafeBitCast(marks, to: SIMD2<UInt64>.self)
    return (halves.x | halves.y) & UInt64(repeating: 0x80) != 0
  }

  /// The high bit of each of sixteen bytes that may begin a candidate.
  ///
  /// Written with sums, as comparisons of vectors become loops. One less than a byte of ASCII has the high bit
  /// where the byte is zero.
  @inline(__always)
  @unsafe private static func marks(_ text: RawSpan, _ index: Int) -> SIMD16<UInt8> {
    typealias Bytes = SIMD16<UInt8>
    // SAFETY: the caller has proved that 17 bytes follow the index.
    let first = unsafe text.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: Bytes.self)
    let second = unsafe text.unsafeLoadUnaligned(
      fromUncheckedByteOffset: index &+ 1, as: Bytes.self)
    let ones = Bytes(repeating: 1)
    // R and Z differ in one bit.
    let mangled =
      ((first ^ Bytes(repeating: 0x5f)) &- ones)
      & (((second | Bytes(repeating: 0x08)) ^ Bytes(repeating: 0x5a)) &- ones)
    let dotted = ((first ^ Bytes(repeating: 0x2e)) &- ones) & (second &+ second)
    return mangled | dotted | ((first ^ Bytes(repeating: 0x24)) &- ones)
  }

  /// Which of eight bytes may begin a candidate (`_R`, `_Z`, a dot before a letter or underscore, or
  /// `$`), by the high bit of each. Those above a true one may be false.
  @inline(__always)
  @unsafe private static func pairs(_ text: RawSpan, _ index: Int) -> UInt64 {
    // SAFETY: the caller has proved that nine bytes follow the index.
    let first = unsafe UInt64(
      littleEndian: text.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self))
    let second = unsafe UInt64(
      littleEndian: text.unsafeLoadUnaligned(fromUncheckedByteOffset: index &+ 1, as: UInt64.self))
    let mangled =
      zeros(first ^ UInt64(repeating: 0x5f))
      & (zeros(second ^ UInt64(repeating: 0x52)) | zeros(second ^ UInt64(repeating: 0x5a)))
    let dotted = zeros(first ^ UInt64(repeating: 0x2e)) & second << 1
    return (mangled | dotted | zeros(first ^ UInt64(repeating: 0x24))) & UInt64(repeating: 0x80)
  }

  /// The high bit of each byte that is zero.
  @inline(__always)
  private static func zeros(_ word: UInt64) -> UInt64 { (word &- UInt64(repeating: 1)) & ~word }

  /// The first of the bytes marked that begins a candidate.
  private static func candidate(_ text: RawSpan, _ index: Int, _ marks: UInt64) -> Int? {
    var marks = marks
    while marks != 0 {
      let place = index &+ marks.trailingZeroBitCount / 8
      if isCandidate(text, place) { return place }
      marks &= marks &- 1
    }
    return nil
  }

  /// Whether more than two bytes agree.
  private static func isCandidate(_ text: RawSpan, _ index: Int) -> Bool {
    guard let first = text.byte(at: index), let second = text.byte(at: index &+ 1) else {
      return false
    }
    if first == 0x5f {
      guard second == 0x52 || second == 0x5a else { return false }
      guard let third = text.byte(at: index &+ 2) else { return false }
      // A path begins with one of seven letters, or a number that one follows.
      return second == 0x52
        ? third.isDecimalDigit || ("BCIMNXY" as StaticString).contains(third) : third == 0x4e
    }
    if first == 0x24 { return second.isHexDigit && index > 0 }
    guard first == 0x2e else { return false }
    switch second {
    case 0x6c, 0x69, 0x63, 0x70, 0x5f, 0x73, 0x61, 0x75, 0x6b: break
    default: return false
    }
    guard let rest = text.suffix(from: index &+ 1) else { return false }
    for word in words where rest.starts(with: word) { return true }
    return false
  }
}

/// Runs of exactly 64 hexadecimal digits: SHA-256 digests.
enum DigestScan {
  /// The first run at an index or after it, that no other letter or digit touches.
  ///
  /// - Complexity: O(distance / 64) in text without hexadecimal digits, O(distance) at worst.
  static func next(in text: RawSpan, from start: Int) -> Range<Int>? {
    // Every run holds one of the bytes that are 64 apart.
    var index = start &+ 63
    while index < text.byteCount {
      guard text.byte(at: index)?.isHexDigit ?? false else {
        index &+= 64
        continue
      }
      var lower = index
      while lower > start, text.byte(at: lower &- 1)?.isHexDigit ?? false { lower &-= 1 }
      var upper = index &+ 1
      while text.byte(at: upper)?.isHexDigit ?? false { upper &+= 1 }
      if upper &- lower == 64, isApart(lower..<upper, text) { return lower..<upper }
      index = upper &+ 64
    }
    return nil
  }

  private static func isApart(_ range: Range<Int>, _ text: RawSpan) -> Bool {
    let line = TextLine(text)
    return (!line[range.lowerBound &- 1].isNameByte || line.hasSign(before: range.lowerBound))
      && (!line[range.upperBound].isNameByte || line.hasSign(at: range.upperBound))
  }
}
