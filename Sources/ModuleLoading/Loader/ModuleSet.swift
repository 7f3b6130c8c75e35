/// A set of module numbers, small enough to be kept for every module of a tree.
package struct ModuleSet: Sendable {
  private var words: [UInt64] = []

  /// A set of one number, 0 or more.
  package init(_ number: Int) { insert(number) }

  /// Whether a number is in the set.
  package func contains(_ number: Int) -> Bool {
    number >> 6 < words.count && words[number >> 6] >> UInt64(number & 63) & 1 != 0
  }

  /// Adds a number, 0 or more.
  package mutating func insert(_ number: Int) {
    reserve(number >> 6 + 1)
    words[number >> 6] |= 1 << UInt64(number & 63)
  }

  /// Adds the numbers of another set.
  package mutating func formUnion(_ other: ModuleSet) {
    reserve(other.words.count)
    for index in other.words.indices { words[index] |= other.words[index] }
  }

  private mutating func reserve(_ count: Int) {
    if words.count < count {
      words.append(contentsOf: repeatElement(0, count: count - words.count))
    }
  }
}
