internal import ByteStorage

/// `kallsyms_names` with `kallsyms_markers` and `kallsyms_num_syms`.
struct CompressedNames: Hashable {
  /// The names, without padding.
  var names: Range<Int>
  var count: Int
  /// Offset of the 32 bits that hold the number.
  var countOffset: Int
  /// The markers: where in the names each 256th begins.
  var markers: Range<Int>
  /// Size of a marker in bytes, 4 or 8.
  var markerSize: Int
  /// Sequence numbers between the markers and the tokens (6.2, 6.3, and 6.1.42 on).
  var sequences: Range<Int>?
  /// Size of a sequence number in bytes.
  var sequenceSize: Int
  /// Whether lengths of 128 and more take two bytes; `nil` if there are none.
  var hasTwoByteLengths: Bool?

  /// Most names there can be: sequence numbers have 24 bits.
  static let largestCount = 1 << 24
  /// Least and most bytes of 256 names: a length and a code each; two bytes of length, 512 codes.
  static let blockSizes = 512...(256 * 514)
}

/// Finds the names that belong to a token table. The markers end before the tokens, or before the
/// sequence numbers that precede these; they begin with a zero. Each such place says where the
/// names may begin, and there the number of names has to stand; walking the names has to meet every
/// marker.
struct NameTableSearch: ~Escapable {
  private let bytes: RawSpan
  private let tokens: TokenTable
  /// Names that may still be walked over.
  private(set) var budget: Int
  /// Whether markers were found at all.
  private(set) var hasMarkers = false
  /// Whether the search ended because too many places looked right.
  var isExhausted: Bool { budget < 0 }

  private static let largestPadding = TokenTable.largestGap

  @_lifetime(copy bytes) init(_ bytes: RawSpan, _ tokens: TokenTable, budget: Int) {
    self.bytes = bytes
    self.tokens = tokens
    self.budget = budget
  }

  /// The first names that fit, nearest to the tokens first.
  @_lifetime(self: copy self) mutating func first() -> CompressedNames? {
    // 2^24 sequence numbers of four bytes, and their markers.
    let lowest = max(8, tokens.start &- (1 << 26 &+ 1 << 20))
    var place = tokens.start & ~3 &- 4
    while place >= lowest, budget >= 0 {
      for size in [4, 8] where marker(at: place, size) == 0 {
        if let table = names(markersAt: place, size) { return table }
      }
      place &-= 4
      budget &-= 1
    }
    return single()
  }

  private func marker(at offset: Int, _ size: Int) -> Int? {
    guard offset &+ size <= tokens.start else { return nil }
    if size == 4 { return bytes.integer(UInt32.self, at: offset, tokens.order).map(Int.init) }
    return bytes.integer(UInt64.self, at: offset, tokens.order).flatMap { Int(exactly: $0) }
  }

  /// Number of words from `place` on that increase as markers do.
  private func run(from place: Int, _ size: Int) -> Int {
    var count = 1
    var previous = 0
    while count <= CompressedNames.largestCount / 256,
      let next = marker(at: place &+ count &* size, size), next > previous,
      CompressedNames.blockSizes.contains(next &- previous)
    {
      previous = next
      count &+= 1
    }
    return count
  }

  /// The names whose markers begin at a place, for any form of what follows the markers.
  @_lifetime(self: copy self)
  private mutating func names(markersAt place: Int, _ size: Int) -> CompressedNames? {
    let distance = tokens.start &- place
    let most = run(from: place, size)
    guard most > 1 else { return nil }
    hasMarkers = true
    for sequenceSize in [0, 3, 4] {
      // Sequence numbers may go on like markers; then the distance shows where these end.
      let perBlock = size &+ 256 &* sequenceSize
      let highest = sequenceSize == 0 ? most : min(most, distance / perBlock &+ 1)
      for count in stride(from: highest, through: max(2, highest &- 2), by: -1) {
        let least = count &* size &+ sequenceSize &* (256 &* (count &- 1) &+ 1)
        let greatest = count &* perBlock &+ 2 &* NameTableSearch.largestPadding
        guard distance >= least, distance <= greatest else { continue }
        let markers = place..<(place &+ count &* size)
        if let table = names(markers, size, sequenceSize) { return table }
      }
    }
    return nil
  }

  /// The names in front of some markers.
  @_lifetime(self: copy self) private mutating func names(
    _ markers: Range<Int>, _ size: Int, _ sequenceSize: Int
  ) -> CompressedNames? {
    guard let last = marker(at: markers.upperBound &- size, size) else { return nil }
    let blocks = markers.count / size
    var start = (markers.lowerBound &- last &- 2) & ~3
    let lowest = max(
      4, start &- CompressedNames.blockSizes.upperBound &- NameTableSearch.largestPadding)
    while start >= lowest, budget >= 0 {
      for place in countOffsets(before: start, 256 &* (blocks &- 1) &+ 1...256 &* blocks) {
        var table = CompressedNames(
          names: start..<start, count: count(at: place), countOffset: place, markers: markers,
          markerSize: size, sequences: nil, sequenceSize: sequenceSize, hasTwoByteLengths: nil)
        if complete(&table) { return table }
      }
      start &-= 4
      budget &-= 1
    }
    return nil
  }

  /// Places before the names that hold a number in a range, followed by zeros only.
  private func countOffsets(before start: Int, _ counts: ClosedRange<Int>) -> [Int] {
    var found: [Int] = []
    for distance in [4, 8, 12, 16, 252, 256] {
      let place = start &- distance
      if counts.contains(count(at: place)), bytes.isZero(in: (place &+ 4)..<start) {
        found.append(place)
      }
    }
    return found
  }

