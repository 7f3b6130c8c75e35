/// The codes of many symbols in one text: a separator, then the codes of each symbol and a separator.
struct SeparatedCodes {
  /// No symbol has this byte, and its slot is the last to become a token.
  static let separator: UInt8 = 0
  /// How many bytes may be looked at behind the text.
  private static let reach = 64

  /// The text, with `reach` more bytes than are in use.
  private var bytes: [UInt8]
  /// How many bytes of the text are in use; they become fewer.
  private(set) var count: Int
  let symbolCount: Int

  /// Takes over records, each a type letter and a name.
  init(_ map: EncoderMap) {
    symbolCount = map.entries.count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(map.text.count + symbolCount + 1 + SeparatedCodes.reach)
    bytes.append(SeparatedCodes.separator)
    for entry in map.entries {
      unsafe map.record(entry).withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
      bytes.append(SeparatedCodes.separator)
    }
    count = bytes.count
    bytes.append(contentsOf: repeatElement(SeparatedCodes.separator, count: SeparatedCodes.reach))
    self.bytes = bytes
  }

  var codes: ArraySlice<UInt8> { bytes[..<count] }

  /// Where the codes of each symbol are.
  func ranges() -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    ranges.reserveCapacity(symbolCount)
    var start = 1
    for place in 1..<max(count, 1) where bytes[place] == SeparatedCodes.separator {
      ranges.append(start..<place)
      start = place &+ 1
    }
    return ranges
  }

  /// Replaces a pair in all symbols, and counts what changes around it.
  mutating func replace(_ pair: CodePair, with code: UInt8, _ counts: inout PairCounts) {
    let end = count
    unsafe bytes.withUnsafeMutableBufferPointer { bytes in
      unsafe counts.withUnsafeCounts { counts, changed in
        guard let bytes = bytes.baseAddress else { return }
        var replacement = unsafe PairReplacement(
          pair: pair, code: code, bytes: bytes, end: end, counts: counts, changed: changed)
        count = replacement.run()
      }
    }
  }

  /// Replaces a pair in the codes of one symbol, where the separator is a code too; how many are left.
  mutating func replace(_ pair: CodePair, with code: UInt8, in codes: Range<Int>) -> Int {
    var (source, target) = (codes.lowerBound, codes.lowerBound)
    while source < codes.upperBound {
      let isPair =
        bytes[source] == pair.first && source &+ 1 < codes.upperBound
        && bytes[source &+ 1] == pair.second
      bytes[target] = isPair ? code : bytes[source]
      source &+= isPair ? 2 : 1
      target &+= 1
    }
    return target &- codes.lowerBound
  }
}

/// Replaces one pair in a text, moving what follows up to it and keeping the counts of all pairs.
@safe private struct PairReplacement {
  private typealias Block = SIMD16<UInt8>
  private static let size = 16

  private let pair: CodePair
  private let code: UInt8
  private let bytes: UnsafeMutableRawPointer
  private let end: Int
  private let counts: UnsafeMutablePointer<Int32>
  /// Which second codes have pairs whose counts have changed.
  private let changed: UnsafeMutablePointer<Bool>
  /// What is looked at, and where it will be: at `source`, or before it.
  private var source = 1
  private var target = 1

  init(
    pair: CodePair, code: UInt8, bytes: UnsafeMutablePointer<UInt8>, end: Int,
    counts: UnsafeMutablePointer<Int32>, changed: UnsafeMutablePointer<Bool>
  ) {
    self.pair = pair
    self.code = code
    unsafe self.bytes = UnsafeMutableRawPointer(bytes)
    self.end = end
    unsafe self.counts = counts
    unsafe self.changed = changed
  }

  /// Replaces the pair everywhere; where the text ends then.
  mutating func run() -> Int {
    while true {
      moveToPair()
      guard source < end else { return end &- (source &- target) }
      replace()
    }
  }

