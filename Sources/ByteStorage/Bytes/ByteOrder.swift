@usableFromInline package enum ByteOrder: Sendable, Hashable {
  case little
  case big
}

extension RawSpan {
  /// An unaligned integer `offset` bytes from the start; `nil` if it does not lie wholly in the
  /// span.
  @inlinable @inline(__always) package func integer<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type = T.self, at offset: Int, _ order: ByteOrder
  ) -> T? {
    guard offset >= 0, offset <= byteCount &- MemoryLayout<T>.size else { return nil }
    // SAFETY: the guard proved offset + size <= byteCount (a negative difference fails it).
    let raw = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: T.self)
    return order == .little ? T(littleEndian: raw) : T(bigEndian: raw)
  }

  @inlinable @inline(__always)
  package func byte(at offset: Int) -> UInt8? { integer(UInt8.self, at: offset, .little) }

  /// The sub-span of a range, or `nil` if the range does not lie wholly in the span.
  @inlinable @inline(__always)
  @_lifetime(copy self) package func slice(_ range: Range<Int>) -> RawSpan? {
    guard range.lowerBound >= 0, range.upperBound <= byteCount else { return nil }
    // SAFETY: the guard proved the range lies in the span.
    return unsafe extracting(unchecked: range)
  }

  /// The sub-span from an offset to the end, or `nil` if the offset is past the end.
  @inlinable @_lifetime(copy self) package func suffix(from offset: Int) -> RawSpan? {
    guard offset >= 0, offset <= byteCount else { return nil }
    return slice(offset..<byteCount)
  }

  /// Whether all bytes of a range, which must lie in the span, are zero.
  package func isZero(in range: Range<Int>) -> Bool {
    for offset in range where byte(at: offset) != 0 { return false }
    return true
  }
}
