internal import ByteStorage

/// Finds the 256 tokens of a table, and replaces them in the names, as `scripts/kallsyms` does.
///
/// A token is a pair of codes. From slot 255 down, every slot that no byte of the names occupies
/// takes the most frequent pair of adjacent codes, of equally frequent ones that with the lowest
/// second and then first code; the pair is replaced everywhere, from left to right.
///
/// Each pair has a list of the symbols in which it may occur, so that a step visits only those, and
/// only counts what changes around a replacement.
struct TokenCompressor {
  /// The codes of all symbols; each starts where its record did, and has its own length.
  private(set) var codes: [UInt8]
  private(set) var lengths: [UInt16]
  private let starts: [UInt32]
  /// What each code stands for: nothing, a byte, or two codes.
  private(set) var tokens = [Token](repeating: .none, count: 256)

  enum Token {
    case none
    case literal
    case pair(UInt8, UInt8)
  }

  /// How often each pair occurs, by first + 256 * second.
  private var profits = [Int32](repeating: 0, count: 1 << 16)
  /// Lists of symbols by pair of literals: `members[offsets[pair]..<offsets[pair + 1]]`.
  private var offsets = [UInt32](repeating: 0, count: 1 << 16 + 1)
  private var members: [UInt32] = []
  /// Lists of symbols by pair with a token: chains of nodes, 0 ends one.
  private var heads = [UInt32](repeating: 0, count: 1 << 16)
  private var nodes: [(symbol: UInt32, next: UInt32)] = [(0, 0)]

  /// Compresses records, each a type letter and a name.
  init(_ map: EncoderMap) {
    var codes: [UInt8] = []
    codes.reserveCapacity(map.text.count)
    var lengths: [UInt16] = []
    var starts: [UInt32] = []
    for entry in map.entries {
      starts.append(UInt32(truncatingIfNeeded: codes.count))
      lengths.append(UInt16(truncatingIfNeeded: entry.length))
      unsafe map.record(entry).withUnsafeBytes { unsafe codes.append(contentsOf: $0) }
    }
    self.codes = codes
    self.lengths = lengths
    self.starts = starts
    for byte in codes { tokens[Int(byte)] = .literal }
    count()
    list()
    run()
  }

  /// The codes of a symbol.
  func codes(of symbol: Int) -> ArraySlice<UInt8> {
    let start = Int(starts[symbol])
    return codes[start..<(start + Int(lengths[symbol]))]
  }

  /// What each code expands to.
  func expansions() -> [[UInt8]] {
    var found = [[UInt8]](repeating: [], count: 256)
    // A token is made of codes that were there before it: bytes, and tokens of higher slots.
    for code in 0..<256 {
      if case .literal = tokens[code] { found[code] = [UInt8(truncatingIfNeeded: code)] }
    }
    for code in stride(from: 255, through: 0, by: -1) {
      if case .pair(let first, let second) = tokens[code] {
        found[code] = found[Int(first)] + found[Int(second)]
      }
    }
    return found
  }

  private mutating func count() {
    for symbol in starts.indices {
      let start = Int(starts[symbol])
      let length = Int(lengths[symbol])
      for offset in start..<max(start, start &+ length &- 1) {
        profits[Int(codes[offset]) | Int(codes[offset &+ 1]) << 8] &+= 1
      }
    }
  }

  private mutating func list() {
    var total: UInt32 = 0
    for pair in 0..<(1 << 16) {
      offsets[pair] = total
      total &+= UInt32(bitPattern: profits[pair])
    }
    offsets[1 << 16] = total
    members = [UInt32](repeating: .max, count: Int(total))
    var ends = offsets
    for symbol in starts.indices {
      let start = Int(starts[symbol])
      let length = Int(lengths[symbol])
      for offset in start..<max(start, start &+ length &- 1) {
        let pair = Int(codes[offset]) | Int(codes[offset &+ 1]) << 8
        let end = Int(ends[pair])
        members[end] = UInt32(truncatingIfNeeded: symbol)
        ends[pair] = UInt32(truncatingIfNeeded: end &+ 1)
      }
    }
  }

  private mutating func run() {
    for slot in stride(from: 255, through: 0, by: -1) {
      guard case .none = tokens[slot] else { continue }
      var most: Int32 = 0
      for profit in profits { most = max(most, profit) }
      guard most > 0, let pair = profits.firstIndex(of: most) else { return }
      let (first, second) = (UInt8(pair & 0xff), UInt8(pair >> 8))
      tokens[slot] = .pair(first, second)
      replace(first, second, with: UInt8(slot))
    }
  }

  /// Replaces a pair in all symbols in which it may occur.
  private mutating func replace(_ first: UInt8, _ second: UInt8, with code: UInt8) {
    let pair = Int(first) | Int(second) << 8
    var last = UInt32.max
    for place in Int(offsets[pair])..<Int(offsets[pair &+ 1]) {
      let symbol = members[place]
      // A pair that occurs twice in a symbol lists it twice, one after the other.
      if symbol != last { replace(in: Int(symbol), first, second, with: code) }
      last = symbol
    }
    var node = Int(heads[pair])
    while node != 0 {
      let (symbol, next) = nodes[node]
      replace(in: Int(symbol), first, second, with: code)
      node = Int(next)
    }
  }

  private mutating func replace(
    in symbol: Int, _ first: UInt8, _ second: UInt8, with code: UInt8
  ) {
    let start = Int(starts[symbol])
    let end = start &+ Int(lengths[symbol])
    var (source, target) = (start, start)
    // End of the last replaced pair: what follows it was already counted off.
    var replacedEnd = -1
    while source < end {
      let byte = codes[source]
      let isMatch = byte == first && source &+ 1 < end && codes[source &+ 1] == second
      if isMatch {
        if source > start, replacedEnd != source { drop(codes[source &- 1], first) }
        drop(first, second)
        if source &+ 2 < end { drop(second, codes[source &+ 2]) }
        if target > start { add(codes[target &- 1], code, symbol) }
        codes[target] = code
        source &+= 2
        replacedEnd = source
      } else {
        if replacedEnd == source { add(code, byte, symbol) }
        codes[target] = byte
        source &+= 1
      }
      target &+= 1
    }
    lengths[symbol] = UInt16(truncatingIfNeeded: target &- start)
  }

  @inline(__always)
  private mutating func drop(_ first: UInt8, _ second: UInt8) {
    profits[Int(first) | Int(second) << 8] &-= 1
  }

  @inline(__always)
  private mutating func add(_ first: UInt8, _ second: UInt8, _ symbol: Int) {
    let pair = Int(first) | Int(second) << 8
    profits[pair] &+= 1
    let head = heads[pair]
    let number = UInt32(truncatingIfNeeded: symbol)
    if head != 0, nodes[Int(head)].symbol == number { return }
    heads[pair] = UInt32(truncatingIfNeeded: nodes.count)
    nodes.append((number, head))
  }
}