  /// Moves everything before the next pair.
  @inline(__always) private mutating func moveToPair() {
    let firsts = Block(repeating: pair.first)
    let seconds = Block(repeating: pair.second)
    /// Which places of a block have the pair, all bits of a byte for each.
    @inline(__always) func places(_ block: Block, _ offset: Int) -> SIMD2<UInt64> {
      // SAFETY: less than `reach` bytes behind the end are read.
      let next = unsafe bytes.loadUnaligned(fromByteOffset: offset &+ 1, as: Block.self)
      return unsafe unsafeBitCast(block .== firsts .& next .== seconds, to: SIMD2<UInt64>.self)
    }
    while source < end {
      let blocks = (block(0), block(1), block(2), block(3))
      let found =
        places(blocks.0, source) | places(blocks.1, source &+ PairReplacement.size)
        | places(blocks.2, source &+ 2 &* PairReplacement.size)
        | places(blocks.3, source &+ 3 &* PairReplacement.size)
      if found[0] | found[1] != 0 { break }
      put(blocks.0, 0)
      put(blocks.1, 1)
      put(blocks.2, 2)
      put(blocks.3, 3)
      move(4 &* PairReplacement.size)
    }
    while source < end {
      let block = self.block(0)
      let found = places(block, source)
      let (lower, upper) = (found[0].littleEndian, found[1].littleEndian)
      if lower | upper == 0 {
        put(block, 0)
        move(PairReplacement.size)
        continue
      }
      let before =
        lower != 0
        ? lower.trailingZeroBitCount / 8
        : PairReplacement.size / 2 &+ upper.trailingZeroBitCount / 8
      // The pair itself must stay until it is looked at.
      if source &- target >= PairReplacement.size {
        put(block, 0)
      } else {
        for place in 0..<before {
          unsafe bytes.storeBytes(
            of: byte(source &+ place), toByteOffset: target &+ place, as: UInt8.self)
        }
      }
      return move(before)
    }
  }

  /// Replaces the pair, and pairs that follow at once.
  @inline(__always) private mutating func replace() {
    drop(byte(target &- 1), pair.first)
    repeat {
      drop(pair.first, pair.second)
      drop(pair.second, byte(source &+ 2))
      add(byte(target &- 1), code)
      // SAFETY: nothing behind the source is written.
      unsafe bytes.storeBytes(of: code, toByteOffset: target, as: UInt8.self)
      source &+= 2
      target &+= 1
    } while byte(source) == pair.first && byte(source &+ 1) == pair.second
    add(code, byte(source))
  }

  @inline(__always) private func byte(_ offset: Int) -> UInt8 {
    // SAFETY: separators are before and after each symbol, and `reach` bytes after the last.
    unsafe bytes.load(fromByteOffset: offset, as: UInt8.self)
  }

  /// One of the next blocks.
  @inline(__always) private func block(_ index: Int) -> Block {
    // SAFETY: less than `reach` bytes behind the end are read.
    unsafe bytes.loadUnaligned(
      fromByteOffset: source &+ index &* PairReplacement.size, as: Block.self)
  }

  @inline(__always) private func put(_ block: Block, _ index: Int) {
    // SAFETY: what is written lies before what is read next.
    unsafe bytes.storeBytes(
      of: block, toByteOffset: target &+ index &* PairReplacement.size, as: Block.self)
  }

  @inline(__always) private mutating func move(_ count: Int) {
    source &+= count
    target &+= count
  }

  @inline(__always) private func drop(_ first: UInt8, _ second: UInt8) { count(first, second, -1) }

  @inline(__always) private func add(_ first: UInt8, _ second: UInt8) { count(first, second, 1) }

  /// Counts a pair, unless it is the start or the end of a symbol.
  @inline(__always) private func count(_ first: UInt8, _ second: UInt8, _ times: Int32) {
    guard first != SeparatedCodes.separator, second != SeparatedCodes.separator else { return }
    // SAFETY: two bytes index the counts of 2^16 pairs.
    unsafe counts[Int(first) | Int(second) << 8] &+= times
    unsafe changed[Int(second)] = true
  }
}
