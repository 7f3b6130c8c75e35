internal import ByteStorage

/// JSON, one object a line, straight into the bytes that are written: results stream by the thousand.
///
/// Whether a comma is due is seen from the byte before, so there is no state beside the bytes.
extension OutputBuffer {
  mutating func beginObject() { open(UInt8(ascii: "{")) }
  mutating func endObject() { append(UInt8(ascii: "}")) }
  mutating func beginArray() { open(UInt8(ascii: "[")) }
  mutating func endArray() { append(UInt8(ascii: "]")) }

  mutating func endLine() {
    endObject()
    append(UInt8(ascii: "\n"))
  }

  /// The key of the next value.
  mutating func key(_ name: StaticString) {
    separate()
    append(UInt8(ascii: "\""))
    append(name)
    append("\":")
  }

  mutating func value(_ text: String) {
    // SAFETY: UTF-8 code units have no padding.
    quote(unsafe text.utf8Span.span.bytes)
  }

  /// Text as bytes; plain ASCII goes through without a `String`.
  mutating func value(_ bytes: RawSpan) {
    let isASCII = (0..<bytes.byteCount).allSatisfy { bytes.byte(at: $0).map { $0 < 0x80 } ?? false }
    if isASCII { quote(bytes) } else { value(bytes.text) }
  }

  /// A string of valid UTF-8: what needs no escape is copied in runs.
  private mutating func quote(_ text: RawSpan) {
    separate()
    append(UInt8(ascii: "\""))
    var start = 0
    for offset in 0..<text.byteCount {
      guard let byte = text.byte(at: offset),
        byte < 0x20 || byte == 0x7f || byte == 0x22 || byte == 0x5c
      else { continue }
      if let run = text.slice(start..<offset) { append(run) }
      appendEscaped(byte)
      start = offset + 1
    }
    if let rest = text.suffix(from: start) { append(rest) }
    append(UInt8(ascii: "\""))
  }

  mutating func value(_ flag: Bool) { raw(flag ? "true" : "false") }

  mutating func value(_ number: Int) {
    separate()
    append(decimal: number)
  }

  mutating func null() { raw("null") }

  mutating func value(optional text: String?) { if let text { value(text) } else { null() } }

  mutating func value(optional flag: Bool?) { if let flag { value(flag) } else { null() } }

  mutating func member(_ name: StaticString, _ text: String) {
    key(name)
    value(text)
  }

  mutating func member(_ name: StaticString, optional text: String?) {
    key(name)
    value(optional: text)
  }

  mutating func member(_ name: StaticString, optional number: Int?) {
    key(name)
    if let number { value(number) } else { null() }
  }

  mutating func member(_ name: StaticString, _ flag: Bool) {
    key(name)
    value(flag)
  }

  mutating func member(_ name: StaticString, optional flag: Bool?) {
    key(name)
    value(optional: flag)
  }

  /// A key whose value is unknown.
  mutating func member(null name: StaticString) {
    key(name)
    null()
  }

  /// A key that is known only when it is written, and its value.
  mutating func member(name: String, _ text: String) {
    value(name)
    append(UInt8(ascii: ":"))
    value(text)
  }

  mutating func member(_ name: StaticString, _ texts: [String]) {
    key(name)
    beginArray()
    for text in texts { value(text) }
    endArray()
  }

  /// A key and an array of objects, whose members a function appends.
  mutating func member<Items: Sequence>(
    _ name: StaticString, objects items: Items,
    _ write: (Items.Element, inout OutputBuffer) -> Void
  ) {
    key(name)
    beginArray()
    for item in items {
      beginObject()
      write(item, &self)
      endObject()
    }
    endArray()
  }

  /// A key and an object, whose members a function appends; `null` if there is nothing to describe.
  mutating func member<Value>(
    _ name: StaticString, object value: Value?, _ write: (Value, inout OutputBuffer) -> Void
  ) {
    key(name)
    guard let value else { return null() }
    beginObject()
    write(value, &self)
    endObject()
  }

  private mutating func raw(_ word: StaticString) {
    separate()
    append(word)
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    append(bracket)
  }

  /// A comma, where a value or the end of one is before.
  @inline(__always) private mutating func separate() {
    switch bytes.last {
    case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"), UInt8(ascii: "\n"), nil: break
    default: append(UInt8(ascii: ","))
    }
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    switch byte {
    case 0x22: append("\\\"")
    case 0x5c: append("\\\\")
    case 0x0a: append("\\n")
    case 0x0d: append("\\r")
    case 0x09: append("\\t")
    case 0..<0x20, 0x7f:
      append("\\u")
      append(hexadecimal: UInt64(byte), width: 4)
    default: append(byte)
    }
  }
}

/// A number as `0x` and at least so many hexadecimal digits.
func hexadecimal(_ value: some FixedWidthInteger, digits: Int = 1) -> String {
  let text = String(value, radix: 16)
  return "0x" + String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}

/// A CRC as JSON and people see it: `0x` and at least eight digits.
func checksum(_ crc: some FixedWidthInteger) -> String { hexadecimal(crc, digits: 8) }
