internal import ByteStorage
internal import CGlibcExtras

/// Finds the 256 tokens of a table, and replaces them in the names, as `scripts/kallsyms` does. A
/// token is a pair of codes. From slot 255 down, every slot that no byte of the names occupies
/// takes the most frequent pair of adjacent codes, of equally frequent ones that with the lowest
/// second and then first code; the pair is replaced everywhere, from left to right. Each pair has a
/// list of the symbols in which it may occur, so that a step visits only those, and only counts
/// what changes around a replacement.
struct TokenCompressor {
  /// The codes of all symbols; each starts where its record did, and has its own length.
  private(set) var codes: [UInt8]
  private(set) var lengths: [UInt16]
  private let starts: [UInt32]
  /// What each code means: nothing, a byte, or two codes.
  private(set) var tokens = [Token](repeating: .none, count: 256)

  enum Token {
    case none
    case literal
    case pair(UInt8, UInt8)
  }

  /// How often each pair occurs, by first + 256 * second.
  private var profits = [Int32](repeating: 0, count: 1 << 16)
  /// The largest count among the pairs of each second code, unless these have changed since.
  private var rowMaxima = [Int32](repeating: 0, count: 256)
  private var hasRowChanged = [Bool](repeating: true, count: 256)
  /// Lists of symbols by pair of literals: `members[offsets[pair]..<offsets[pair + 1]]`.
  private var offsets = [UInt32](repeating: 0, count: 1 << 16 + 1)
  private var members: [UInt32] = []

  /// Compresses records, each a type letter and a name.
  init(_ map: EncoderMap) {
    var codes: [UInt8] = []
    codes.reserveCapacity(map.text.count + PairReplacement.reach)
    var lengths: [UInt16] = []
    lengths.reserveCapacity(map.entries.count)
    var starts: [UInt32] = []
    starts.reserveCapacity(map.entries.count)
    for entry in map.entries {
      starts.append(UInt32(truncatingIfNeeded: codes.count))
      lengths.append(UInt16(truncatingIfNeeded: entry.length))
      unsafe map.record(entry).withUnsafeBytes { unsafe codes.append(contentsOf: $0) }
    }
    for byte in codes { tokens[Int(byte)] = .literal }
    codes.append(contentsOf: repeatElement(0, count: PairReplacement.reach))
    self.codes = codes
    self.lengths = lengths
    self.starts = starts
    count()
    list()
    run()
  }

  func codes(of symbol: Int) -> ArraySlice<UInt8> {
    let start = Int(starts[symbol])
    return codes[start..<(start + Int(lengths[symbol]))]
  }

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
      guard length > 0 else { continue }
      var previous = Int(codes[start])
      for offset in (start &+ 1)..<(start &+ length) {
        let code = Int(codes[offset])
        profits[previous | code << 8] &+= 1
        previous = code
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
    var members = [UInt32](repeating: 0, count: Int(total))
    var ends = offsets
    for symbol in starts.indices {
      let start = Int(starts[symbol])
      let length = Int(lengths[symbol])
      guard length > 0 else { continue }
      var previous = Int(codes[start])
      for offset in (start &+ 1)..<(start &+ length) {
        let code = Int(codes[offset])
        let pair = previous | code << 8
        previous = code
        let end = Int(ends[pair])
        members[end] = UInt32(truncatingIfNeeded: symbol)
        ends[pair] = UInt32(truncatingIfNeeded: end &+ 1)
      }
    }
    self.members = members
  }

  private mutating func run() {
    // Every replacement shortens a symbol by one code, and makes at most two pairs.
    let chains = PairChains(capacity: 2 &* codes.count &+ 1)
    for slot in stride(from: 255, through: 0, by: -1) {
      guard case .none = tokens[slot] else { continue }
      guard let pair = mostFrequentPair() else { return }
      tokens[slot] = .pair(UInt8(pair & 0xff), UInt8(pair >> 8))
      replace(pair, with: UInt8(slot), chains)
    }
  }

  /// The pair that occurs most often; of several the lowest, `nil` if none is left. Only the rows
  /// that have changed are looked at again, so that a short list costs little.
  private mutating func mostFrequentPair() -> Int? {
    for first in stride(from: 0, to: 256, by: 8) where isAnyChanged(ofRows: first) {
      for row in first..<(first &+ 8) where hasRowChanged[row] {
        hasRowChanged[row] = false
        rowMaxima[row] = maximum(ofRow: row)
      }
    }
    var most: Int32 = 0
    for maximum in rowMaxima { most = max(most, maximum) }
    guard most > 0, let row = rowMaxima.firstIndex(of: most) else { return nil }
    return profits[(row << 8)...].firstIndex(of: most)
  }

