/// The lines of a text, without their ends.
@usableFromInline package struct Lines: ~Escapable {
  @usableFromInline let text: RawSpan
  @usableFromInline let keepsCarriageReturns: Bool
  /// Offset of the next line, in bytes.
  @usableFromInline package var position = 0

  /// `keepsCarriageReturns`: as the tools of the kernel's build do; else they are part of the end.
  @inlinable
  @_lifetime(copy text) package init(_ text: RawSpan, keepsCarriageReturns: Bool = false) {
    self.text = text
    self.keepsCarriageReturns = keepsCarriageReturns
  }

  @inlinable
  @_lifetime(copy self) @_lifetime(self: copy self) package mutating func next() -> RawSpan? {
    guard position < text.byteCount, let rest = text.suffix(from: position) else { return nil }
    let length = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.byteCount
    position &+= length &+ 1
    let isDOS =
      !keepsCarriageReturns && length > 0 && rest.byte(at: length &- 1) == UInt8(ascii: "\r")
    return rest.slice(0..<(isDOS ? length &- 1 : length))
  }
}
