internal import ByteStorage

/// Addresses that have no name beside them.
enum AddressWords {
  /// An address and where it ends, with the brackets of `[<…>]`.
  struct Word {
    let range: Range<Int>
    let end: Int
    let value: UInt64
    /// Whether eight digits are the whole of it, which might also be a count or a part of a digest.
    let isShort: Bool
  }

  /// Whether a line has eight hexadecimal digits in a row.
  static func mayHold(_ line: borrowing TextLine) -> Bool {
    var index = 7
    while index < line.count {
      guard line[index].isHexDigit else {
        index &+= 8
        continue
      }
      var start = index
      while line[start &- 1].isHexDigit { start &-= 1 }
      let end = line.hexEnd(index)
      if end &- start >= 8 { return true }
      index = end &+ 8
    }
    return false
  }

  /// The addresses of a line that no field names, in their order.
  static func find(in line: borrowing TextLine, besides fields: [NameField]) -> [Word] {
    guard !isAboutAddresses(line) else { return [] }
    var named = NamedWords(fields)
    var words: [Word] = []
    var index = 0
    while index < line.count {
      guard line[index].isHexDigit else {
        index = line[index].isNameByte ? line.plainNameEnd(from: index) : index &+ 1
        continue
      }
      let end = line.plainNameEnd(from: index)
      if let word = word(line, index..<end), !named.has(word, line) { words.append(word) }
      index = max(end, index &+ 1)
    }
    return words
  }

  /// Whether a line says where things are: how far a kernel was moved, where a module is.
  private static func isAboutAddresses(_ line: borrowing TextLine) -> Bool {
    line.find("Kernel Offset:", from: 0) != nil || line.find(" Live 0x", from: 0) != nil
      || line.find(" Loading 0x", from: 0) != nil || line.find(" Unloading 0x", from: 0) != nil
  }

  /// The address that a whole word is.
  private static func word(_ line: borrowing TextLine, _ range: Range<Int>) -> Word? {
    let isPrefixed = line.has("0x", at: range.lowerBound)
    let digits = (range.lowerBound &+ (isPrefixed ? 2 : 0))..<range.upperBound
    guard digits.count >= 8, digits.count <= 16,
      line.hexEnd(digits.lowerBound) == digits.upperBound,
      let value = line.hexValue(digits)
    else { return nil }
    // Offsets, sizes, ranges, and places that name what is there: `0x…-0x…`, `ffffffff81000000:`.
    let before = line[range.lowerBound &- 1]
    let after = line[range.upperBound]
    guard before != 0x2b, before != 0x2f, before != 0x2d, after != 0x2d, after != 0x2f,
      after != 0x2b,
      after != 0x3a
    else { return nil }
    let isBracketed =
      line.has("[<", at: range.lowerBound &- 2) && line.has(">]", at: range.upperBound)
    guard isPrefixed || isBracketed || digits.count == 16 || isShown(line, range) else {
      return nil
    }
    return Word(
      range: range, end: range.upperBound &+ (isBracketed ? 2 : 0), value: value,
      isShort: digits.count == 8)
  }

  /// Whether eight digits are an address by their place: alone in a line, before `[unknown]`, in brackets,
  /// or the value of something (`pc : …`, `location=…`, ` => …`, `PC is at …`).
  private static func isShown(_ line: borrowing TextLine, _ range: Range<Int>) -> Bool {
    guard range.count == 8 else { return false }
    let next = line.blankEnd(range.upperBound)
    if line.has("[unknown]", at: next) || line.has("([unknown])", at: next) { return true }
    if next == line.count || (line[next] == 0x0d && next &+ 1 == line.count),
      line.blankEnd(0) == range.lowerBound && range.lowerBound > 0
    {
      return true
    }
    let before = line[range.lowerBound &- 1]
    if before == 0x5b { return line[range.upperBound] == 0x5d }
    return before == 0x3d || (before.isBlank && isValue(line, range.lowerBound))
  }

  /// How many values a row of registers has.
  private static let mostValues = 8

  /// Whether what begins at an index is the value of something, or the next of several such values.
  private static func isValue(_ line: borrowing TextLine, _ start: Int) -> Bool {
    var index = start
    for _ in 0..<mostValues {
      var end = index
      while line[end &- 1].isBlank { end &-= 1 }
      switch line[end &- 1] {
      case 0x3a: return isRegister(line, before: end &- 1)
      case 0x3d: return true
      case 0x3e: return line[end &- 2] == 0x3d
      default: if line.has(" is at", at: end &- 6) { return true }
      }
      index = end
      while end &- index < 8, line[index &- 1].isHexDigit { index &-= 1 }
      guard end &- index == 8, line[index &- 1].isBlank else { return false }
    }
    return false
  }

  /// Whether the word before a colon may be that of a register or a place, and not of a row of memory:
  /// `Code:`, `1e40:`.
  private static func isRegister(_ line: borrowing TextLine, before colon: Int) -> Bool {
    var end = colon
    while line[end &- 1].isBlank { end &-= 1 }
    var start = end
    while line[start &- 1].isNameByte { start &-= 1 }
    let isDigits = line.hexEnd(start) >= end
    return start < end && !line.slice(start..<end).equals("Code") && (!isDigits || end &- start < 4)
  }

  /// Where the name of an address would begin, if it follows: `[<…>] (name`, `… ? name`, `[…] name`.
  static func follower(of word: Word, _ line: borrowing TextLine) -> Int {
    var next = line.blankEnd(line[word.end] == 0x5d ? word.end &+ 1 : word.end)
    if line[next] == 0x3f { next = line.blankEnd(next &+ 1) }
    return line[next] == 0x28 || line[next] == 0x3c ? next &+ 1 : next
  }
}

/// The addresses of a line that fields name, asked for in their order.
private struct NamedWords {
  private let fields: [NameField]
  private let addresses: Set<UInt64>
  /// The first field that does not end before the words asked for.
  private var next = 0

  /// Takes fields in their order, none over another.
  init(_ fields: [NameField]) {
    self.fields = fields
    addresses = Set(fields.lazy.compactMap(\.address))
  }

  /// Whether the text names an address: a field has it, or follows, or precedes it as what it is of.
  mutating func has(_ word: AddressWords.Word, _ line: borrowing TextLine) -> Bool {
    if addresses.contains(word.value) { return true }
    while next < fields.count, fields[next].range.upperBound <= word.range.lowerBound { next &+= 1 }
    if next > 0, NamedWords.precedes(fields[next &- 1], word, line) { return true }
    let follower = AddressWords.follower(of: word, line)
    return fields[next...].prefix { $0.range.lowerBound <= follower }.contains { field in
      field.range.lowerBound == follower || field.range.overlaps(word.range)
    }
  }

  private static func precedes(
    _ field: NameField, _ word: AddressWords.Word, _ line: borrowing TextLine
  ) -> Bool {
    let end = field.tokenEnd
    return end < word.range.lowerBound && word.range.lowerBound &- end <= 4
      && (line.has(" (0x", at: end) || line.has(" (", at: end) || line.has(" at ", at: end))
  }
}