  /// Whether one of eight rows has changed.
  private func isAnyChanged(ofRows first: Int) -> Bool {
    unsafe hasRowChanged.withUnsafeBytes { changed in
      // SAFETY: the first of eight rows is 248 at most, and there are 256.
      unsafe changed.loadUnaligned(fromByteOffset: first, as: UInt64.self) != 0
    }
  }

  private func maximum(ofRow row: Int) -> Int32 {
    unsafe profits.withUnsafeBufferPointer { profits in
      var most: Int32 = 0
      // SAFETY: 256 rows of 256 counts.
      for pair in (row << 8)..<(row << 8 &+ 256) { unsafe most = max(most, profits[pair]) }
      return most
    }
  }

  /// Replaces a pair in all symbols in which it may occur.
  private mutating func replace(_ pair: Int, with code: UInt8, _ chains: PairChains) {
    let symbols = self.symbols(pair, chains)
    let starts = self.starts
    unsafe codes.withUnsafeMutableBufferPointer { codes in
      unsafe lengths.withUnsafeMutableBufferPointer { lengths in
        unsafe profits.withUnsafeMutableBufferPointer { profits in
          unsafe hasRowChanged.withUnsafeMutableBufferPointer { changed in
            guard let codes = codes.baseAddress, let profits = profits.baseAddress,
              let changed = changed.baseAddress
            else { return }
            unsafe PairReplacement(
              first: UInt8(pair & 0xff), second: UInt8(pair >> 8), code: code, codes: codes,
              profits: profits, changed: changed, chains: chains
            ).run(symbols, starts, lengths)
          }
        }
      }
    }
  }

  private func symbols(_ pair: Int, _ chains: PairChains) -> [UInt32] {
    let listed = Int(offsets[pair])..<Int(offsets[pair &+ 1])
    var found: [UInt32] = []
    found.reserveCapacity(listed.count)
    for place in listed {
      // A pair that occurs twice in a symbol lists it twice, one after the other.
      if members[place] != found.last { found.append(members[place]) }
    }
    chains.collect(pair, into: &found)
    return found
  }
}

/// Replaces one pair in symbols, keeping the counts of all pairs.
@safe private struct PairReplacement {
  /// How many bytes after the codes are looked at.
  static let reach = 8
  /// How many symbols ahead memory is asked for: it comes long after a symbol is done.
  private static let foresight = 12

  let first: UInt8
  let second: UInt8
  let code: UInt8
  let codes: UnsafeMutablePointer<UInt8>
  let profits: UnsafeMutablePointer<Int32>
  /// Which second codes have pairs whose counts have changed.
  let changed: UnsafeMutablePointer<Bool>
  let chains: PairChains

  init(
    first: UInt8, second: UInt8, code: UInt8, codes: UnsafeMutablePointer<UInt8>,
    profits: UnsafeMutablePointer<Int32>, changed: UnsafeMutablePointer<Bool>, chains: PairChains
  ) {
    self.first = first
    self.second = second
    self.code = code
    unsafe self.codes = codes
    unsafe self.profits = profits
    unsafe self.changed = changed
    self.chains = chains
  }

  func run(_ symbols: [UInt32], _ starts: [UInt32], _ lengths: UnsafeMutableBufferPointer<UInt16>) {
    for (place, symbol) in symbols.enumerated() {
      let later = place &+ PairReplacement.foresight
      if later < symbols.count {
        // SAFETY: nothing is read; the address lies in the codes.
        unsafe ksym_prefetch(codes + Int(starts[Int(symbols[later])]))
        unsafe ksym_prefetch(lengths.baseAddress.map { unsafe $0 + Int(symbols[later]) })
      }
      let start = Int(starts[Int(symbol)])
      let length = unsafe Int(lengths[Int(symbol)])
      let left = replace(in: symbol, start, start &+ length)
      unsafe lengths[Int(symbol)] = UInt16(truncatingIfNeeded: left)
    }
  }

