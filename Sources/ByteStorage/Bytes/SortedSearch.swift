extension RandomAccessCollection where Index == Int {
  /// The first index whose element does not precede the value searched for; the end index if all
  /// do.
  @inlinable package func partitionIndex(where precedes: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low &+ (high &- low) / 2
      if precedes(self[middle]) { low = middle &+ 1 } else { high = middle }
    }
    return low
  }
}

extension Array where Element == UInt64 {
  /// Whether ascending values hold one in a range.
  package func holdsSorted(_ range: Range<UInt64>) -> Bool {
    let index = partitionIndex { $0 < range.lowerBound }
    return index < count && self[index] < range.upperBound
  }
}
