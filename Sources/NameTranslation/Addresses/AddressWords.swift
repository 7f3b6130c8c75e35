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
    guard isPrefixed || isBracketed || digits.count == 16 || isAlone(line, range) else {
      return nil
    }
    return Word(
      range: range, end: range.upperBound &+ (isBracketed ? 2 : 0), value: value,
      isShort: digits.count == 8)
  }

  /// What precedes the value of a register or a frame.
  private static let keys: [StaticString] = [
    "pc : ", "lr : ", "PC is at ", "LR is at ", "EIP: ", "epc : ", "epc   : ", "ra    : ", "NIP: ",
    "NIP:  ", "LR: ", "PC: ", "pc: ", "lr: ",
  ]

  /// Whether eight digits are an address by their place: alone in a line, before `[unknown]`, or after
  /// the name of a register.
  private static func isAlone(_ line: borrowing TextLine, _ range: Range<Int>) -> Bool {
    guard range.count == 8 else { return false }
    let next = line.blankEnd(range.upperBound)
    if line.has("[unknown]", at: next) || line.has("([unknown])", at: next) { return true }
    if next == line.count || (line[next] == 0x0d && next &+ 1 == line.count) {
      return line.blankEnd(0) == range.lowerBound && range.lowerBound > 0
    }
    return keys.contains { line.has($0, at: range.lowerBound &- $0.utf8CodeUnitCount) }
  }

  /// Where the name of an address would begin, if it follows: `[<…>] (name`, `… ? name`.
  static func follower(of word: Word, _ line: borrowing TextLine) -> Int {
    var next = line.blankEnd(word.end)
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
