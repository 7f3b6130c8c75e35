internal import ByteStorage

/// The rows of all grammars, laid out for matching.
struct Grammar: Sendable {
  private struct Row: Sendable {
    let surface: Surface
    let key: StaticString?
    /// Bytes that every line has in which the row finds something.
    let needed: ByteSet
    let isStrong: Bool
    let steps: Range<Int>
  }

  private var rows: [Row] = []
  private var steps: [LinePattern.Step] = []
  /// Rows that begin where a line does, by the line's first byte: 256 runs in one array.
  private var byFirst: [Int] = []
  private var starts: [Int] = [0]
  private var keyed: [Int] = []

  /// The grammar of every surface.
  static let all = Grammar(Surface.patterns)

  init(_ patterns: [LinePattern]) {
    for pattern in patterns {
      rows.append(
        Row(
          surface: pattern.surface, key: pattern.key, needed: pattern.neededBytes,
          isStrong: pattern.isStrong, steps: steps.count..<(steps.count + pattern.steps.count)))
      steps += pattern.steps
    }
    keyed = patterns.indices.filter { patterns[$0].key != nil }
    for byte in UInt8.min...UInt8.max {
      byFirst += patterns.indices.filter {
        patterns[$0].key == nil && patterns[$0].accepts(first: byte)
      }
      starts.append(byFirst.count)
    }
  }

  /// Adds what rows that begin where the line does find, until that is enough.
  func findFromStart(
    of line: borrowing TextLine, _ present: ByteSet, _ fields: inout [NameField],
    until isEnough: ([NameField]) -> Bool
  ) {
    let start = line[0] == SignMask.orderMark && line[2] == SignMask.orderMark ? 3 : 0
    let first = Int(line[start])
    var count = fields.count
    for position in starts[first]..<starts[first &+ 1]
    where rows[byFirst[position]].needed.isSubset(of: present) {
      _ = match(rows[byFirst[position]], line, from: start, &fields)
      if fields.count > count {
        if isEnough(fields) { return }
        count = fields.count
      }
    }
  }

  /// Adds what rows find that begin after a key.
  ///
  /// - Complexity: O(length of the line) for each row; where steps scan far, the search goes on
  ///   after what they scanned.
  func findBehindKeys(
    in line: borrowing TextLine, _ present: ByteSet, _ fields: inout [NameField]
  ) {
    for position in keyed {
      guard rows[position].needed.isSubset(of: present), let key = rows[position].key else {
        continue
      }
      var start = 0
      var attempts = 0
      while attempts < TextLine.mostAttempts, let found = line.find(key, from: start) {
        attempts &+= 1
        let behind = found &+ key.utf8CodeUnitCount
        start = max(behind, match(rows[position], line, from: behind, &fields))
      }
    }
  }

  /// Matches a row's steps from an index on.
  ///
  /// - Returns: Where it ended.
  private func match(
    _ row: Row, _ line: borrowing TextLine, from start: Int, _ fields: inout [NameField]
  ) -> Int {
    let before = fields.count
    var state = MatchState(row.surface, isStrong: row.isStrong, before)
    var index = start
    for position in row.steps {
      guard let next = state.advance(steps[position], line, index, &fields) else {
        if fields.count > before { fields.removeSubrange(before...) }
        return index
      }
      index = next
    }
    return index
  }
}

extension LinePattern {
  /// The bytes that every line has that matches.
  fileprivate var neededBytes: ByteSet {
    var bytes = ByteSet(key ?? "")
    for step in steps {
      switch step {
      case .text(let text): bytes.insert(text)
      case .until(let byte): bytes.insert(byte)
      case .hex: bytes.insert("0x")
      default: break
      }
    }
    return bytes
  }
}

/// Which ASCII characters some bytes have.
struct ByteSet: Sendable {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  init(_ line: borrowing TextLine) {
    // A store for each byte is cheaper than shifts.
    var isPresent = InlineArray<256, UInt8>(repeating: 0)
    var index = 0
    while let word = line.word(at: index) {
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        isPresent[Int(UInt8(truncatingIfNeeded: word &>> shift))] = 1
      }
      index &+= 8
    }
    while index < line.count {
      isPresent[Int(line[index])] = 1
      index &+= 1
    }
    low = ByteSet.bits(isPresent, from: 0)
    high = ByteSet.bits(isPresent, from: 64)
  }

  /// 64 bytes that are 0 or 1, as bits.
  @inline(__always)
  private static func bits(_ bytes: borrowing InlineArray<256, UInt8>, from start: Int) -> UInt64 {
    var bits: UInt64 = 0
    for index in stride(from: start, to: start &+ 64, by: 8) {
      // The product's upper byte has the eight bytes' lowest bits, that of the first byte in the lowest place.
      let word = bytes.span.raw.integer(UInt64.self, at: index, .little) ?? 0
      bits |= ((word &* 0x0102_0408_1020_4080) &>> 56) &<< UInt64(index &- start)
    }
    return bits
  }

  init(_ text: StaticString) { insert(text) }

  mutating func insert(_ text: StaticString) {
    text.withUTF8Buffer { bytes in
      for index in 0..<bytes.count {
        // SAFETY: the index is below the count.
        insert(unsafe bytes[index])
      }
    }
  }

  mutating func insert(_ byte: UInt8) {
    let (bit, isHigh) = ByteSet.place(byte)
    high |= bit & isHigh
    low |= bit & ~isHigh
  }

  /// The bit of a character, and all ones if it is in the upper half of ASCII: branches on that would
  /// be taken in no order.
  @inline(__always)
  private static func place(_ byte: UInt8) -> (bit: UInt64, isHigh: UInt64) {
    (1 &<< UInt64(byte), 0 &- UInt64(byte >> 6 & 1))
  }

  /// Whether an ASCII character is among the bytes.
  func holds(_ byte: UInt8) -> Bool {
    (byte & 0x40 == 0 ? low : high) >> UInt64(byte & 63) & 1 != 0
  }

  func isSubset(of other: ByteSet) -> Bool { low & ~other.low | high & ~other.high == 0 }
}
