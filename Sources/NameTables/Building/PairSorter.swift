internal import ByteStorage

/// Sorts pairs of bytes and a number, more of them than memory holds. Pairs are sorted in memory up
/// to a limit, then written to a nameless file as a run; the runs are merged when all pairs are
/// there. Equal pairs are handed out once.
final class PairSorter {
  private struct Row {
    /// The first eight bytes, as they compare.
    let prefix: UInt64
    let offset: UInt32
    let length: UInt32
    let number: UInt64
  }

  private let directory: String
  private let limit: Int
  private var text: [UInt8] = []
  private var rows: [Row] = []
  private var runs: [PairRun] = []

  /// Most runs to merge at once.
  private static let mostRuns = 64

  /// What does not fit into about `memory` bytes goes to `directory`.
  init(directory: String, memory: Int) {
    self.directory = directory
    limit = min(max(memory, 1 << 12), 1 << 31)
  }

  func add(_ key: RawSpan, _ number: UInt64) throws(FileError) {
    rows.append(
      Row(
        prefix: key.orderPrefix, offset: UInt32(truncatingIfNeeded: text.count),
        length: UInt32(truncatingIfNeeded: key.byteCount), number: number))
    unsafe key.withUnsafeBytes { unsafe text.append(contentsOf: $0) }
    if text.count + rows.count * MemoryLayout<Row>.stride >= limit { try spill() }
  }

  /// Calls `body` for every pair, in bytewise order of the keys, equal ones by number.
  func forEach(_ body: (RawSpan, UInt64) throws(FileError) -> Void) throws(FileError) {
    if runs.isEmpty {
      try forEachInMemory(body)
    } else {
      try spill()
      (rows, text) = ([], [])
      try PairRun.merge(runs, body)
    }
    rows = []
    text = []
    runs = []
  }

  private func forEachInMemory(
    _ body: (RawSpan, UInt64) throws(FileError) -> Void
  ) throws(FileError) {
    sort()
    let bytes = text
    let text = bytes.rawSpan
    var last: Row?
    for row in rows {
      if let last, last.number == row.number, last.prefix == row.prefix,
        PairSorter.key(last, text).equals(PairSorter.key(row, text))
      {
        continue
      }
      try body(PairSorter.key(row, text), row.number)
      last = row
    }
  }

  private func spill() throws(FileError) {
    guard !rows.isEmpty else { return }
    let run = try PairRun(in: directory)
    try forEachInMemory { (key, number) throws(FileError) in try run.append(key, number) }
    try run.flush()
    runs.append(run)
    rows.removeAll(keepingCapacity: true)
    text.removeAll(keepingCapacity: true)
    guard runs.count == PairSorter.mostRuns else { return }
    let merged = try PairRun(in: directory)
    try PairRun.merge(runs) { (key, number) throws(FileError) in try merged.append(key, number) }
    try merged.flush()
    runs = [merged]
  }

  private func sort() {
    unsafe text.withUnsafeBytes { bytes in
      rows.sort { left, right in
        if left.prefix != right.prefix { return left.prefix < right.prefix }
        // SAFETY: rows hold ranges of the text.
        let view = unsafe RawSpan(_unsafeBytes: bytes)
        let order = PairSorter.key(left, view).compare(PairSorter.key(right, view))
        return order != 0 ? order < 0 : left.number < right.number
      }
    }
  }

  @_lifetime(copy text) private static func key(_ row: Row, _ text: RawSpan) -> RawSpan {
    let start = Int(row.offset)
    guard let key = text.slice(start..<(start &+ Int(row.length))) else { return RawSpan() }
    return key
  }
}

extension RawSpan {
  /// The first eight bytes as a number that compares as they do; missing ones count as zero.
  var orderPrefix: UInt64 {
    if let word = integer(UInt64.self, at: 0, .big) { return word }
    var value: UInt64 = 0
    for index in 0..<8 { value = value << 8 | UInt64(byte(at: index) ?? 0) }
    return value
  }
}
