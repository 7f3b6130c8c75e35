internal import ByteStorage

/// Names that differ little from a word, for those who mistyped one.
package struct NearNames {
  private let word: [UInt8]
  /// Edits that are few.
  private let most: Int
  private var found: [(name: [UInt8], edits: Int)] = []
  /// Most names to keep.
  private static let count = 3

  /// - Parameter word: What was written; what is longer than 128 bytes has no neighbours.
  package init(_ word: String) {
    let bytes = Array(word.utf8)
    self.word = bytes.count <= 128 ? bytes : []
    most = bytes.count < 4 ? 0 : bytes.count < 8 ? 1 : 2
  }

  /// The nearest names, nearest first.
  package var names: [String] { found.map { String(decoding: $0.name, as: UTF8.self) } }

  /// Looks at one more name.
  package mutating func add(_ name: RawSpan) {
    guard !word.isEmpty, abs(name.byteCount - word.count) <= most else { return }
    let edits = edits(name)
    guard edits <= most, edits < found.last?.edits ?? .max || found.count < NearNames.count else {
      return
    }
    let bytes = name.array
    if found.contains(where: { $0.name == bytes }) { return }
    let place = found.firstIndex { $0.edits > edits } ?? found.count
    found.insert((bytes, edits), at: place)
    if found.count > NearNames.count { found.removeLast() }
  }

  /// Bytes to insert, remove, replace or swap with their neighbours until name and word are the
  /// same but for the case of letters; more than ``most`` if these are many.
  private func edits(_ name: RawSpan) -> Int {
    var older: [Int] = []
    var before = Array(0...name.byteCount)
    for row in word.indices {
      var line = [row + 1]
      for column in 0..<name.byteCount {
        var best = min(
          before[column] + (same(row, name, column) ? 0 : 1), before[column + 1] + 1,
          line[column] + 1)
        if row > 0, column > 0, same(row, name, column - 1), same(row - 1, name, column) {
          best = min(best, older[column - 1] + 1)
        }
        line.append(best)
      }
      if line.allSatisfy({ $0 > most }) { return .max }
      (older, before) = (before, line)
    }
    return before[name.byteCount]
  }

  private func same(_ row: Int, _ name: RawSpan, _ column: Int) -> Bool {
    lowercased(word[row]) == name.byte(at: column).map { lowercased($0) }
  }

  private func lowercased(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
  }
}

extension SymbolIndex {
  /// Up to three names of the table that differ little from a word, nearest first.
  package func names(near word: String) -> [String] {
    var near = NearNames(word)
    for index in 0..<table.count { near.add(table.name(at: index)) }
    return near.names
  }
}
