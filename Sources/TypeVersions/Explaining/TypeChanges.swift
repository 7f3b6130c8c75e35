package import SymtypesFormat

/// Why the version of an export changed: the types that differ, and how the export reaches each.
package struct TypeChanges: Sendable {
  /// A key whose text differs.
  package struct Change: Sendable {
    package let key: Int
    package let old: Int
    package let new: Int
    /// The keys from the export to this one, both included.
    package let chain: [Int]
  }

  /// Nearest first.
  package let changes: [Change]

  /// Compares the types of an export in two files of trees that share a store: its own text, and
  /// those that both sides reach (as suse-kabi-tools 1.1 walks them), each by the shortest way.
  /// `extern` does not count.
  package init(
    ofExport export: Int, old: SymtypesTree.File, new: SymtypesTree.File, _ store: SymtypesStore
  ) {
    var found: [Change] = []
    var before: [Int: Int] = [export: export]
    var queue = [export]
    var next = 0
    while next < queue.count {
      let key = queue[next]
      next += 1
      guard let first = old.text(ofKey: key), let second = new.text(ofKey: key) else { continue }
      if store.canonical(first) != store.canonical(second) {
        var chain = [key]
        while let last = chain.last, last != export, let former = before[last] {
          chain.append(former)
        }
        found.append(Change(key: key, old: first, new: second, chain: chain.reversed()))
      }
      let wanted = Set(TypeChanges.references(second, store))
      for reference in TypeChanges.references(first, store)
      where wanted.contains(reference) && before[reference] == nil {
        before[reference] = key
        queue.append(reference)
      }
    }
    changes = found
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
