internal import ByteStorage
package import SymtypesFormat

/// What differs in the types of two builds, and which exports it reaches. Both trees are read into one
/// store.
package struct TypeComparison: Sendable {
  /// A type, or an export itself, whose text differs.
  package struct Cause: Sendable, Hashable {
    package let key: UInt32
    /// Texts of both sides, by their first equal.
    package let old: UInt32
    package let new: UInt32
  }

  /// Exports of the new build only, by their bytes; and of the old only.
  package private(set) var added: [UInt32] = []
  package private(set) var removed: [UInt32] = []
  /// Causes in the order of their keys and texts.
  package private(set) var causes: [Reach] = []

  /// A cause, and what it changes.
  package struct Reach: Sendable {
    package let cause: Cause
    /// The exports that it reaches, by their bytes.
    package internal(set) var exports: [UInt32] = []
    /// The shortest chain of references, from an export to what differs; of a long one both ends.
    package internal(set) var chain: [UInt32] = []
    /// Number of keys in the whole chain.
    package fileprivate(set) var chainLength = Int.max
    /// The export that the chain begins with, and the place in its walk.
    fileprivate var origin: (export: UInt32, place: Int) = (0, 0)
  }

  /// Compares the builds.
  ///
  /// - Parameters:
  ///   - old: The old build.
  ///   - new: The new one.
  ///   - store: What both were read into.
  ///   - isWanted: Whether an export is looked at.
  package init(
    _ old: SymtypesTree, _ new: SymtypesTree, _ store: SymtypesStore,
    where isWanted: (RawSpan) -> Bool = { _ in true }
  ) {
    let order = KeyOrder(store)
    func wanted(_ tree: SymtypesTree) -> [UInt32] {
      tree.exports.filter { isWanted(store.keys.name(Int($0))) }
        .sorted { order.rank($0) < order.rank($1) }
    }
    let exports = wanted(old)
    removed = exports.filter { new.file(ofExport: Int($0)) == nil }
    added = wanted(new).filter { old.file(ofExport: Int($0)) == nil }
    var walk = TypeWalk(old, new, store)
    var found: [Cause: Int] = [:]
    for export in exports {
      walk.forEachCause(of: export, old, new, store) { cause, place, length in
        let number = found[cause] ?? causes.count
        if number == causes.count {
          found[cause] = number
          causes.append(Reach(cause: cause))
        }
        causes[number].exports.append(export)
        if length < causes[number].chainLength {
          (causes[number].chainLength, causes[number].origin) = (length, (export, place))
        }
      }
    }
    addChains(old, new, store, &walk)
    causes.sort {
      let (left, right) = ($0.cause, $1.cause)
      if left.key != right.key {
        return store.keys.name(Int(left.key)).compare(store.keys.name(Int(right.key))) < 0
      }
      if left.old != right.old { return TypeComparison.precedes(left.old, right.old, store) }
      return TypeComparison.precedes(left.new, right.new, store)
    }
  }

  /// Walks again from the exports with which the shortest chains begin.
  private mutating func addChains(
    _ old: SymtypesTree, _ new: SymtypesTree, _ store: SymtypesStore, _ walk: inout TypeWalk
  ) {
    for (export, numbers) in Dictionary(grouping: causes.indices, by: { causes[$0].origin.export })
    {
      walk.forEachCause(of: export, old, new, store) { _, _, _ in }
      for number in numbers { causes[number].chain = walk.chain(to: causes[number].origin.place) }
    }
  }

  package var isEmpty: Bool { !isBreaking && added.isEmpty }

  /// Whether modules may break: exports are gone, or their types changed. One that came breaks nothing.
  package var isBreaking: Bool { !removed.isEmpty || !causes.isEmpty }

  /// Names of all exports that differ, by their bytes.
  ///
  /// - Parameters:
  ///   - onlyModified: Whether only those of both builds are wanted.
  ///   - store: What both builds were read into.
  /// - Returns: Keys of exports.
  package func names(onlyModified: Bool, _ store: SymtypesStore) -> [UInt32] {
    var names = Set(causes.flatMap(\.exports))
    if !onlyModified { names.formUnion(added + removed) }
    return names.sorted { store.keys.name(Int($0)).compare(store.keys.name(Int($1))) < 0 }
  }

  /// Texts compare token by token, references before words.
  private static func precedes(_ left: UInt32, _ right: UInt32, _ store: SymtypesStore) -> Bool {
    let (first, second) = (store.tokens(Int(left)), store.tokens(Int(right)))
    for index in 0..<min(first.count, second.count) {
      let (token, other) = (first[index], second[index])
      if token == other { continue }
      if token.isReference != other.isReference { return token.isReference }
      return store.bytes(token).compare(store.bytes(other)) < 0
    }
    return first.count < second.count
  }
}