  private func count(at place: Int) -> Int {
    bytes.integer(UInt32.self, at: place, tokens.order).map(Int.init) ?? 0
  }

  /// Up to 256 names, whose only marker is a zero like any padding: only the number of names identifies it.
  @_lifetime(self: copy self) private mutating func single() -> CompressedNames? {
    var start = tokens.start & ~3 &- 8
    let reach =
      CompressedNames.blockSizes.upperBound &+ 4 &* 256 &+ 3 &* NameTableSearch.largestPadding
    while start >= max(4, tokens.start &- reach), budget >= 0 {
      for place in countOffsets(before: start, 1...256) {
        for (sequenceSize, alignment) in [(0, 4), (3, 4), (3, 8), (4, 4), (4, 8)] {
          var table = CompressedNames(
            names: start..<start, count: count(at: place), countOffset: place,
            markers: tokens.start..<tokens.start, markerSize: 4, sequences: nil,
            sequenceSize: sequenceSize, hasTwoByteLengths: nil)
          if complete(&table, markerAlignment: alignment) { return table }
        }
      }
      start &-= 4
      budget &-= 1
    }
    return nil
  }

  /// Walks the names, and takes the zero after them for the only marker.
  @_lifetime(self: copy self)
  private mutating func complete(_ table: inout CompressedNames, markerAlignment: Int) -> Bool {
    guard walk(&table, twoByteLengths: true) || walk(&table, twoByteLengths: false) else {
      return false
    }
    let marker = (table.names.upperBound &+ markerAlignment &- 1) & ~(markerAlignment &- 1)
    guard marker &+ 4 <= tokens.start, bytes.isZero(in: table.names.upperBound..<(marker &+ 4))
    else { return false }
    table.markers = marker..<(marker &+ 4)
    if table.sequenceSize > 0 { return placeSequences(&table) }
    return tokens.start &- marker <= 8 &+ 2 &* NameTableSearch.largestPadding
      && bytes.isZero(in: marker..<tokens.start)
  }

  /// Walks the names, and places the sequence numbers.
  @_lifetime(self: copy self)
  private mutating func complete(_ table: inout CompressedNames) -> Bool {
    guard walk(&table, twoByteLengths: true) || walk(&table, twoByteLengths: false) else {
      return false
    }
    return table.sequenceSize > 0
      ? placeSequences(&table) : bytes.isZero(in: table.markers.upperBound..<tokens.start)
  }

  /// Finds the sequence numbers between the markers and the tokens.
  private func placeSequences(_ table: inout CompressedNames) -> Bool {
    let length = table.count &* table.sequenceSize
    for alignment in [4, 8, 16, 256] {
      let start = (table.markers.upperBound &+ alignment &- 1) & ~(alignment &- 1)
      let range = start..<(start &+ length)
      if range.upperBound <= tokens.start,
        tokens.start &- range.upperBound < NameTableSearch.largestPadding,
        bytes.isPermutation(in: range, size: table.sequenceSize, tokens.order)
      {
        table.sequences = range
        return true
      }
    }
    return false
  }

  /// Whether the names at the table's start meet its markers and end where these begin.
  @_lifetime(self: copy self)
  private mutating func walk(_ table: inout CompressedNames, twoByteLengths: Bool) -> Bool {
    let start = table.names.lowerBound
    // Without a place of the only marker, the names end somewhere before the tokens.
    let isSingle = table.markers.isEmpty
    let end = table.markers.lowerBound
    var offset = start
    var hasLong = false
    for index in 0..<table.count {
      if index & 255 == 0 {
        budget &-= 256
        let place = table.markers.lowerBound &+ (index >> 8) &* table.markerSize
        guard isSingle || marker(at: place, table.markerSize) == offset &- start else {
          return false
        }
      }
      guard offset < end, let first = bytes.byte(at: offset), first != 0 else { return false }
      var length = Int(first)
      offset &+= 1
      if first & 0x80 != 0 {
        hasLong = true
        if twoByteLengths {
          guard let second = bytes.byte(at: offset) else { return false }
          length = length & 0x7f | Int(second) << 7
          offset &+= 1
        }
      }
      offset &+= length
    }
    guard offset <= end else { return false }
    if !isSingle {
      guard end &- offset < NameTableSearch.largestPadding, bytes.isZero(in: offset..<end) else {
        return false
      }
    }
    table.names = start..<offset
    table.hasTwoByteLengths = hasLong ? twoByteLengths : nil
    return true
  }
}

extension RawSpan {
  /// Whether a range holds each of the numbers 0, 1, 2 … once: of 3 bytes, big-endian, or of 4 in
  /// `order`.
  func isPermutation(in range: Range<Int>, size: Int, _ order: ByteOrder) -> Bool {
    guard size == 3 || size == 4, range.lowerBound >= 0, range.upperBound <= byteCount else {
      return false
    }
    let count = range.count / size
    var seen = [UInt64](repeating: 0, count: count / 64 + 1)
    for position in 0..<count {
      guard let number = sequence(at: range.lowerBound &+ position &* size, size: size, order),
        number < count
      else { return false }
      let bit = UInt64(1) << UInt64(number & 63)
      if seen[number >> 6] & bit != 0 { return false }
      seen[number >> 6] |= bit
    }
    return true
  }

  /// A sequence number of 3 (big-endian) or 4 bytes.
  @inline(__always) func sequence(at offset: Int, size: Int, _ order: ByteOrder) -> Int? {
    if size == 4 { return integer(UInt32.self, at: offset, order).map(Int.init) }
    guard let high = integer(UInt16.self, at: offset, .big), let low = byte(at: offset &+ 2) else {
      return nil
    }
    return Int(high) << 8 | Int(low)
  }
}
