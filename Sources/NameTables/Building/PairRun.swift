internal import ByteStorage

/// Sorted pairs in a nameless file.
final class PairRun {
  private let file: SpoolFile
  private var output = OutputBuffer(reserving: 1 << 12)

  init(in directory: String) throws(FileError) { file = try SpoolFile(in: directory) }

  /// Appends a pair: the length of the key, the key, the number.
  func append(_ key: RawSpan, _ number: UInt64) throws(FileError) {
    output.removeAll()
    output.append(variable: UInt64(key.byteCount))
    output.append(key)
    output.append(little: number, size: 8)
    try file.append(output.bytes)
  }

  func flush() throws(FileError) { try file.flush() }

  /// Calls `body` for every pair of several runs, in order, equal ones once.
  static func merge(
    _ runs: [PairRun], _ body: (RawSpan, UInt64) throws(FileError) -> Void
  ) throws(FileError) {
    var cursors: [PairCursor] = []
    for run in runs {
      let cursor = PairCursor(run.file)
      if try cursor.advance() { cursors.append(cursor) }
    }
    for index in cursors.indices.reversed() { sift(&cursors, index) }
    var last: [UInt8] = []
    var lastNumber: UInt64?
    while let first = cursors.first {
      if lastNumber != first.number || last != first.key {
        last = first.key
        lastNumber = first.number
        try body(last.rawSpan, first.number)
      }
      if try !first.advance() {
        cursors[0] = cursors[cursors.count - 1]
        cursors.removeLast()
      }
      sift(&cursors, 0)
    }
  }

  /// Moves a cursor down the heap to its place.
  private static func sift(_ heap: inout [PairCursor], _ start: Int) {
    var index = start
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2]
      where child < heap.count && heap[child].precedes(heap[least]) { least = child }
      guard least != index else { return }
      heap.swapAt(index, least)
      index = least
    }
  }
}

private final class PairCursor {
  private let file: SpoolFile
  private var buffer: [UInt8] = []
  private var position = 0
  /// Offset in the file of what follows the buffer.
  private var next = 0
  private(set) var key: [UInt8] = []
  private(set) var number: UInt64 = 0
  private var prefix: UInt64 = 0

  private static let readSize = 1 << 17
  /// A key of the longest kind, its length and its number; keys of readable names are the longest.
  private static let largestPair = 1 << 17

  init(_ file: SpoolFile) { self.file = file }

  /// Moves to the next pair; `false` at the end.
  func advance() throws(FileError) -> Bool {
    if buffer.count - position < PairCursor.largestPair, next < file.count {
      buffer.removeSubrange(0..<position)
      position = 0
      next += try file.read(
        into: &buffer, at: next, most: PairCursor.readSize + PairCursor.largestPair)
    }
    return unsafe buffer.withUnsafeBytes { unsafe take(from: RawSpan(_unsafeBytes: $0)) }
  }

  /// Takes the pair at the position.
  private func take(from bytes: RawSpan) -> Bool {
    guard let length = bytes.variable(at: &position),
      let key = bytes.slice(position..<(position + length)),
      let number = bytes.integer(UInt64.self, at: position + length, .little)
    else { return false }
    self.key.removeAll(keepingCapacity: true)
    unsafe key.withUnsafeBytes { unsafe self.key.append(contentsOf: $0) }
    prefix = key.orderPrefix
    self.number = number
    position += length + 8
    return true
  }

  func precedes(_ other: PairCursor) -> Bool {
    if prefix != other.prefix { return prefix < other.prefix }
    let (left, right) = (key, other.key)
    let order = left.rawSpan.compare(right.rawSpan)
    return order != 0 ? order < 0 : number < other.number
  }
}
