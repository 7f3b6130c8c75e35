internal import ByteStorage

/// Writes one JSON object a line, straight into bytes: results stream by the thousand.
struct JSONWriter {
  private(set) var output: OutputBuffer
  private var needsComma = false

  init(_ output: OutputBuffer = OutputBuffer()) { self.output = output }

  mutating func beginObject() { open(0x7b) }
  mutating func endObject() { close(0x7d) }
  mutating func beginArray() { open(0x5b) }
  mutating func endArray() { close(0x5d) }

  /// Ends the line.
  mutating func endLine() {
    output.append(0x0a)
    needsComma = false
  }

  /// The key of the next value.
  mutating func key(_ name: StaticString) {
    separate()
    output.append(0x22)
    output.append(name)
    output.append("\":")
    needsComma = false
  }

  mutating func value(_ text: String) {
    separate()
    output.append(0x22)
    for byte in text.utf8 { appendEscaped(byte) }
    output.append(0x22)
    needsComma = true
  }

  /// Text as bytes; plain ASCII goes through without a `String`.
  mutating func value(_ bytes: RawSpan) {
    var isPlain = true
    for offset in 0..<bytes.byteCount {
      guard let byte = bytes.byte(at: offset), byte >= 0x20, byte < 0x7f, byte != 0x22, byte != 0x5c
      else {
        isPlain = false
        break
      }
    }
    guard isPlain else {
      value(bytes.text)
      return
    }
    separate()
    output.append(0x22)
    output.append(bytes)
    output.append(0x22)
    needsComma = true
  }

  mutating func value(_ flag: Bool) { raw(flag ? "true" : "false") }

  mutating func value(_ number: Int) {
    separate()
    output.append(decimal: number)
    needsComma = true
  }

  mutating func null() { raw("null") }

  mutating func value(optional text: String?) {
    if let text { value(text) } else { null() }
  }

  /// A key and its value.
  mutating func member(_ name: StaticString, _ text: String) {
    key(name)
    value(text)
  }

  /// A key and its value, or `null`.
  mutating func member(_ name: StaticString, optional text: String?) {
    key(name)
    value(optional: text)
  }

  /// A key and its value, or `null`.
  mutating func member(_ name: StaticString, optional number: Int?) {
    key(name)
    if let number { value(number) } else { null() }
  }

  /// A key and its value.
  mutating func member(_ name: StaticString, _ flag: Bool) {
    key(name)
    value(flag)
  }

  /// A key whose value is unknown.
  mutating func member(null name: StaticString) {
    key(name)
    null()
  }

  /// A key that is known only when it is written, and its value.
  mutating func member(name: String, _ text: String) {
    value(name)
    output.append(0x3a)
    needsComma = false
    value(text)
  }

  /// A key and an array of strings.
  mutating func member(_ name: StaticString, _ texts: [String]) {
    key(name)
    beginArray()
    for text in texts { value(text) }
    endArray()
  }

  private mutating func raw(_ word: StaticString) {
    separate()
    output.append(word)
    needsComma = true
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    output.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    output.append(bracket)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { output.append(0x2c) }
    needsComma = false
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    switch byte {
    case 0x22: output.append("\\\"")
    case 0x5c: output.append("\\\\")
    case 0x0a: output.append("\\n")
    case 0x0d: output.append("\\r")
    case 0x09: output.append("\\t")
    case 0..<0x20, 0x7f:
      output.append("\\u")
      output.append(hexadecimal: UInt64(byte), width: 4)
    default: output.append(byte)
    }
  }
}

/// A CRC as JSON and people see it: `0x` and at least eight digits.
func hexadecimal(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return "0x" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
}
