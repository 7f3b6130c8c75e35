/// Distinct names, numbered in the order of their first appearance.
@usableFromInline package struct NameInterner: Sendable {
  @usableFromInline var text: [UInt8] = []
  /// Where each name begins in `text`, and where the last one ends.
  @usableFromInline var starts: [UInt32] = [0]
  @usableFromInline var slots = NameSlots()

  /// Largest size of all names, in bytes.
  private static let largestText = Int(UInt32.max)

  package init() {}

  @inlinable package var count: Int { starts.count &- 1 }

  /// Size of all names, in bytes.
  @inlinable package var byteCount: Int { text.count }

  /// The number of a name, given to it now if it has none; `nil` if there is no room for it.
  package mutating func intern(_ name: RawSpan) -> Int? {
    let hash = name.hash
    if let known = find(name, hash) { return known }
    let number = count
    guard text.count &+ name.byteCount <= NameInterner.largestText, number < Int(UInt32.max) - 1
    else { return nil }
    if slots.isFull(number) { grow() }
    unsafe name.withUnsafeBytes { unsafe text.append(contentsOf: $0) }
    starts.append(UInt32(truncatingIfNeeded: text.count))
    slots.add(number, hash)
    return number
  }

  private mutating func grow() {
    let known = self
    slots.grow(count) { known.name($0).hash }
  }

  /// Adds a name; returns whether it is new.
  package mutating func insert(_ name: RawSpan) -> Bool {
    let former = count
    return intern(name) == former
  }

  package func find(_ name: RawSpan) -> Int? { find(name, name.hash) }

  private func find(_ name: RawSpan, _ hash: UInt64) -> Int? {
    slots.find(hash) { self.name($0).equals(name) }
  }

  /// A name by its number; empty past the end.
  @inlinable @inline(__always) @_lifetime(borrow self)
  package func name(_ number: Int) -> RawSpan {
    guard number >= 0, number < count else { return RawSpan() }
    let all = text.rawSpan
    guard let name = all.slice(Int(starts[number])..<Int(starts[number &+ 1])) else {
      return RawSpan()
    }
    return unsafe _overrideLifetime(name, borrowing: self)
  }
}
