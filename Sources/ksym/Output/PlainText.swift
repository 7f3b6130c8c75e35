internal import ByteStorage

/// Text from a file, safe to show to people: control characters as `\x1b`, as /dev/kmsg shows them.
///
/// Names and log lines come from files that nobody vouches for; a terminal must not obey them.
func plain(_ text: String) -> String {
  // 0xc2 begins U+0080 to U+00BF.
  guard text.utf8.contains(where: { isControl($0) || $0 == 0xc2 }) else { return text }
  var output = OutputBuffer()
  for scalar in text.unicodeScalars {
    for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
      if isControl(scalar) { appendEscaped(byte, to: &output) } else { output.append(byte) }
    }
  }
  return String(decoding: output.bytes, as: UTF8.self)
}

/// Appends bytes from a file, made safe as ``plain(_:)`` does.
func appendPlain(_ bytes: RawSpan, to output: inout OutputBuffer) {
  // Nearly every name is harmless: eight bytes at a time show it.
  guard mayHoldControl(bytes) else {
    output.append(bytes)
    return
  }
  for offset in 0..<bytes.byteCount {
    if let byte = bytes.byte(at: offset) { appendPlain(byte, to: &output) }
  }
}

/// Whether control characters are among bytes; may err towards yes.
private func mayHoldControl(_ bytes: RawSpan) -> Bool {
  let last = bytes.byteCount &- 8
  guard last >= 0 else {
    for offset in 0..<bytes.byteCount {
      if let byte = bytes.byte(at: offset), isControl(byte) { return true }
    }
    return false
  }
  var found: UInt64 = 0
  var offset = 0
  // The last word overlaps the one before it.
  while let word = bytes.integer(UInt64.self, at: min(offset, last), .little) {
    let deleted = word ^ 0x7f7f_7f7f_7f7f_7f7f
    let low = word &- 0x2020_2020_2020_2020 | deleted &- 0x0101_0101_0101_0101
    found |= low & ~word
    if offset >= last { break }
    offset &+= 8
  }
  return found & 0x8080_8080_8080_8080 != 0
}

/// Whether a scalar is a control character, of C0 or of C1.
private func isControl(_ scalar: Unicode.Scalar) -> Bool {
  scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value)
}

private func appendEscaped(_ byte: UInt8, to output: inout OutputBuffer) {
  output.append("\\x")
  output.append(hexadecimal: UInt64(byte), width: 2)
}

private func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7f }

func appendPlain(_ byte: UInt8, to output: inout OutputBuffer) {
  guard isControl(byte) else {
    output.append(byte)
    return
  }
  appendEscaped(byte, to: &output)
}
