internal import ByteStorage

extension RawSpan {
  /// The bytes as readers of the kernel's log show them: what is no UTF-8 as `\xNN`.
  ///
  /// - Note: kernel/printk/printk.c `msg_add_ext_text` escapes, dmesg undoes it where that gives text.
  var logText: String { LogText.text(array) }
}

/// Text of the kernel's log.
enum LogText {
  /// Bytes as text, with `\xNN` for each that is no part of a character.
  static func text(_ bytes: [UInt8]) -> String {
    String(validating: bytes, as: UTF8.self) ?? escaped(bytes[...])
  }

  private static func escaped(_ bytes: ArraySlice<UInt8>) -> String {
    var (text, rest) = ("", bytes)
    while let first = rest.first {
      let length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
      if let character = String(validating: rest.prefix(length), as: UTF8.self) {
        text += character
        rest = rest.dropFirst(length)
      } else {
        text += "\\x" + String(first, radix: 16)
        rest = rest.dropFirst()
      }
    }
    return text
  }

  /// The beginning of a line that fits into a number of bytes, of which an `\xNN` is one.
  static func cut(_ line: String, to limit: Int) -> String {
    if line.utf8.count <= limit { return line }
    var bytes: [UInt8] = []
    var rest = Array(line.utf8)[...]
    while bytes.count < limit, let first = rest.first {
      if let byte = escapedByte(rest) {
        bytes.append(byte)
        rest = rest.dropFirst(4)
      } else {
        bytes.append(first)
        rest = rest.dropFirst()
      }
    }
    return escaped(bytes[...])
  }

  private static func escapedByte(_ text: ArraySlice<UInt8>) -> UInt8? {
    guard text.starts(with: [0x5c, 0x78]), text.count >= 4,
      let byte = UInt8(String(decoding: text.dropFirst(2).prefix(2), as: UTF8.self), radix: 16)
    else { return nil }
    return byte < 0x80 ? nil : byte
  }
}
