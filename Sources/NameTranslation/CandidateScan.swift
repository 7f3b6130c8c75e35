internal import ByteStorage

/// Where text holds what only a linkage name has: `_R`, `_ZN`, `.llvm.`, `.isra.`, `.cold` and their
/// like.
///
/// Sixty-four bytes are looked at together; nearly all text has none of these, and is passed over at
/// the speed of memory.
enum CandidateScan {
  /// Words that follow a dot in a compiler's suffix.
  private static let words: [StaticString] = [
    "llvm.", "isra.", "constprop.", "part.", "cold", "lto_priv.", "__uniq.", "specialized.",
    "argprom", "unlikely", "kcfi", "cfi", "localalias",
  ]

  /// The first candidate at an index or after it.
  ///
  /// - Complexity: O(distance to the candidate).
  static func next(in text: RawSpan, from start: Int) -> Int? {
    var index = start
    while let block = firstPair(in: text, from: index) {
      if isCandidate(text, block) { return block }
      index = block &+ 1
    }
    return nil
  }

  /// The first place where two bytes may begin a candidate.
  private static func firstPair(in text: RawSpan, from start: Int) -> Int? {
    let count = text.byteCount
    var index = start
    // A pair of blocks needs one byte more than a block.
    while index &+ 64 < count {
      // SAFETY: index + 64 < count, so both loads of all four blocks lie in the span.
      let found =
        unsafe pairs(text, index) .| pairs(text, index &+ 16)
        .| pairs(text, index &+ 32) .| pairs(text, index &+ 48)
      if any(found) {
        for offset in 0..<64 where isPair(text, index &+ offset) { return index &+ offset }
      }
      index &+= 64
    }
    while index &+ 1 < count {
      if isPair(text, index) { return index }
      index &+= 1
    }
    return nil
  }

  private typealias Mask = SIMDMask<SIMD16<Int8>>

  /// Which of 16 bytes begin a pair: `_R`, `_Z`, a dot and a letter or underscore, or `$`.
  @inline(__always)
  @unsafe private static func pairs(_ text: RawSpan, _ index: Int) -> Mask {
    // SAFETY: the caller has proved that 17 bytes follow the index.
    let first = unsafe text.unsafeLoadUnaligned(
      fromUncheckedByteOffset: index, as: SIMD16<UInt8>.self)
    let second = unsafe text.unsafeLoadUnaligned(
      fromUncheckedByteOffset: index &+ 1, as: SIMD16<UInt8>.self)
    let mangled = (first .== 0x5f) .& ((second .== 0x52) .| (second .== 0x5a))
    let isLetter = (second &- 0x5f) .< 0x1c
    return mangled .| ((first .== 0x2e) .& isLetter) .| (first .== 0x24)
  }

  @inline(__always)
  private static func any(_ mask: Mask) -> Bool {
    let halves = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
    return halves.x | halves.y != 0
  }

  @inline(__always)
  private static func isPair(_ text: RawSpan, _ index: Int) -> Bool {
    guard let first = text.byte(at: index), let second = text.byte(at: index &+ 1) else {
      return false
    }
    switch first {
    case 0x5f: return second == 0x52 || second == 0x5a
    case 0x2e: return second &- 0x5f < 0x1c
    case 0x24: return true
    default: return false
    }
  }

  /// Whether more than two bytes tell the same.
  private static func isCandidate(_ text: RawSpan, _ index: Int) -> Bool {
    guard let first = text.byte(at: index), let second = text.byte(at: index &+ 1) else {
      return false
    }
    if first == 0x5f {
      guard let third = text.byte(at: index &+ 2) else { return false }
      return second == 0x52 ? third.isNameByte : third == 0x4e
    }
    if first == 0x24 { return second.isHexDigit && index > 0 }
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
      if upper &- lower == 64, isApart(text.byte(at: lower &- 1)), isApart(text.byte(at: upper)) {
        return lower..<upper
      }
      index = upper &+ 64
    }
    return nil
  }

  private static func isApart(_ byte: UInt8?) -> Bool {
    guard let byte else { return true }
    return !byte.isNameByte
  }
}
