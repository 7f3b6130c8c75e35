/// A row on its way through a line.
struct MatchState {
  private let surface: Surface
  private let isStrong: Bool
  /// Index of the row's first field.
  private let first: Int
  /// The last address read.
  private var address: UInt64?

  init(_ surface: Surface, isStrong: Bool, _ first: Int) {
    self.surface = surface
    self.isStrong = isStrong
    self.first = first
  }

  /// Takes a step.
  ///
  /// - Returns: Where the next one begins; `nil` if the line has something else.
  mutating func advance(
    _ step: LinePattern.Step, _ line: borrowing TextLine, _ index: Int, _ fields: inout [NameField]
  ) -> Int? {
    switch step {
    case .text(let text): return line.has(text, at: index) ? index &+ text.utf8CodeUnitCount : nil
    case .maybe(let text):
      return line.has(text, at: index) ? index &+ text.utf8CodeUnitCount : index
    case .oneOf(let bytes): return bytes.contains(line[index]) ? index &+ 1 : nil
    case .blank: return line[index].isBlank ? line.blankEnd(index) : nil
    case .maybeBlank: return line.blankEnd(index)
    case .any(let length): return index &+ length <= line.count ? index &+ length : nil
    case .end:
      let end = line.blankEnd(index)
      // A string of JSON has lines of its own.
      let feed = line[end] == 0x0d ? end &+ 1 : end
      return feed == line.count || line[feed] == 0x0a ? end : nil
    case .wordEnd:
      let byte = line[index]
      return index == line.count || byte.isBlank || byte.isControl ? index : nil
    case .name: return name(line, index, &fields)
    case .sectionName: return section(line, index, &fields)
    case .offset:
      guard fields.count > first else { return index }
      return offset(line, index, &fields[fields.count &- 1])
    case .module:
      guard fields.count > first else { return index }
      return module(line, index, &fields[fields.count &- 1])
    case .maybeAddress:
      guard fields.count > first, let (value, end) = line.bracketedAddress(at: index) else {
        return index
      }
      fields[fields.count &- 1].address = value
      return end
    case .bareModule:
      guard fields.count > first, let end = line.bareModuleEnd(index) else { return nil }
      fields[fields.count &- 1].module = index..<end
      return end
    case .address, .hex:
      guard let end = MatchState.skip(step, line, index) else { return nil }
      let digits = line.has("0x", at: index) ? index &+ 2 : index
      address = address ?? line.hexValue(digits..<end)
      return end
    default: return MatchState.skip(step, line, index)
    }
  }

  /// How far `until` looks, in bytes: a line full of keys must not cost its square.
  private static let longestSkipped = 512

  /// Steps that take numbers and words.
  private static func skip(_ step: LinePattern.Step, _ line: borrowing TextLine, _ index: Int)
    -> Int?
  {
    switch step {
    case .address:
      let end = line.hexEnd(index)
      return end &- index >= 8 && end &- index <= 16 ? end : nil
    case .hex:
      guard line.has("0x", at: index) else { return nil }
      let end = line.hexEnd(index &+ 2)
      return end > index &+ 2 && end &- index <= 18 ? end : nil
    case .digits:
      let end = line.hexEnd(index)
      return end > index ? end : nil
    case .number:
      let end = line.decimalEnd(index)
      return end > index ? end : nil
    case .word:
      var end = index
      while end < line.count, !line[end].isBlank { end &+= 1 }
      return end > index ? end : nil
    case .until(let byte):
      var end = index
      while line[end] != byte {
        guard end < line.count, end &- index < longestSkipped else { return nil }
        end &+= 1
      }
      return end > index ? end : nil
    case .place:
      var end = index
      while end < line.count, !line[end].isBlank, line[end] != 0x3a, line[end] != 0x29 { end &+= 1 }
      let digits = line.decimalEnd(end &+ 1)
      return end > index && line[end] == 0x3a && digits > end &+ 1 ? digits : nil
    case .maybeBracketed:
      guard line[index] == 0x5b, let end = line.find(0x5d, from: index) else { return index }
      return line.blankEnd(end &+ 1)
    case .addend: return addendEnd(line, index)
    case .maybeOwner:
      var end = index
      while line[end].isNameByte || line[end] == 0x2d { end &+= 1 }
      return end > index && line[end] == 0x3a && line[end &+ 1] != 0x3a ? end &+ 1 : index
    default: return nil
    }
  }

  private static func addendEnd(_ line: borrowing TextLine, _ index: Int) -> Int {
    var start = index
    let isApart = line[start] == 0x20
    if isApart { start &+= 1 }
    guard line[start] == 0x2b || line[start] == 0x2d else { return index }
    start &+= 1
    if isApart {
      guard line[start] == 0x20 else { return index }
      start &+= 1
    }
    if line.has("0x", at: start) { start &+= 2 }
    let end = line.hexEnd(start)
    return end > start ? end : index
  }

  private func name(_ line: borrowing TextLine, _ index: Int, _ fields: inout [NameField]) -> Int? {
    // In names of sections and of livepatches' symbols, the symbol's own is only a part, of rows for them.
    guard line[index] != 0x2e || !line.has(".klp.", at: index) else { return nil }
    let end = line.nameEnd(from: index)
    guard end > index else { return nil }
    var range = MatchState.unwrapped(index..<end, line)
    if line[index] == 0x2e, let start = SectionPrefix.end(in: line, range) {
      range = start..<end
    }
    fields.append(NameField(range, surface, isStrong: isStrong, address: address))
    return end
  }

  /// A name without what is never part of one: `@` before it, or angle brackets around a plain word.
  private static func unwrapped(_ word: Range<Int>, _ line: borrowing TextLine) -> Range<Int> {
    let start = word.lowerBound &+ 1
    switch line[word.lowerBound] {
    case 0x40: return start < word.upperBound ? start..<word.upperBound : word
    case 0x3c:
      let end = line.plainNameEnd(from: start)
      var rest = word.upperBound
      while line[rest &- 1] == 0x2e { rest &-= 1 }
      return end > start && line[end] == 0x3e && end &+ 1 == rest ? start..<end : word
    default: return word
    }
  }

  private func section(
    _ line: borrowing TextLine, _ index: Int, _ fields: inout [NameField]
  ) -> Int? {
    guard line[index] == 0x2e else { return nil }
    let end = line.nameEnd(from: index)
    guard let start = SectionPrefix.end(in: line, index..<end) else { return nil }
    fields.append(NameField(start..<end, surface, isStrong: isStrong))
    return end
  }

  private func offset(_ line: borrowing TextLine, _ index: Int, _ field: inout NameField) -> Int {
    let isApart = line.has(" + ", at: index)
    guard isApart || line[index] == 0x2b else { return index }
    let start = index &+ (isApart ? 3 : 1)
    if line.has("0x", at: start) {
      let end = line.hexEnd(start &+ 2)
      guard let value = line.hexValue((start &+ 2)..<end) else { return index }
      field.offset = value
      field.tokenEnd = end
      if line.has("/0x", at: end), let size = line.hexValue((end &+ 3)..<line.hexEnd(end &+ 3)) {
        field.size = size
        field.tokenEnd = line.hexEnd(end &+ 3)
      }
      return field.tokenEnd
    }
    let end = line.decimalEnd(start)
    guard let value = line.decimalValue(start..<end) else { return index }
    field.offset = value
    field.tokenEnd = end
    return end
  }

  private func module(_ line: borrowing TextLine, _ index: Int, _ field: inout NameField) -> Int {
    guard let (name, end) = line.module(at: index) else { return index }
    field.module = name
    return end
  }
}
