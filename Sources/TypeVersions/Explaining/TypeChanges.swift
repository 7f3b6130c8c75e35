internal import ByteStorage
package import SymtypesFormat

/// Why versions of exports changed: the types that differ, and how the exports reach each, in trees that
/// share a store.
package struct TypeChanges: ~Copyable {
  /// A key whose text differs.
  package struct Change: Sendable {
    package let key: Int
    package let old: Int
    package let new: Int
  }

  /// How a key was reached.
  private struct Step {
    var round: UInt32 = 0
    /// The key before it, and the key of the way that ends the first part of a long chain.
    var former: UInt32 = 0
    var head: UInt32 = 0
    /// Keys before it.
    var depth: UInt32 = 0
  }

  private var steps: [Step] = []
  /// The text that was last found to refer to each key.
  private var wanted: [UInt32] = []
  private var (round, mark): (UInt32, UInt32) = (0, 0)
  private var remaining = TypeChanges.mostWork

  /// Most references to follow in all: a whole kernel has some 100 million.
  private static let mostWork = 1 << 29
  /// Keys at each end of a long chain: those of kernels have up to about 20 in all.
  private static let longestEnd = 16

  package init() {}

  /// Compares the types of an export in two files: its own text, and those that both sides reach (as
  /// suse-kabi-tools 1.1 walks them), each by the shortest way, nearest first. `extern` does not count.
  ///
  /// - Throws: ``TypeVersionsError`` `.tooLarge` if all exports together have too many.
  package mutating func changes(
    ofExport export: Int, old: SymtypesTree.File, new: SymtypesTree.File, _ store: SymtypesStore
  ) throws(TypeVersionsError) -> [Change] {
    round &+= 1
    while steps.count < store.keys.count {
      steps.append(Step())
      wanted.append(0)
    }
    var found: [Change] = []
    steps[export] = Step(round: round, former: UInt32(export), head: UInt32(export))
    var queue = [export]
    var next = 0
    while next < queue.count {
      let key = queue[next]
      next += 1
      guard let first = old.text(ofKey: key), let second = new.text(ofKey: key) else { continue }
      let isSame = store.canonical(first) == store.canonical(second)
      if !isSame {
        found.append(Change(key: key, old: first, new: second))
      }
      mark &+= 1
      if !isSame { note(store.tokens(second)) }
      let tokens = store.tokens(first)
      remaining &-= tokens.count &+ 1
      guard remaining > 0 else { throw .tooLarge }
      for index in tokens.indices where tokens[index].isReference {
        let reference = tokens[index].number
        guard steps[reference].round != round, isSame || wanted[reference] == mark else { continue }
        reach(reference, from: key)
        queue.append(reference)
      }
    }
    return found
  }

  private mutating func note(_ tokens: Span<SymtypesStore.Token>) {
    remaining &-= tokens.count
    for index in tokens.indices where tokens[index].isReference {
      wanted[tokens[index].number] = mark
    }
  }

  private mutating func reach(_ key: Int, from former: Int) {
    let before = steps[former]
    let isHead = Int(before.depth) &+ 1 < TypeChanges.longestEnd
    steps[key] = Step(
      round: round, former: UInt32(former), head: isHead ? UInt32(key) : before.head,
      depth: before.depth &+ 1)
  }

  /// The keys from the export that was compared last to a key that it reaches, both included; of a long
  /// way its two ends, with `nil` for what is between them.
  package func chain(to key: Int) -> [Int?] {
    let end = TypeChanges.longestEnd
    guard Int(steps[key].depth) >= 2 &* end else { return way(to: key, most: 2 &* end) }
    return way(to: Int(steps[key].head), most: end) + [nil] + way(to: key, most: end)
  }

  /// The last keys of the way to a key.
  private func way(to key: Int, most: Int) -> [Int?] {
    var way = [key]
    while way.count < most, let last = way.last, steps[last].depth > 0 {
      way.append(Int(steps[last].former))
    }
    return way.reversed()
  }

  /// The shortest way from a key to another, both included; `nil` if there is none.
  package static func path(
    from start: Int, to end: Int, in file: SymtypesTree.File, _ store: SymtypesStore
  ) -> [Int]? {
    var before: [Int: Int] = [start: start]
    var queue = [start]
    var next = 0
    while next < queue.count, before[end] == nil {
      let key = queue[next]
      next += 1
      guard let text = file.text(ofKey: key) else { continue }
      for reference in references(text, store) where before[reference] == nil {
        before[reference] = key
        queue.append(reference)
      }
    }
    guard before[end] != nil else { return nil }
    var chain = [end]
    while let last = chain.last, last != start, let former = before[last] { chain.append(former) }
    return chain.reversed()
  }

  private static func references(_ text: Int, _ store: SymtypesStore) -> [Int] {
    let tokens = store.tokens(text)
    return tokens.indices.compactMap { tokens[$0].isReference ? tokens[$0].number : nil }
  }
}
