/// A canonical Huffman code of DEFLATE (RFC 1951, 3.2.2), from the lengths of its codes.
struct HuffmanTable {
  /// By the next bits: symbol and length (in the low four bits) of short codes; 0 for others.
  private var fast = [UInt16](repeating: 0, count: 1 << fastBits)
  /// Number of codes of each length.
  private var counts = [UInt16](repeating: 0, count: 16)
  /// Symbols in the order of their codes.
  private var symbols: [UInt16] = []

  private static let fastBits = 10

  /// Makes the tables; `nil` if there are more codes than the lengths have room for, or fewer.
  ///
  /// - Parameters:
  ///   - lengths: Length of the code of each symbol, at most 15; 0 for symbols without one.
  ///   - mayBeIncomplete: Whether codes may be missing, as where there is one distance only.
  init?(_ lengths: some Collection<UInt8>, mayBeIncomplete: Bool) {
    for length in lengths { counts[Int(length & 15)] += 1 }
    let isEmpty = Int(counts[0]) == lengths.count
    counts[0] = 0
    var left = 1
    var starts = [Int](repeating: 0, count: 17)
    for length in 1...15 {
      left = left << 1 - Int(counts[length])
      if left < 0 { return nil }
      starts[length + 1] = starts[length] + Int(counts[length])
    }
    if left > 0 && !mayBeIncomplete { return nil }
    if isEmpty { return }
    symbols = [UInt16](repeating: 0, count: starts[16])
    for (symbol, length) in lengths.enumerated() where length != 0 {
      symbols[starts[Int(length)]] = UInt16(symbol)
      starts[Int(length)] += 1
    }
    fillFast()
  }

  private mutating func fillFast() {
    var (code, next) = (0, 0)
    for length in 1...HuffmanTable.fastBits {
      for _ in 0..<counts[length] {
        var (reversed, rest) = (0, code)
        for _ in 0..<length {
          reversed = reversed << 1 | rest & 1
          rest >>= 1
        }
        let entry = symbols[next] << 4 | UInt16(length)
        var place = reversed
        while place < fast.count {
          fast[place] = entry
          place += 1 << length
        }
        code += 1
        next += 1
      }
      code <<= 1
    }
  }

  /// The symbol at the start of some bits, the first of which is the lowest, and the length of its
  /// code; `nil` if no code is there.
  @inline(__always) func decode(_ bits: UInt64) -> (symbol: Int, length: Int)? {
    let entry = fast[Int(truncatingIfNeeded: bits) & (1 << HuffmanTable.fastBits - 1)]
    if entry != 0 { return (Int(entry >> 4), Int(entry & 15)) }
    return decodeLong(bits)
  }

  private func decodeLong(_ bits: UInt64) -> (symbol: Int, length: Int)? {
    var (code, first, index) = (0, 0, 0)
    for length in 1...15 {
      code |= Int(bits >> UInt64(length - 1) & 1)
      let count = Int(counts[length])
      if code - first < count { return (Int(symbols[index + code - first]), length) }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    return nil
  }
}
