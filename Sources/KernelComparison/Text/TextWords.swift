internal import ByteStorage

/// The words of a line: what blanks separate (space, tab, form feed, carriage return; no others).
package struct TextWords: ~Escapable {
  let line: RawSpan
  /// Whether `#` begins a comment, also inside a word.
  let hasComments: Bool
  /// Offset after the last word, in bytes.
  package var position = 0

  @_lifetime(copy line) package init(_ line: RawSpan, hasComments: Bool = false) {
    self.line = line
    self.hasComments = hasComments
  }

  /// The place of the next word in the line; `nil` at its end.
  @inline(__always) @_lifetime(self: copy self)
  package mutating func next() -> Range<Int>? {
    while let byte = line.byte(at: position), TextWords.isBlank(byte) { position &+= 1 }
    let start = position
    while let byte = line.byte(at: position), !TextWords.isBlank(byte) {
      if hasComments, byte == UInt8(ascii: "#") { break }
      position &+= 1
    }
    return position > start ? start..<position : nil
  }

  @inline(__always) package static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0c || byte == 0x0d
  }
}

extension RawSpan {
  /// Whether the bytes are UTF-8 text.
  package var isText: Bool { (try? UTF8Span(validating: Span<UInt8>(_bytes: self))) != nil }

  /// A part that is known to lie inside; empty if it does not.
  @inline(__always) @_lifetime(copy self)
  package func part(_ range: Range<Int>) -> RawSpan {
    guard let part = slice(range) else { return RawSpan() }
    return part
  }
}
