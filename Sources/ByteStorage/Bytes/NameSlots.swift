/// Finds numbers by names that somebody else keeps: a hash table with open addressing. Names are
/// compared only where half of their hashes agree. Whoever keeps the names passes closures, which
/// the compiler inlines: no name is copied, and nothing is allocated for one.
@usableFromInline package struct NameSlots: Sendable {
  /// The upper half of a hash, and a number + 1; 0 is free. A power of two of them.
  @usableFromInline var slots: [UInt64]

  /// A table for as many names as are expected; more need ``grow(_:hash:)``.
  @inlinable package init(count: Int = 0) {
    var size = 16
    while size < count &+ count / 4 { size *= 2 }
    slots = [UInt64](repeating: 0, count: size)
  }

  /// The number of a name, by its hash; `isSame` says whether a number is that of the name.
  @inlinable @inline(__always)
  package func find(_ hash: UInt64, where isSame: (Int) -> Bool) -> Int? {
    let mask = slots.count &- 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while slots[position] != 0 {
      let slot = slots[position]
      if (slot ^ hash) >> 32 == 0 {
        let number = Int(truncatingIfNeeded: slot & 0xffff_ffff) &- 1
        if isSame(number) { return number }
      }
      position = (position &+ 1) & mask
    }
    return nil
  }

  /// Gives a name that is known to be new a number (below 2^32 - 1).
  @inlinable package mutating func add(_ number: Int, _ hash: UInt64) {
    let mask = slots.count &- 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while slots[position] != 0 { position = (position &+ 1) & mask }
    slots[position] = hash & ~0xffff_ffff | UInt64(truncatingIfNeeded: number &+ 1)
  }

  /// Gives a name a number (below 2^32 - 1) in place of the one that it has, which is returned.
  @inlinable @inline(__always) package mutating func set(
    _ number: Int, _ hash: UInt64, where isSame: (Int) -> Bool
  ) -> Int? {
    let entry = hash & ~0xffff_ffff | UInt64(truncatingIfNeeded: number &+ 1)
    let mask = slots.count &- 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while slots[position] != 0 {
      let slot = slots[position]
      if (slot ^ hash) >> 32 == 0 {
        let former = Int(truncatingIfNeeded: slot & 0xffff_ffff) &- 1
        if isSame(former) {
          slots[position] = entry
          return former
        }
      }
      position = (position &+ 1) & mask
    }
    slots[position] = entry
    return nil
  }

  /// Whether there is no room for one more name than `count`; then ``grow(_:hash:)``.
  @inlinable package func isFull(_ count: Int) -> Bool { slots.count < count &+ count / 2 &+ 16 }

  /// Makes room for as many names again; `hash` is `nil` for a number given to no name.
  @inlinable package mutating func grow(_ count: Int, hash: (Int) -> UInt64?) {
    slots = [UInt64](repeating: 0, count: max(64, slots.count &* 2))
    for number in 0..<count { if let hash = hash(number) { add(number, hash) } }
  }
}
