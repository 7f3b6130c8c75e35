internal import ByteStorage

/// The tables that do not depend on the release.
package struct EncodedTables: Sendable {
  /// The codes of each symbol.
  let compressor: TokenCompressor
  /// What each code means.
  package let tokens: [[UInt8]]
  /// Where in the names every 256th symbol begins.
  package let markers: [Int]
  package let sequence: [UInt32]
  package let addresses: [UInt64]

  /// Encodes a list as ``KallsymsEncoder/assemble(_:_:write:)`` does; `nil` if a line is malformed.
  package init?(_ map: RawSpan, _ options: KallsymsEncoder.Options) {
    let (symbols, isComplete) = EncoderMap.read(map, options)
    guard isComplete else { return nil }
    self.init(symbols)
  }

  package func names() -> [UInt8] {
    var bytes: [UInt8] = []
    for symbol in compressor.symbols {
      let codes = compressor.codes(of: symbol)
      let length = codes.count
      if length > 127 {
        bytes.append(UInt8(truncatingIfNeeded: length & 0x7f | 0x80))
        bytes.append(UInt8(truncatingIfNeeded: length >> 7))
      } else {
        bytes.append(UInt8(truncatingIfNeeded: length))
      }
      bytes.append(contentsOf: codes)
    }
    return bytes
  }

  init(_ symbols: EncoderMap) {
    compressor = TokenCompressor(symbols)
    tokens = compressor.expansions()
    addresses = symbols.entries.map(\.address)
    var markers: [Int] = []
    var offset = 0
    for symbol in compressor.symbols {
      if symbol & 255 == 0 { markers.append(offset) }
      let length = compressor.codes(of: symbol).count
      offset &+= length &+ (length > 127 ? 2 : 1)
    }
    self.markers = markers
    sequence = EncodedTables.sorted(symbols)
  }

  private static func sorted(_ symbols: EncoderMap) -> [UInt32] {
    // Most names differ in the first eight bytes, or in the next.
    var keys: [(first: UInt64, second: UInt64, symbol: UInt32)] = []
    keys.reserveCapacity(symbols.entries.count)
    for (index, entry) in symbols.entries.enumerated() {
      let record = symbols.record(entry)
      keys.append((prefix(record, at: 1), prefix(record, at: 9), UInt32(truncatingIfNeeded: index)))
    }
    keys.sort { left, right in
      if left.first != right.first { return left.first < right.first }
      if left.second != right.second { return left.second < right.second }
      let first = symbols.entries[Int(left.symbol)]
      let second = symbols.entries[Int(right.symbol)]
      if first.length > 16 || second.length > 16 {
        let order = symbols.name(first).compare(symbols.name(second))
        if order != 0 { return order < 0 }
      }
      return first.address != second.address
        ? first.address < second.address : left.symbol < right.symbol
    }
    return keys.map(\.symbol)
  }

  /// Eight bytes from an offset on, the first the most significant; zero after the end.
  private static func prefix(_ record: RawSpan, at offset: Int) -> UInt64 {
    if let word = record.integer(UInt64.self, at: offset, .big) { return word }
    var word: UInt64 = 0
    for index in offset..<(offset &+ 8) { word = word << 8 | UInt64(record.byte(at: index) ?? 0) }
    return word
  }
}
