internal import ByteStorage

extension TypeTexts {
  /// The text of a `type_string` rule: a reference begins wherever `s#`, `u#`, `t#` or `e#` does,
  /// even inside a word, and ends before a blank or with its second quote.
  mutating func parse(_ value: [UInt8]) throws(TypeVersionsError) -> Text {
    guard !value.isEmpty else { throw .badTypeString(rule: value) }
    var parts: [(text: [UInt8], key: Int?)] = []
    var (start, position) = (0, 0)
    while position < value.count {
      guard TypeTexts.isReference(value, position) else {
        position += 1
        continue
      }
      var end = position + 2
      if end < value.count, value[end] == UInt8(ascii: "'") {
        guard let close = value[(end + 1)...].firstIndex(of: UInt8(ascii: "'")), close > end + 1
        else { throw .badTypeString(rule: value) }
        end = close + 1
      } else {
        end = value[end...].firstIndex(of: 0x20) ?? value.count
      }
      guard end > position + 2 else { throw .badTypeString(rule: value) }
      let reference = Array(value[position..<end])
      parts.append((Array(value[start..<position]), try key(reference.rawSpan)))
      (start, position) = (end, end)
    }
    if start < value.count { parts.append((Array(value[start...]), nil)) }
    return try add(parts)
  }

  private static func isReference(_ value: [UInt8], _ position: Int) -> Bool {
    position + 1 < value.count && value[position + 1] == UInt8(ascii: "#")
      && [UInt8(ascii: "s"), UInt8(ascii: "u"), UInt8(ascii: "t"), UInt8(ascii: "e")]
        .contains(value[position])
  }
}
