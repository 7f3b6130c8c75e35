public import CGlibcExtras
public import Glibc

extension RawSpan {
  /// The bytes of a NUL-terminated string, without the NUL; `nil` out of range, or if no NUL
  /// follows.
  @inlinable @_lifetime(copy self) package func cString(at offset: Int) -> RawSpan? {
    guard let rest = suffix(from: offset), let length = rest.firstIndex(of: 0) else { return nil }
    return slice(offset..<(offset &+ length))
  }

  /// As ``cString(at:)`` for strings of fewer than `limit` bytes: names are looked up many times,
  /// and a table without NULs must not cost its size each time.
  @inlinable @_lifetime(copy self) package func cString(at offset: Int, limit: Int) -> RawSpan? {
    guard offset >= 0, offset <= byteCount, limit > 0,
      let rest = slice(offset..<(offset &+ min(limit, byteCount &- offset)))
    else { return nil }
    return rest.cString(at: 0)
  }

  /// As ``cString(at:)``, but empty where that is `nil`.
  @inlinable @_lifetime(copy self) package func cStringOrEmpty(at offset: Int) -> RawSpan {
    if let string = cString(at: offset) { return string }
    return RawSpan()
  }

  @inlinable package func firstIndex(of value: UInt8) -> Int? {
    let count = byteCount
    guard count > 0 else { return nil }
    return unsafe withUnsafeBytes { buffer -> Int? in
      // SAFETY: memchr reads at most count bytes of the buffer.
      guard let start = buffer.baseAddress, let hit = unsafe memchr(start, Int32(value), count)
      else { return nil }
      return unsafe UnsafeRawPointer(hit) - start
    }
  }

  /// Offset of the last byte with a value, or `nil`.
  @inlinable package func lastIndex(of value: UInt8) -> Int? {
    let count = byteCount
    guard count > 0 else { return nil }
    return unsafe withUnsafeBytes { buffer -> Int? in
      // SAFETY: memrchr reads at most count bytes of the buffer.
      guard let start = buffer.baseAddress, let hit = unsafe memrchr(start, Int32(value), count)
      else { return nil }
      return unsafe UnsafeRawPointer(hit) - start
    }
  }

  /// Offset of the first occurrence of `pattern`, at or after `start`, or `nil`.
  @inlinable package func firstRange(of pattern: RawSpan, from start: Int = 0) -> Int? {
    guard let rest = suffix(from: start), pattern.byteCount > 0 else { return nil }
    let (count, patternCount) = (rest.byteCount, pattern.byteCount)
    guard count >= patternCount else { return nil }
    return unsafe rest.withUnsafeBytes { text -> Int? in
      unsafe pattern.withUnsafeBytes { sought -> Int? in
        // SAFETY: memmem reads at most the two counts given.
        guard let textBase = text.baseAddress, let soughtBase = sought.baseAddress,
          let hit = unsafe memmem(textBase, count, soughtBase, patternCount)
        else { return nil }
        return unsafe start &+ (UnsafeRawPointer(hit) - textBase)
      }
    }
  }

  @inlinable package func firstRange(of pattern: StaticString, from start: Int = 0) -> Int? {
    let count = pattern.utf8CodeUnitCount
    // SAFETY: a StaticString with ASCII or UTF-8 content lives for ever.
    let sought = unsafe RawSpan(_unsafeStart: pattern.utf8Start, byteCount: count)
    return firstRange(of: sought, from: start)
  }

  @inlinable package func equals(_ text: StaticString) -> Bool {
    guard byteCount == text.utf8CodeUnitCount else { return false }
    return starts(with: text)
  }

  @inlinable package func ends(with text: StaticString) -> Bool {
    guard let end = suffix(from: byteCount &- text.utf8CodeUnitCount) else { return false }
    return end.equals(text)
  }

  @inlinable package func starts(with text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard byteCount >= count else { return false }
    return unsafe withUnsafeBytes { buffer -> Bool in
      guard let start = buffer.baseAddress else { return count == 0 }
      // SAFETY: both sides hold at least count bytes.
      return unsafe memcmp(start, text.utf8Start, count) == 0
    }
  }

  /// Whether text begins with the byte order mark of UTF-16.
  package var isUTF16: Bool {
    let mark = integer(UInt16.self, at: 0, .big)
    return mark == 0xfeff || mark == 0xfffe
  }

  @inlinable package func equals(_ other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    return compare(other) == 0
  }

  /// Compares bytewise, as `strcmp` of the C locale does: negative, zero or positive.
  @inlinable package func compare(_ other: RawSpan) -> Int {
    let (count, otherCount) = (byteCount, other.byteCount)
    let common = min(count, otherCount)
    let order = unsafe withUnsafeBytes { left -> Int in
      unsafe other.withUnsafeBytes { right -> Int in
        guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else { return 0 }
        // SAFETY: both sides hold at least `common` bytes.
        return unsafe Int(memcmp(leftBase, rightBase, common))
      }
    }
    return order != 0 ? order : count &- otherCount
  }

  @inlinable package var isAllZero: Bool {
    var offset = 0
    while let word = integer(UInt64.self, at: offset, .little) {
      if word != 0 { return false }
      offset &+= 8
    }
    while let byte = byte(at: offset) {
      if byte != 0 { return false }
      offset &+= 1
    }
    return true
  }

  /// The bytes as text; invalid UTF-8 is replaced.
  @inlinable package var text: String {
    unsafe withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  @inlinable package var array: [UInt8] { unsafe withUnsafeBytes { unsafe [UInt8]($0) } }
}

extension RawSpan {
  /// The bytes as the floor of names takes them.
  @inlinable package var characters: Span<UInt8> {
    @_lifetime(copy self) get {
      let span = Span<UInt8>(_bytes: self)
      // SAFETY: the new span is of the same bytes.
      return unsafe _overrideLifetime(span, copying: self)
    }
  }
}
