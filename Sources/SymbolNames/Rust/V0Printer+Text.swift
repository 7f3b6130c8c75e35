extension V0Printer {
  /// A string constant in quotes: pairs of hexadecimal digits up to `_`, which must be UTF-8.
  /// Escapes as `str::escape_debug` of Rust does, except for single quotes.
  mutating func printText() throws(NotMangled) {
    try print(UInt8(ascii: "\""))
    while !skip(UInt8(ascii: "_")) {
      let scalar = try parseScalar()
      switch scalar {
      case "\t": try print("\\t")
      case "\r": try print("\\r")
      case "\n": try print("\\n")
      case "\\": try print("\\\\")
      case "\"": try print("\\\"")
      case "\0": try print("\\0")
      case " "..."~": try print(UInt8(truncatingIfNeeded: scalar.value))
      default: try printBeyondASCII(scalar)
      }
    }
    try print(UInt8(ascii: "\""))
  }

  /// A scalar as itself, or escaped.
  mutating func printBeyondASCII(_ scalar: Unicode.Scalar) throws(NotMangled) {
    if V0Printer.isVisible(scalar) {
      for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { try print(byte) }
    } else {
      try print("\\u{")
      try printHexadecimal(UInt64(scalar.value))
      try print(UInt8(ascii: "}"))
    }
  }

  /// Whether a scalar outside ASCII is written as itself.
  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.properties.isGraphemeExtend { return false }
    return switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator,
      .paragraphSeparator:
      false
    default: true
    }
  }

  /// One scalar in UTF-8, each byte as two digits.
  private mutating func parseScalar() throws(NotMangled) -> Unicode.Scalar {
    let lead = try parseByte()
    let (following, smallest): (Int, UInt32) =
      switch lead {
      case 0..<0x80: (0, 0)
      case 0xc2..<0xe0: (1, 0x80)
      case 0xe0..<0xf0: (2, 0x800)
      case 0xf0..<0xf5: (3, 0x1_0000)
      default: throw NotMangled()
      }
    var value = following == 0 ? UInt32(lead) : UInt32(lead) & (0x3f >> UInt32(following))
    for _ in 0..<following {
      let byte = try parseByte()
      guard byte & 0xc0 == 0x80 else { throw NotMangled() }
      value = value << 6 | UInt32(byte & 0x3f)
    }
    guard value >= smallest, let scalar = Unicode.Scalar(value) else { throw NotMangled() }
    return scalar
  }

  private mutating func parseByte() throws(NotMangled) -> UInt8 {
    guard let high = V0Printer.hexDigit(next()), let low = V0Printer.hexDigit(next()) else {
      throw NotMangled()
    }
    return high << 4 | low
  }
}
