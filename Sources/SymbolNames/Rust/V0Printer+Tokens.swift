extension V0Printer {
  struct Identifier {
    let start: Int
    let count: Int
    let isPunycode: Bool
  }

  /// A number in hexadecimal: where its digits are, and its value modulo 2^64.
  struct HexNumber {
    let start: Int
    let count: Int
    let value: UInt64
  }

  /// The next byte, or 0 (which no rule of the grammar accepts) at the end.
  @inline(__always) func peek() -> UInt8 {
    // SAFETY: position is never negative, and below the count as just checked.
    position < bytes.count ? unsafe bytes[unchecked: position] : 0
  }

  /// Takes the next byte; 0, staying, at the end.
  @inline(__always) mutating func next() -> UInt8 {
    guard position < bytes.count else { return 0 }
    // SAFETY: position is never negative, and below the count as just checked.
    let byte = unsafe bytes[unchecked: position]
    position &+= 1
    return byte
  }

  /// Takes the next byte if it is `byte`, which must not be 0.
  @inline(__always) mutating func skip(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position &+= 1
    return true
  }

  /// Counts the bytes between `_R` and the first dot or dollar sign.
  func measureName() -> Int {
    var end = V0Printer.origin
    while end < bytes.count, bytes[end] != UInt8(ascii: "."), bytes[end] != UInt8(ascii: "$") {
      end &+= 1
    }
    return end &- V0Printer.origin
  }

  /// `[u] decimal [_] bytes`.
  @inline(__always) mutating func parseIdentifier() throws(NotMangled) -> Identifier {
    let isPunycode = skip(UInt8(ascii: "u"))
    let length = try parseDecimal()
    _ = skip(UInt8(ascii: "_"))
    guard length <= bytes.count &- position else { throw NotMangled() }
    let identifier = Identifier(start: position, count: length, isPunycode: isPunycode)
    // SAFETY: position + length <= bytes.count, by the guard above.
    guard unsafe IdentifierBytes.areAll(in: bytes, from: position, count: length) else {
      throw NotMangled()
    }
    position &+= length
    return identifier
  }

  /// Digits without a leading zero, or `0` alone.
  @inline(__always) private mutating func parseDecimal() throws(NotMangled) -> Int {
    var value = Int(peek() &- UInt8(ascii: "0"))
    guard value < 10 else { throw NotMangled() }
    position &+= 1
    guard value > 0 else { return 0 }
    while true {
      let digit = Int(peek() &- UInt8(ascii: "0"))
      guard digit < 10 else { return value }
      position &+= 1
      value = value &* 10 &+ digit
      guard value <= RustDemangler.maximumLength else { throw NotMangled() }
    }
  }

  /// 0 without the tag, else one more than the number after it.
  @inline(__always) mutating func parseTagged(_ tag: UInt8) throws(NotMangled) -> UInt64 {
    guard skip(tag) else { return 0 }
    return try parseBase62().addingOne()
  }

  /// `{0-9a-zA-Z} _`: 0 without digits, else one more than what they say.
  mutating func parseBase62() throws(NotMangled) -> UInt64 {
    if skip(UInt8(ascii: "_")) { return 0 }
    var value: UInt64 = 0
    while true {
      let byte = next()
      let digit = V0Printer.base62Digit(byte)
      guard digit < 62 else {
        let (sum, overflows) = value.addingReportingOverflow(1)
        guard byte == UInt8(ascii: "_"), !overflows else { throw NotMangled() }
        return sum
      }
      let (product, overflowed) = value.multipliedReportingOverflow(by: 62)
      let (sum, overflows) = product.addingReportingOverflow(UInt64(digit))
      guard !overflowed, !overflows else { throw NotMangled() }
      value = sum
    }
  }

  /// `hex _` without leading zeros.
  mutating func parseHex() throws(NotMangled) -> HexNumber {
    let start = position
    var value: UInt64 = 0
    while let digit = V0Printer.hexDigit(peek()) {
      guard position == start || value != 0 || position &- start >= 16 else { throw NotMangled() }
      value = value << 4 | UInt64(digit)
      position &+= 1
    }
    let count = position &- start
    guard count > 0, skip(UInt8(ascii: "_")) else { throw NotMangled() }
    return HexNumber(start: start, count: count, value: value)
  }

  /// Passes over a disambiguator, if there is one; as ``parseTagged(_:)``, but knows no value.
  @inline(__always) mutating func skipDisambiguator() throws(NotMangled) {
    guard skip(UInt8(ascii: "s")) else { return }
    let start = position
    if bytes.count &- position >= 16 {
      // SAFETY: 16 bytes follow.
      let length = unsafe IdentifierBytes.alphanumericPrefix(in: bytes, from: position)
      // Below 62^11 and with a first digit below 21 the number is far from 2^64, whatever follows.
      if length > 0, length < 11 || (length == 11 && V0Printer.base62Digit(peek()) < 21) {
        position &+= length
        if skip(UInt8(ascii: "_")) { return }
        position = start
      }
    }
    _ = try parseBase62().addingOne()
  }

  /// The value of a digit in base 62, or 255.
  @inline(__always) static func base62Digit(_ byte: UInt8) -> UInt8 {
    let digit = byte &- UInt8(ascii: "0")
    let letter = (byte | 0x20) &- UInt8(ascii: "a")
    // Bit 0x20 distinguishes lower case (10 and up) from upper case (36 and up).
    let value = letter &+ 36 &- (byte & 0x20) >> 5 &* 26
    return digit < 10 ? digit : letter < 26 ? value : 255
  }

  static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
    default: nil
    }
  }
}

extension UInt64 {
  /// One more, or no name at all.
  @inline(__always) fileprivate func addingOne() throws(NotMangled) -> UInt64 {
    let (sum, overflows) = addingReportingOverflow(1)
    guard !overflows else { throw NotMangled() }
    return sum
  }
}

extension V0Printer {
  @inline(__always) mutating func print(_ text: StaticString) throws(NotMangled) {
    if isPrinting { try output.put(text) }
  }

  @inline(__always) mutating func print(_ byte: UInt8) throws(NotMangled) {
    if isPrinting { try output.put(byte) }
  }

  @inline(__always) mutating func printBytes(from start: Int, count: Int) throws(NotMangled) {
    if isPrinting { try output.put(bytes, from: start, count: count) }
  }

  @inline(__always) mutating func printIdentifier(_ identifier: Identifier) throws(NotMangled) {
    guard isPrinting else { return }
    if identifier.isPunycode {
      let coded = bytes.extracting(identifier.start..<(identifier.start &+ identifier.count))
      return try Punycode.decode(coded, to: &output)
    }
    try output.put(bytes, from: identifier.start, count: identifier.count)
  }

  /// `[1a2b3c]`.
  mutating func printHash(_ hash: UInt64) throws(NotMangled) {
    try print(UInt8(ascii: "["))
    try printHexadecimal(hash)
    try print(UInt8(ascii: "]"))
  }

  mutating func printDecimal(_ value: UInt64) throws(NotMangled) {
    var scale: UInt64 = 1
    while value / scale >= 10 { scale &*= 10 }
    while scale > 0 {
      try print(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value / scale % 10))
      scale /= 10
    }
  }

  mutating func printHexadecimal(_ value: UInt64) throws(NotMangled) {
    var shift = max(0, (UInt64.bitWidth &- value.leadingZeroBitCount &- 1) & ~3)
    while shift >= 0 {
      let digit = UInt8(truncatingIfNeeded: value >> UInt64(shift)) & 0xf
      try print(digit &+ (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") &- 10))
      shift &-= 4
    }
  }
}
