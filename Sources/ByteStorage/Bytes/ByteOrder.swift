/// The order of the bytes of an integer in a file.
@usableFromInline
package enum ByteOrder: Sendable, Hashable {
  /// Least significant byte first.
  case little
  /// Most significant byte first.
  case big
}

extension RawSpan {
  /// Loads an unaligned integer.
  ///
  /// - Parameters:
  ///   - type: Type of the integer, where it cannot be inferred.
  ///   - offset: Offset in bytes from the start of the span.
  ///   - order: Byte order of the stored integer.
  /// - Returns: The integer, or `nil` if it does not lie wholly in the span.
  @inlinable @inline(__always)
  package func integer<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type = T.self, at offset: Int, _ order: ByteOrder
  ) -> T? {
    guard offset >= 0, offset <= byteCount &- MemoryLayout<T>.size else { return nil }
    // SAFETY: the guard proved offset + size <= byteCount (a negative difference fails it).
    let raw = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: T.self)
    return order == .little ? T(littleEndian: raw) : T(bigEndian: raw)
  }

  /// Loads a byte, or `nil` past the end.
  @inlinable @inline(__always)
  package func byte(at offset: Int) -> UInt8? { integer(UInt8.self, at: offset, .little) }

  /// The sub-span of a range, or `nil` if the range does not lie wholly in the span.
  @inlinable @inline(__always)
  @_lifetime(copy self)
  package func slice(_ range: Range<Int>) -> RawSpan? {
    guard range.lowerBound >= 0, range.upperBound <= byteCount else { return nil }
    // SAFETY: the guard proved the range lies in the span.
    return unsafe extracting(unchecked: range)
  }

  /// The sub-span from an offset to the end, or `nil` if the offset is past the end.
  @inlinable
  @_lifetime(copy self)
  package func suffix(from offset: Int) -> RawSpan? {
    guard offset >= 0, offset <= byteCount else { return nil }
    return slice(offset..<byteCount)
  }

  /// Whether all bytes of a range, which must lie in the span, are zero.
  package func isZero(in range: Range<Int>) -> Bool {
    for offset in range where byte(at: offset) != 0 { return false }
    return true
  }
}
