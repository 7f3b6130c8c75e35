/// Many short byte strings in one array, named by their ranges. Rows of tables hold ranges instead
/// of strings: eight bytes each, no allocation of their own.
@usableFromInline package struct BytePool: Sendable {
  /// Where a string lies in its pool.
  @usableFromInline package struct Range: Sendable, Hashable {
    @usableFromInline let offset: UInt32
    @usableFromInline let count: UInt32
    @inlinable init(offset: UInt32, count: UInt32) {
      self.offset = offset
      self.count = count
    }

    @usableFromInline package static let empty = Self(offset: 0, count: 0)
    @inlinable package var isEmpty: Bool { count == 0 }
  }

  @usableFromInline var storage: [UInt8] = []

  package init() {}

  package var byteCount: Int { storage.count }

  /// Adds a string. A pool holds 4 GiB; what does not fit becomes the empty string.
  @inlinable package mutating func store(_ string: RawSpan) -> Range {
    guard string.byteCount > 0, storage.count + string.byteCount <= Int(UInt32.max) else {
      return .empty
    }
    let offset = UInt32(truncatingIfNeeded: storage.count)
    unsafe string.withUnsafeBytes { unsafe storage.append(contentsOf: $0) }
    return Range(offset: offset, count: UInt32(truncatingIfNeeded: string.byteCount))
  }

  /// Adds all strings of another pool; returns how far their ranges move, `nil` if they do not fit.
  package mutating func append(_ other: BytePool) -> UInt32? {
    guard storage.count + other.storage.count <= Int(UInt32.max) else { return nil }
    defer { storage.append(contentsOf: other.storage) }
    return UInt32(truncatingIfNeeded: storage.count)
  }

  /// A range of another pool after ``append(_:)``.
  package static func moved(_ range: Range, by distance: UInt32) -> Range {
    range.isEmpty ? range : Range(offset: range.offset &+ distance, count: range.count)
  }

  @inlinable @_lifetime(borrow self) package func bytes(_ range: Range) -> RawSpan {
    let all = storage.rawSpan
    let start = Int(range.offset)
    guard let string = all.slice(start..<(start &+ Int(range.count))) else { return RawSpan() }
    return unsafe _overrideLifetime(string, borrowing: self)
  }

  package func text(_ range: Range) -> String { bytes(range).text }
}
