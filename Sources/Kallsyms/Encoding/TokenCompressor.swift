/// Finds the 256 tokens of a table, and replaces them in the names, as `scripts/kallsyms` does. A
/// token is a pair of codes. From slot 255 down, every slot that no byte of the names occupies
/// takes the most frequent pair of adjacent codes, of equally frequent ones that with the lowest
/// second and then first code; the pair is replaced everywhere, from left to right.
///
/// No list of the symbols that hold a pair is kept: to look through all codes, many at a time,
/// costs less than the lists, which would be several times as large.
struct TokenCompressor {
  /// The codes of all symbols, in order.
  private var text: SeparatedCodes
  /// Where the codes of each symbol are.
  private var ranges: [Range<Int>]
  /// What each code means: nothing, a byte, or two codes.
  private(set) var tokens = [Token](repeating: .none, count: 256)

  enum Token {
    case none
    case literal
    case pair(UInt8, UInt8)
  }

  /// Compresses records, each a type letter and a name.
  init(_ map: EncoderMap) {
    text = SeparatedCodes(map)
    for code in text.codes where code != SeparatedCodes.separator { tokens[Int(code)] = .literal }
    var counts = PairCounts(text.codes)
    for slot in stride(from: 255, to: Int(SeparatedCodes.separator), by: -1) {
      guard case .none = tokens[slot] else { continue }
      guard let pair = counts.mostFrequentPair() else { break }
      tokens[slot] = .pair(pair.first, pair.second)
      text.replace(pair, with: UInt8(slot), &counts)
    }
    ranges = text.ranges()
    // The last slot is the separator's, which is needed no more.
    guard let pair = counts.mostFrequentPair() else { return }
    tokens[Int(SeparatedCodes.separator)] = .pair(pair.first, pair.second)
    for (symbol, range) in ranges.enumerated() {
      let count = text.replace(pair, with: SeparatedCodes.separator, in: range)
      ranges[symbol] = range.prefix(count)
    }
  }

  var symbols: Range<Int> { ranges.indices }

  func codes(of symbol: Int) -> ArraySlice<UInt8> { text.codes[ranges[symbol]] }

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
}
