internal import ByteStorage

/// Distinct names, numbered in the order of their first appearance.
package struct NameInterner: Sendable {
  private var text: [UInt8] = []
  /// Where each name begins in `text`, and where the last one ends.
  private var starts: [UInt32] = [0]
  /// The upper half of a hash, and a number + 1; 0 is free. A power of two of them.
  private var slots: [UInt64] = []

  /// Largest size of all names, in bytes.
  static let largestText = Int(UInt32.max)

  /// Creates an empty collection.
  package init() {}

  /// Number of names.
  package var count: Int { starts.count &- 1 }

  /// The number of a name, given to it now if it has none.
  ///
  /// - Returns: `nil` if there is no room for it.
  package mutating func intern(_ name: RawSpan) -> Int? {
    if let known = find(name) { return known }
    if slots.count < count &+ count / 2 &+ 16 { grow() }
    guard text.count &+ name.byteCount <= NameInterner.largestText, count < Int(UInt32.max) - 1
    else { return nil }
    unsafe name.withUnsafeBytes { unsafe text.append(contentsOf: $0) }
    starts.append(UInt32(truncatingIfNeeded: text.count))
    let mask = slots.count &- 1
    let hash = name.hash
    var position = Int(truncatingIfNeeded: hash) & mask
    while slots[position] != 0 { position = (position &+ 1) & mask }
    slots[position] = hash & ~0xffff_ffff | UInt64(count)
    return count &- 1
  }

  /// The number of a name, if it has one.
  package func find(_ name: RawSpan) -> Int? {
    guard !slots.isEmpty else { return nil }
    let hash = name.hash
    let mask = slots.count &- 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while slots[position] != 0 {
      if (slots[position] ^ hash) >> 32 == 0 {
        let number = Int(slots[position] & 0xffff_ffff) &- 1
        if self.name(number).equals(name) { return number }
      }
      position = (position &+ 1) & mask
    }
    return nil
  }

  /// A name by its number; empty past the end.
  @_lifetime(borrow self)
  package func name(_ number: Int) -> RawSpan {
    guard number >= 0, number < count else { return RawSpan() }
    let all = text.rawSpan
    guard let name = all.slice(Int(starts[number])..<Int(starts[number &+ 1])) else {
      return RawSpan()
    }
    return unsafe _overrideLifetime(name, borrowing: self)
  }

  private mutating func grow() {
    let size = max(64, slots.count * 2)
    slots = [UInt64](repeating: 0, count: size)
    for number in 0..<count {
      let hash = name(number).hash
      var position = Int(truncatingIfNeeded: hash) & (size &- 1)
      while slots[position] != 0 { position = (position &+ 1) & (size &- 1) }
      slots[position] = hash & ~0xffff_ffff | UInt64(number &+ 1)
    }
  }
}
