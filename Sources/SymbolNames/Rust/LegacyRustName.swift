/// A name in Rust's older mangling: `_ZN`, identifiers each after its length, a hash, `E`. C++
/// shares the frame; what makes a name Rust's is the last identifier, `h` and 16 hexadecimal digits
/// of at least 5 kinds (a hash with fewer is as good as impossible).
struct LegacyRustName {
  /// Where the hash's length (`17`) begins.
  let hash: Int
  /// Where the suffix begins: after the `E`.
  let end: Int

  /// `nil` if the bytes are not such a name.
  init?(_ bytes: Span<UInt8>) {
    guard bytes.count > 4, bytes[0] == UInt8(ascii: "_"), bytes[1] == UInt8(ascii: "Z"),
      bytes[2] == UInt8(ascii: "N")
    else { return nil }
    var position = 3
    var last: Range<Int>?
    var lastLength = 3
    while position < bytes.count, bytes[position] != UInt8(ascii: "E") {
      lastLength = position
      guard let identifier = LegacyRustName.identifier(in: bytes, at: position) else { return nil }
      for index in identifier where !LegacyRustName.isAllowed(bytes[index]) { return nil }
      position = identifier.upperBound
      last = identifier
    }
    guard position < bytes.count, let last, lastLength > 3,
      LegacyRustName.isHash(bytes.extracting(last))
    else { return nil }
    end = position &+ 1
    hash = lastLength
    guard end == bytes.count || bytes[end] == UInt8(ascii: ".") else { return nil }
  }

  /// Appends the readable name, ending in `::h0123456789abcdef` if it `showsHash`.
  func write(
    _ bytes: Span<UInt8>, showsHash: Bool, to output: inout NameBuffer
  ) throws(NotMangled) {
    var position = 3
    let stop = showsHash ? end &- 1 : hash
    while position < stop {
      guard let identifier = LegacyRustName.identifier(in: bytes, at: position) else {
        throw NotMangled()
      }
      if position > 3 { try output.put("::") }
      try LegacyRustName.unescape(bytes.extracting(identifier), to: &output)
      position = identifier.upperBound
    }
    if end < bytes.count {
      try output.put(" (")
      try output.put(bytes, from: end, count: bytes.count &- end)
      try output.put(UInt8(ascii: ")"))
    }
  }

  /// Where the identifier lies whose length begins at `position`.
  private static func identifier(in bytes: Span<UInt8>, at position: Int) -> Range<Int>? {
    var position = position
    var length = 0
    while position < bytes.count {
      let digit = Int(bytes[position] &- UInt8(ascii: "0"))
      guard digit < 10 else { break }
      length = length &* 10 &+ digit
      guard length <= bytes.count else { return nil }
      position &+= 1
    }
    guard length > 0, length <= bytes.count &- position else { return nil }
    return position..<(position &+ length)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    IdentifierBytes.contains(byte) || byte == UInt8(ascii: "$") || byte == UInt8(ascii: ".")
  }

  private static func isHash(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count == 17, bytes[0] == UInt8(ascii: "h") else { return false }
    var kinds: UInt16 = 0
    for index in 1..<17 {
      guard let digit = V0Printer.hexDigit(bytes[index]) else { return false }
      kinds |= 1 << UInt16(digit)
    }
    return kinds.nonzeroBitCount >= 5
  }
}

extension LegacyRustName {
  /// Appends an identifier with `..` as `::` and `$LT$` and its like as what they stand for. What
  /// follows an unknown escape is copied as it is.
  private static func unescape(
    _ identifier: Span<UInt8>, to output: inout NameBuffer
  ) throws(NotMangled) {
    var position = 0
    // An identifier cannot begin with `$`, so an underscore precedes it.
    if identifier.count > 1, identifier[0] == UInt8(ascii: "_"), identifier[1] == UInt8(ascii: "$")
    {
      position = 1
    }
    while position < identifier.count {
      let byte = identifier[position]
      if byte == UInt8(ascii: ".") {
        let isPair =
          position &+ 1 < identifier.count && identifier[position &+ 1] == UInt8(ascii: ".")
        try output.put(isPair ? "::" : ".")
        position &+= isPair ? 2 : 1
      } else if byte == UInt8(ascii: "$") {
        guard let escape = escape(in: identifier, at: position) else { break }
        for unit in UTF8.encode(escape.scalar) ?? UTF8.encodedReplacementCharacter {
          try output.put(unit)
        }
        position = escape.end
      } else {
        try output.put(byte)
        position &+= 1
      }
    }
    try output.put(identifier, from: position, count: identifier.count &- position)
  }

  /// The escape that begins at `start`, and where it ends.
  private static func escape(
    in identifier: Span<UInt8>, at start: Int
  ) -> (scalar: Unicode.Scalar, end: Int)? {
    var code: UInt64 = 0
    var position = start &+ 1
    while position < identifier.count, identifier[position] != UInt8(ascii: "$") {
      // Of more than eight bytes the first ones are lost; none of them is 0, so none fits a case.
      code = code << 8 | UInt64(identifier[position])
      position &+= 1
    }
    guard position < identifier.count else { return nil }
    let scalar: Unicode.Scalar?
    switch code {
    case 0x5350: scalar = "@"  // SP
    case 0x4250: scalar = "*"  // BP
    case 0x5246: scalar = "&"  // RF
    case 0x4c54: scalar = "<"  // LT
    case 0x4754: scalar = ">"  // GT
    case 0x4c50: scalar = "("  // LP
    case 0x5250: scalar = ")"  // RP
    case 0x43: scalar = ","  // C
    default: scalar = hexScalar(identifier.extracting((start &+ 1)..<position))
    }
    guard let scalar else { return nil }
    return (scalar, position &+ 1)
  }

  /// `u7e` as `~`; control characters are left escaped.
  private static func hexScalar(_ text: Span<UInt8>) -> Unicode.Scalar? {
    guard !text.isEmpty, text[0] == UInt8(ascii: "u") else { return nil }
    var value: UInt32 = 0
    for index in 1..<text.count {
      guard let digit = V0Printer.hexDigit(text[index]), value <= 0x10_ffff else { return nil }
      value = value << 4 | UInt32(digit)
    }
    guard value >= 0x20, value < 0x7f || value >= 0xa0 else { return nil }
    return Unicode.Scalar(value)
  }
}
