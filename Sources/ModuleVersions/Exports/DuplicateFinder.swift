internal import ByteStorage

/// Notices names that come again. Names are kept in one pool: no allocation for each.
struct DuplicateFinder {
  private var pool = BytePool()
  private var names: [BytePool.Range] = []
  private var slots = [Int32](repeating: -1, count: 64)

  /// Whether the name came before; remembers it.
  mutating func isRepeated(_ name: RawSpan) -> Bool {
    if names.count * 2 >= slots.count { grow() }
    var position = Int(truncatingIfNeeded: name.hash) & (slots.count - 1)
    while slots[position] >= 0 {
      if pool.bytes(names[Int(slots[position])]).equals(name) { return true }
      position = (position + 1) & (slots.count - 1)
    }
    slots[position] = Int32(truncatingIfNeeded: names.count)
    names.append(pool.store(name))
    return false
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for (number, range) in names.enumerated() {
      var position = Int(truncatingIfNeeded: pool.bytes(range).hash) & (slots.count - 1)
      while slots[position] >= 0 { position = (position + 1) & (slots.count - 1) }
      slots[position] = Int32(truncatingIfNeeded: number)
    }
  }
}
