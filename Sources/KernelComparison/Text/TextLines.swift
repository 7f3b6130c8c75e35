internal import ByteStorage

/// The lines of a text, numbered from 1. A carriage return before a line feed is part of the end; one at
/// the end of the text is not.
package struct TextLines: ~Escapable {
  private let text: RawSpan
  /// The number of the line that was given last.
  package private(set) var number = 0
  /// Offset of that line, in bytes.
  package private(set) var start = 0
  private var position = 0

  @_lifetime(copy text) package init(_ text: RawSpan) { self.text = text }

  @_lifetime(copy self) @_lifetime(self: copy self)
  package mutating func next() -> RawSpan? {
    guard position < text.byteCount, let rest = text.suffix(from: position) else { return nil }
    let found = rest.firstIndex(of: 0x0a)
    var length = found ?? rest.byteCount
    number += 1
    start = position
    position &+= length &+ 1
    if found != nil, length > 0, rest.byte(at: length &- 1) == 0x0d { length &-= 1 }
    return rest.slice(0..<length)
  }
}
