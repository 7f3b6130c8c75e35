internal import ByteStorage
package import SymtypesFormat

/// The order in which keys are written: types before exports, each by their bytes.
package struct KeyOrder: Sendable {
  /// For each key, its place.
  private let ranks: [UInt32]

  package init(_ store: SymtypesStore) {
    let numbers = (0..<store.keys.count).map { number -> (prefix: UInt64, number: Int) in
      (store.keys.name(number).orderPrefix, number)
    }
    let sorted = numbers.sorted { left, right in
      let (isLeft, isRight) = (store.isExport(left.number), store.isExport(right.number))
      if isLeft != isRight { return isRight }
      if left.prefix != right.prefix { return left.prefix < right.prefix }
      return store.keys.name(left.number).compare(store.keys.name(right.number)) < 0
    }
    var ranks = [UInt32](repeating: 0, count: numbers.count)
    for (rank, entry) in sorted.enumerated() { ranks[entry.number] = UInt32(rank) }
    self.ranks = ranks
  }

  package func rank(_ key: UInt32) -> UInt32 { ranks[Int(key)] }

  /// The records of a file in order.
  func sorted(_ records: [SymtypesTree.Record]) -> [SymtypesTree.Record] {
    records.sorted { ranks[Int($0.key)] < ranks[Int($1.key)] }
  }
}

extension SymtypesTree {
  /// Numbers of the files by their paths, component by component.
  package var pathOrder: [Int] {
    let parts = files.map { $0.path.split(separator: 0x2f, omittingEmptySubsequences: false) }
    return files.indices.sorted { left, right in
      parts[left].lexicographicallyPrecedes(parts[right]) { $0.lexicographicallyPrecedes($1) }
    }
  }
}
