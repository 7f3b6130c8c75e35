internal import ByteStorage

/// `kallsyms_token_table` with `kallsyms_token_index`: what the 256 codes of compressed names mean.
/// The table is 256 NUL-terminated strings, the index their 16-bit offsets; each proves the other,
/// so a place where both agree in all 256 entries is taken.
struct TokenTable: Hashable {
  /// Offset of the table in bytes.
  let start: Int
  /// Offset after the last string's NUL.
  let end: Int
  /// Offset of the index.
  let index: Int
  /// Byte order of the index.
  let order: ByteOrder

  /// Longest token: a token is part of a name, and those have at most 511 bytes and a type.
  static let longestToken = 512
  /// Largest gap between two tables: old releases align by `.align 8`, on some machines 2^8.
  static let largestGap = 256

  /// Checks that the 256 strings at `start` are those that the 16-bit offsets at `index` say. What
  /// the check costs, in bytes looked at, is taken off `work`.
  init?(_ bytes: RawSpan, start: Int, index: Int, _ order: ByteOrder, _ work: inout Int) {
    work &-= 1
    guard start >= 0, start < index, index <= bytes.byteCount &- 512 else { return nil }
    var offset = 0
    for code in 0..<256 {
      guard let stored = bytes.integer(UInt16.self, at: index &+ 2 &* code, order),
        Int(stored) == offset
      else { return nil }
      // Most wrong places show at once, as no string ends where the next should begin.
      if code < 255, let next = bytes.integer(UInt16.self, at: index &+ 2 &* code &+ 2, order) {
        guard bytes.byte(at: start &+ Int(next) &- 1) == 0 else { return nil }
      }
      guard let length = TokenTable.length(bytes, at: start &+ offset) else { return nil }
      offset &+= length &+ 1
      work &-= length &+ 1
    }
    let end = start &+ offset
    guard end <= index, index &- end < TokenTable.largestGap else { return nil }
    self.start = start
    self.end = end
    self.index = index
    self.order = order
  }

  /// Length of the token at an offset; `nil` if it is longer than tokens are.
  static func length(_ bytes: RawSpan, at offset: Int) -> Int? {
    var position = offset
    while let byte = bytes.byte(at: position), position &- offset <= longestToken {
      if byte == 0 { return position &- offset }
      position &+= 1
    }
    return nil
  }
}

/// Finds the places in an image that hold a token table with its index, the likeliest first. In
/// every real kernel the ten digits are tokens of their own, so `0`, NUL, `1`, NUL … is looked for
/// first, eight bytes at a time. Where that finds nothing (tiny tables have no literal digits),
/// every even offset is tried as the index. Both take linear time.
struct TokenTableSearch: ~Escapable {
  private let bytes: RawSpan
  private let end: Int
  private let start: Int
  private var position: Int
  private var isByIndex = false
  private var found: [Int] = []
  /// Bytes that may still be looked at closely: data made to mislead must cost no more, for its
  /// size, than any other.
  private var work: Int
  /// Whether the search ended because too many places looked right.
  private(set) var isExhausted = false

  /// Searches a range of the bytes, all of which may be read.
  @_lifetime(copy bytes) init(_ bytes: RawSpan, in range: Range<Int>) {
    self.bytes = bytes
    start = max(0, range.lowerBound)
    end = min(range.upperBound, bytes.byteCount)
    position = start
    work = 1 << 24 &+ 2 &* max(0, end &- start)
  }

  @_lifetime(self: copy self) mutating func next() -> TokenTable? {
    while !isByIndex {
      guard let digits = nextDigits() else {
        isByIndex = true
        position = (start &+ 1) & ~1
        break
      }
      guard mayGoOn() else { return nil }
      if let table = table(withDigitsAt: digits) {
        found.append(table.start)
        return table
      }
    }
    while position <= end &- 512 {
      let candidate = position
      position &+= 2
      for order in [ByteOrder.little, .big] where isIndex(at: candidate, order) {
        guard mayGoOn() else { return nil }
        if let table = table(withIndexAt: candidate, order), !found.contains(table.start) {
          return table
        }
      }
    }
    return nil
  }

  /// Whether the search may go on.
  @_lifetime(self: copy self) private mutating func mayGoOn() -> Bool {
    if work < 0 { isExhausted = true }
    return work >= 0
  }

  /// Offset of the next `0`, NUL, `1`, NUL … `9`, NUL at or after the position.
  @_lifetime(self: copy self) private mutating func nextDigits() -> Int? {
    while position <= end &- 8 {
      guard let word = bytes.integer(UInt64.self, at: position, .little) else { return nil }
      let here = position
      position &+= 8
      // Of any 20 bytes, eight that begin at a multiple of eight are read in one piece.
      if word & 0xfff0_fff0_fff0_fff0 == 0x0030_0030_0030_0030 {
        let zero = here &- 2 &* (Int(word & 0xff) &- 0x30)
        if isDigits(at: zero) { return zero }
      } else if word & 0xf0ff_f0ff_f0ff_f0ff == 0x3000_3000_3000_3000 {
        let zero = here &+ 1 &- 2 &* (Int(word >> 8 & 0xff) &- 0x30)
        if isDigits(at: zero) { return zero }
      }
    }
    return nil
  }

  private func isDigits(at offset: Int) -> Bool {
    guard let digits = bytes.slice(offset..<(offset &+ 20)) else { return false }
    for index in 0..<10 {
      guard digits.integer(UInt16.self, at: 2 &* index, .little) == UInt16(0x30 &+ index) else {
        return false
      }
    }
    return true
  }

  /// The table whose token 48 is at an offset: the index follows the last token.
  @_lifetime(self: copy self) private mutating func table(withDigitsAt zero: Int) -> TokenTable? {
    var tableEnd = zero
    defer { work &-= tableEnd &- zero }
    for _ in 0x30..<256 {
      guard let length = TokenTable.length(bytes, at: tableEnd) else { return nil }
      tableEnd &+= length &+ 1
    }
    work &-= TokenTable.largestGap
    for gap in 0..<TokenTable.largestGap {
      let index = tableEnd &+ gap
      for order in [ByteOrder.little, .big] where bytes.integer(at: index, order) == UInt16(0) {
        guard let before = bytes.integer(UInt16.self, at: index &+ 96, order) else { return nil }
        let start = zero &- Int(before)
        if let table = TokenTable(bytes, start: start, index: index, order, &work) { return table }
      }
    }
    return nil
  }

  /// Whether there are 256 increasing offsets at an offset.
  private func isIndex(at index: Int, _ order: ByteOrder) -> Bool {
    var previous = 0
    guard bytes.integer(UInt16.self, at: index, order) == 0 else { return false }
    for code in 1..<256 {
      guard let stored = bytes.integer(UInt16.self, at: index &+ 2 &* code, order),
        Int(stored) > previous, Int(stored) &- previous <= TokenTable.longestToken &+ 1
      else { return false }
      previous = Int(stored)
    }
    return true
  }

  /// The table whose index is at an offset: it precedes the index.
  @_lifetime(self: copy self)
  private mutating func table(withIndexAt index: Int, _ order: ByteOrder) -> TokenTable? {
    let previous = Int(bytes.integer(UInt16.self, at: index &+ 510, order) ?? 0)
    // The last token ends less than the largest gap before the index.
    let latest = index &- previous &- 1
    for distance in 0..<(TokenTable.largestGap &+ TokenTable.longestToken) {
      if let table = TokenTable(bytes, start: latest &- distance, index: index, order, &work) {
        return table
      }
    }
    return nil
  }
}
