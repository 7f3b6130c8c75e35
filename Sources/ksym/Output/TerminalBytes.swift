internal import ByteStorage

/// Bytes of output as a terminal may have them. It must not obey what files hold: C1 controls (U+0080 to
/// U+009F, which terminals take for escape sequences) and bytes that are not UTF-8 become `\x9b`, or
/// `\u009b` within JSON.
struct TerminalBytes {
  /// Whether the bytes are those of a text that was read, so that ESC and its like are escaped too,
  /// except those of colours.
  let isForeign: Bool

  /// The bytes, escaped.
  func escaped(_ bytes: RawSpan) -> OutputBuffer {
    var output = OutputBuffer(reserving: bytes.byteCount)
    let isJSON = !isForeign && bytes.byte(at: 0) == UInt8(ascii: "{")
    var index = 0
    while let byte = bytes.byte(at: index) {
      let length = TerminalBytes.length(of: bytes, at: index)
      if length == 2, byte == 0xc2, let next = bytes.byte(at: index &+ 1), next < 0xa0 {
        if isJSON {
          output.append("\\u")
          output.append(hexadecimal: UInt64(next), width: 4)
        } else {
          TerminalBytes.escape(byte, &output)
          TerminalBytes.escape(next, &output)
        }
        index &+= 2
      } else if length == 0 || (isForeign && !isHarmless(bytes, index)) {
        TerminalBytes.escape(byte, &output)
        index &+= 1
      } else {
        for offset in index..<(index &+ length) { output.append(bytes.byte(at: offset) ?? 0) }
        index &+= length
      }
    }
    return output
  }

  /// Whether a byte below 0x80 does nothing but end a line, move to a column, or begin a colour.
  private func isHarmless(_ bytes: RawSpan, _ index: Int) -> Bool {
    switch bytes.byte(at: index) {
    case 0x09?, 0x0a?: return true
    case 0x0d?: return bytes.byte(at: index &+ 1) == 0x0a
    case 0x1b?:
      guard bytes.byte(at: index &+ 1) == UInt8(ascii: "[") else { return false }
      var end = index &+ 2
      while let byte = bytes.byte(at: end), byte &- 0x30 < 10 || byte == UInt8(ascii: ";") {
        end &+= 1
      }
      return bytes.byte(at: end) == UInt8(ascii: "m") || bytes.byte(at: end) == UInt8(ascii: "K")
    case let byte?: return byte >= 0x20 && byte != 0x7f
    case nil: return true
    }
  }

  private static func escape(_ byte: UInt8, _ output: inout OutputBuffer) {
    output.append("\\x")
    output.append(hexadecimal: UInt64(byte), width: 2)
  }

  /// Number of bytes of the character at an index; 0 if it is not UTF-8.
  private static func length(of bytes: RawSpan, at index: Int) -> Int {
    guard let lead = bytes.byte(at: index) else { return 0 }
    if lead < 0x80 { return 1 }
    let (count, least): (Int, UInt32)
    switch lead {
    case 0xc2..<0xe0: (count, least) = (2, 0x80)
    case 0xe0..<0xf0: (count, least) = (3, 0x800)
    case 0xf0..<0xf5: (count, least) = (4, 0x1_0000)
    default: return 0
    }
    var value = UInt32(lead) & (0x7f >> UInt32(count))
    for offset in 1..<count {
      guard let byte = bytes.byte(at: index &+ offset), byte & 0xc0 == 0x80 else { return 0 }
      value = value << 6 | UInt32(byte & 0x3f)
    }
    return value >= least && Unicode.Scalar(value) != nil ? count : 0
  }
}