  /// Replaces the pair in one symbol; the number of codes left.
  private func replace(in symbol: UInt32, _ start: Int, _ end: Int) -> Int {
    // SAFETY: a symbol's codes lie at start..<end, and what is written never passes what is read;
    // two bytes index the counts of 2^16 pairs.
    withExtendedLifetime(chains) {
      var source = pairStart(from: start, to: end)
      guard source &+ 1 < end else { return end &- start }
      var target = source
      // End of the last replaced pair: what follows it was already counted off.
      var replacedEnd = -1
      while source < end {
        let byte = unsafe codes[source]
        if byte == first, source &+ 1 < end, unsafe codes[source &+ 1] == second {
          if source > start, replacedEnd != source { unsafe drop(codes[source &- 1], first) }
          drop(first, second)
          if source &+ 2 < end { unsafe drop(second, codes[source &+ 2]) }
          if target > start { unsafe add(codes[target &- 1], code, symbol) }
          unsafe codes[target] = code
          source &+= 2
          replacedEnd = source
        } else {
          if replacedEnd == source { add(code, byte, symbol) }
          unsafe codes[target] = byte
          source &+= 1
        }
        target &+= 1
      }
      return target &- start
    }
  }

  /// Where the pair is first, or a place from which it cannot begin before `end`. Eight places are looked
  /// at at a time.
  @inline(__always) private func pairStart(from start: Int, to end: Int) -> Int {
    let bytes = unsafe UnsafeRawPointer(codes)
    let ones: UInt64 = 0x0101_0101_0101_0101
    let (firsts, seconds) = (ones &* UInt64(first), ones &* UInt64(second))
    var place = start
    while place &+ 1 < end {
      // SAFETY: after the codes of the last symbol there are `reach` more bytes.
      let here = unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian
      let next = unsafe bytes.loadUnaligned(fromByteOffset: place &+ 1, as: UInt64.self)
        .littleEndian
      // The lowest byte of zeros is where the pair is.
      let differs = here ^ firsts | next ^ seconds
      let found = (differs &- ones) & ~differs & (ones &* 0x80)
      if found != 0 { return place &+ found.trailingZeroBitCount / 8 }
      place &+= 8
    }
    return place
  }

  @inline(__always) private func drop(_ first: UInt8, _ second: UInt8) {
    unsafe profits[Int(first) | Int(second) << 8] &-= 1
    unsafe changed[Int(second)] = true
  }

  @inline(__always) private func add(_ first: UInt8, _ second: UInt8, _ symbol: UInt32) {
    let pair = Int(first) | Int(second) << 8
    unsafe profits[pair] &+= 1
    unsafe changed[Int(second)] = true
    chains.add(symbol, to: pair)
  }
}

/// Lists of symbols by pair, as chains of nodes in one array.
@safe private final class PairChains {
  private let nodes: UnsafeMutablePointer<(symbol: UInt32, next: UInt32)>
  /// First node of each pair; 0 if the pair has no node.
  private let heads: UnsafeMutablePointer<UInt32>
  private let capacity: Int
  private var count = 1

  init(capacity: Int) {
    self.capacity = max(capacity, 2)
    unsafe nodes = .allocate(capacity: max(capacity, 2))
    unsafe heads = .allocate(capacity: 1 << 16)
    unsafe heads.initialize(repeating: 0, count: 1 << 16)
  }

  deinit {
    unsafe nodes.deallocate()
    unsafe heads.deallocate()
  }

  /// Adds a symbol to the list of a pair, unless it was the last to be added there.
  @inline(__always) func add(_ symbol: UInt32, to pair: Int) {
    // SAFETY: pairs are below 2^16, and nodes below the capacity by the guard.
    let head = unsafe heads[pair & 0xffff]
    if head != 0, unsafe nodes[Int(head)].symbol == symbol { return }
    guard count < capacity else { return }
    unsafe nodes.advanced(by: count).initialize(to: (symbol, head))
    unsafe heads[pair & 0xffff] = UInt32(truncatingIfNeeded: count)
    count &+= 1
  }

  func collect(_ pair: Int, into symbols: inout [UInt32]) {
    var node = unsafe Int(heads[pair & 0xffff])
    // SAFETY: chains hold only nodes that were written.
    while node != 0 {
      unsafe symbols.append(nodes[node].symbol)
      node = unsafe Int(nodes[node].next)
    }
  }
}
