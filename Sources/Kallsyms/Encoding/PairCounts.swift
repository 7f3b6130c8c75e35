/// A pair of adjacent codes.
struct CodePair: Hashable {
  let first: UInt8
  let second: UInt8
}

/// How often each pair of codes occurs.
struct PairCounts {
  /// By first + 256 * second.
  private var counts = [Int32](repeating: 0, count: 1 << 16)
  /// The largest count among the pairs of each second code, unless these have changed since.
  private var rowMaxima = [Int32](repeating: 0, count: 256)
  private var hasRowChanged = [Bool](repeating: true, count: 256)

  /// Counts the pairs of all symbols.
  init(_ codes: ArraySlice<UInt8>) {
    var previous = 0
    for code in codes {
      counts[previous | Int(code) << 8] &+= 1
      previous = Int(code)
    }
    for code in 0..<256 {
      counts[Int(SeparatedCodes.separator) | code << 8] = 0
      counts[code | Int(SeparatedCodes.separator) << 8] = 0
    }
  }

  /// The pair that occurs most often; of several the lowest, `nil` if none is left. Only the rows
  /// that have changed are looked at again, so that a short list costs little.
  mutating func mostFrequentPair() -> CodePair? {
    for first in stride(from: 0, to: 256, by: 8) where isAnyChanged(ofRows: first) {
      for row in first..<(first &+ 8) where hasRowChanged[row] {
        hasRowChanged[row] = false
        rowMaxima[row] = maximum(ofRow: row)
      }
    }
    var most: Int32 = 0
    for maximum in rowMaxima { most = max(most, maximum) }
    guard most > 0, let row = rowMaxima.firstIndex(of: most),
      let pair = counts[(row << 8)...].firstIndex(of: most)
    else { return nil }
    return CodePair(
      first: UInt8(truncatingIfNeeded: pair), second: UInt8(truncatingIfNeeded: row))
  }

  /// Lends the counts, and which second codes have pairs whose counts change.
  mutating func withUnsafeCounts(
    _ body: (_ counts: UnsafeMutablePointer<Int32>, _ changed: UnsafeMutablePointer<Bool>) -> Void
  ) {
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      unsafe hasRowChanged.withUnsafeMutableBufferPointer { changed in
        guard let counts = counts.baseAddress, let changed = changed.baseAddress else { return }
        unsafe body(counts, changed)
      }
    }
  }

  /// Whether one of eight rows has changed.
  private func isAnyChanged(ofRows first: Int) -> Bool {
    unsafe hasRowChanged.withUnsafeBytes { changed in
      // SAFETY: the first of eight rows is 248 at most, and there are 256.
      unsafe changed.loadUnaligned(fromByteOffset: first, as: UInt64.self) != 0
    }
  }

  private func maximum(ofRow row: Int) -> Int32 {
    unsafe counts.withUnsafeBufferPointer { counts in
      var most: Int32 = 0
      // SAFETY: 256 rows of 256 counts.
      for pair in (row << 8)..<(row << 8 &+ 256) { unsafe most = max(most, counts[pair]) }
      return most
    }
  }
}
