/// Bytes that are kept: a copy, or a part of a buffer's content, which nobody writes to any more.
@safe package struct KeptBytes: @unchecked Sendable {
  // Sendable: the bytes do not change.
  private let owner: Reservation?
  private let copy: [UInt8]
  private let range: Range<Int>

  /// Copies bytes.
  package init(copying bytes: RawSpan) {
    (owner, copy, range) = (nil, bytes.array, 0..<bytes.byteCount)
  }

  /// `nil` if the part does not lie in the first bytes of the memory.
  init?(_ part: RawSpan, in owner: Reservation, count: Int) {
    let start = unsafe part.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
    let offset = unsafe start &- Int(bitPattern: owner.base)
    guard start != 0, offset >= 0, offset <= count, part.byteCount <= count &- offset else {
      return nil
    }
    (self.owner, copy, range) = (owner, [], offset..<(offset &+ part.byteCount))
  }

  /// Number of bytes.
  package var count: Int { range.count }

  package var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      guard let owner else { return copy.rawSpan }
      // SAFETY: the range lies in the memory, which stays as long as its owner, and does not grow, since
      // buffers leave alone what is kept.
      let span = unsafe RawSpan(
        _unsafeStart: owner.base + range.lowerBound, byteCount: range.count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}
