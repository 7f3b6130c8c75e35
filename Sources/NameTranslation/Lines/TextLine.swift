internal import ByteStorage

/// The bytes of one line; every index may be asked for, those outside of the line give 0.
package struct TextLine: ~Escapable {
  private let bytes: RawSpan
  /// Number of bytes, the line's end not counted.
  let count: Int

  @_lifetime(copy bytes)
  package init(_ bytes: RawSpan) {
    self.bytes = bytes
    count = bytes.byteCount
  }

  @inline(__always)
  subscript(index: Int) -> UInt8 {
    guard index >= 0, index < count else { return 0 }
    // SAFETY: the guard proved that the byte lies in the span.
    return unsafe bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
  }

  /// Eight bytes from an index on, the first in the lowest place; `nil` if the line has fewer there.
  @inline(__always)
  func word(at index: Int) -> UInt64? { bytes.integer(UInt64.self, at: index, .little) }

  /// The bytes of a range, cut to the line.
  @_lifetime(copy self)
  func slice(_ range: Range<Int>) -> RawSpan {
    let lower = min(max(range.lowerBound, 0), count)
    let upper = min(max(range.upperBound, lower), count)
    if let slice = bytes.slice(lower..<upper) { return slice }
    return RawSpan()
  }

  /// Whether a text begins at an index.
  @inline(__always)
  func has(_ text: StaticString, at index: Int) -> Bool {
    let length = text.utf8CodeUnitCount
    guard index >= 0, index <= count &- length else { return false }
    for offset in 0..<length {
      // SAFETY: offset is less than the length of the text, and the guard has the line's range.
      let wanted = unsafe text.utf8Start[offset]
      if self[index &+ offset] != wanted { return false }
    }
    return true
  }

  /// Where a text begins, at an index or after it.
  func find(_ text: StaticString, from index: Int) -> Int? {
    bytes.firstRange(of: text, from: index)
  }

  /// Where a byte is, at an index or after it.
  func find(_ byte: UInt8, from index: Int) -> Int? {
    guard let rest = bytes.suffix(from: max(index, 0)), let found = rest.firstIndex(of: byte) else {
      return nil
    }
    return max(index, 0) &+ found
  }
}

extension UInt8 {
  /// Whether a linkage name may have the byte: letters, digits, `_ . $ @`, or anything outside ASCII.
  @inline(__always)
  package var isNameByte: Bool {
    let letter = (self | 0x20) &- 0x61
    return letter < 26 || isDecimalDigit || self == 0x5f || self == 0x2e || self == 0x24
      || self == 0x40 || self >= 0x80
  }

  @inline(__always)
  var isDecimalDigit: Bool { self &- 0x30 < 10 }

  /// Whether the byte is a hexadecimal digit of either case.
  @inline(__always)
  var isHexDigit: Bool { isDecimalDigit || (self | 0x20) &- 0x61 < 6 }

  @inline(__always)
  var isBlank: Bool { self == 0x20 || self == 0x09 }

  /// Whether the byte is a control character of ASCII; signs are masked by some.
  @inline(__always)
  var isControl: Bool { self < 0x20 }
}

extension TextLine {
  /// Where a run of hexadecimal digits ends that begins at an index.
  @inline(__always)
  func hexEnd(_ index: Int) -> Int {
    var end = index
    while self[end].isHexDigit { end &+= 1 }
    return end
  }

  /// Where a run of decimal digits ends that begins at an index.
  @inline(__always)
  func decimalEnd(_ index: Int) -> Int {
    var end = index
    while self[end].isDecimalDigit { end &+= 1 }
    return end
  }

  /// Where blanks end that begin at an index.
  @inline(__always)
  func blankEnd(_ index: Int) -> Int {
    var end = index
    while self[end].isBlank { end &+= 1 }
    return end
  }

  /// The value of hexadecimal digits; `nil` if there are none or more than 16.
  func hexValue(_ range: Range<Int>) -> UInt64? {
    guard !range.isEmpty, range.count <= 16 else { return nil }
    var value: UInt64 = 0
    for index in range {
      let byte = self[index]
      value = value << 4 | UInt64(byte.isDecimalDigit ? byte &- 0x30 : (byte | 0x20) &- 0x57)
    }
    return value
  }

  /// The value of decimal digits; `nil` if there are none or more than 18.
  func decimalValue(_ range: Range<Int>) -> UInt64? {
    guard !range.isEmpty, range.count <= 18 else { return nil }
    return range.reduce(UInt64(0)) { $0 &* 10 &+ UInt64(self[$1] &- 0x30) }
  }
}
