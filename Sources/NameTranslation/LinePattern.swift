internal import ByteStorage

/// One row of a surface's grammar: what stands before a name, and what behind it.
struct LinePattern: Sendable {
  /// A piece of a line.
  enum Step: Sendable {
    /// These bytes.
    case text(StaticString)
    /// These bytes, if they are there.
    case maybe(StaticString)
    /// Any of these bytes.
    case oneOf(StaticString)
    /// At least one blank or tab.
    case blank
    /// Blanks and tabs, if any.
    case maybeBlank
    /// So many bytes, whatever they are.
    case any(Int)
    /// 8 to 16 hexadecimal digits.
    case address
    /// `0x` and 1 to 16 hexadecimal digits.
    case hex
    /// At least one hexadecimal digit.
    case digits
    /// At least one decimal digit.
    case number
    /// Bytes other than blanks.
    case word
    /// Bytes other than this one, at least one.
    case until(UInt8)
    /// `[` … `]` and blanks behind, if they are there.
    case maybeBracketed
    /// The name.
    case name
    /// A section whose name holds that of a symbol: `.text.NAME`.
    case sectionName
    /// `+0xOFF/0xSIZE`, `+0xOFF`, `+OFF`, ` + OFF`, if any.
    case offset
    /// `+0xN`, `-0xN`, ` + N`, ` - N`, if any.
    case addend
    /// ` [module]` or a tab and `[module]`, if any.
    case module
    /// The name of an owner and `:`, if any.
    case maybeOwner
    /// Nothing but blanks up to the end.
    case end
    /// Nothing more of the word: a blank, or the end.
    case wordEnd
  }

  /// The surface.
  let surface: Surface
  /// The text that the row is searched by; `nil` if it begins where the line does.
  let key: StaticString?
  /// Whether the place alone makes a word a symbol.
  let isStrong: Bool
  /// What follows the start or the key.
  let steps: [Step]

  /// A row that begins where the line does.
  static func line(_ surface: Surface, weak: Bool = false, _ steps: Step...) -> LinePattern {
    LinePattern(surface: surface, key: nil, isStrong: !weak, steps: steps)
  }

  /// A row that begins behind a text anywhere in the line.
  static func after(
    _ key: StaticString, _ surface: Surface, weak: Bool = false, _ steps: Step...
  ) -> LinePattern {
    LinePattern(surface: surface, key: key, isStrong: !weak, steps: steps)
  }
}

extension LinePattern {
  /// The bytes that a line may begin with, for rows that begin where it does.
  func accepts(first byte: UInt8) -> Bool {
    for step in steps {
      switch step {
      case .text(let text): return text.starts(with: byte)
      case .maybe(let text): if text.starts(with: byte) { return true }
      case .oneOf(let bytes): return bytes.contains(byte)
      case .blank: return byte.isBlank || byte == 0x1b
      case .maybeBlank: if byte.isBlank || byte == 0x1b { return true }
      case .address, .digits: return byte.isHexDigit
      case .hex: return byte == 0x30
      case .number: return byte.isDecimalDigit
      case .name: return byte.isNameByte || byte == 0x3c || byte == 0x7b
      case .sectionName: return byte == 0x2e
      default: return !byte.isBlank
      }
    }
    return true
  }
}

/// The rows of all grammars, laid out for matching.
struct Grammar: Sendable {
  private struct Row: Sendable {
    let surface: Surface
    let key: StaticString?
    let isStrong: Bool
    let steps: Range<Int>
  }

  private var rows: [Row] = []
  private var steps: [LinePattern.Step] = []
  /// Rows that begin where a line does, by the line's first byte: 256 runs in one array.
  private var byFirst: [Int] = []
  private var starts: [Int] = [0]
  private var keyed: [Int] = []

  /// The grammar of every surface.
  static let all = Grammar(Surface.patterns)

  init(_ patterns: [LinePattern]) {
    for pattern in patterns {
      rows.append(
        Row(
          surface: pattern.surface, key: pattern.key, isStrong: pattern.isStrong,
          steps: steps.count..<(steps.count + pattern.steps.count)))
      steps += pattern.steps
    }
    keyed = patterns.indices.filter { patterns[$0].key != nil }
    for byte in UInt8.min...UInt8.max {
      byFirst += patterns.indices.filter {
        patterns[$0].key == nil && patterns[$0].accepts(first: byte)
      }
      starts.append(byFirst.count)
    }
  }

  /// Adds what rows that begin where the line does find.
  func findFromStart(of line: borrowing TextLine, _ fields: inout [NameField]) {
    let first = Int(line[0])
    for position in starts[first]..<starts[first &+ 1] {
      _ = match(rows[byFirst[position]], line, from: 0, &fields)
    }
  }

  /// Adds what rows find that begin behind a key.
  ///
  /// - Complexity: O(length of the line) for each row; where steps scan far, the search goes on
  ///   behind what they scanned.
  func findBehindKeys(in line: borrowing TextLine, _ fields: inout [NameField]) {
    for position in keyed {
      guard let key = rows[position].key else { continue }
      var start = 0
      while let found = line.find(key, from: start) {
        let behind = found &+ key.utf8CodeUnitCount
        start = max(behind, match(rows[position], line, from: behind, &fields))
      }
    }
  }

  /// Matches a row's steps from an index on.
  ///
  /// - Returns: Where it ended.
  private func match(
    _ row: Row, _ line: borrowing TextLine, from start: Int, _ fields: inout [NameField]
  ) -> Int {
    let before = fields.count
    var state = MatchState(row.surface, isStrong: row.isStrong, before)
    var index = start
    for position in row.steps {
      guard let next = state.advance(steps[position], line, index, &fields) else {
        if fields.count > before { fields.removeSubrange(before...) }
        return index
      }
      index = next
    }
    return index
  }
}

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
    _ step: LinePattern.Step, _ line: borrowing TextLine, _ index: Int,
    _ fields: inout [NameField]
  ) -> Int? {
    switch step {
    case .text(let text):
      return line.has(text, at: index) ? index &+ text.utf8CodeUnitCount : nil
    case .maybe(let text):
      return line.has(text, at: index) ? index &+ text.utf8CodeUnitCount : index
    case .oneOf(let bytes): return bytes.contains(line[index]) ? index &+ 1 : nil
    case .blank: return line[index].isBlank ? line.blankEnd(index) : nil
    case .maybeBlank: return line.blankEnd(index)
    case .any(let length): return index &+ length <= line.count ? index &+ length : nil
    case .end:
      let end = line.blankEnd(index)
      return end == line.count || (line[end] == 0x0d && end &+ 1 == line.count) ? end : nil
    case .wordEnd:
      return index == line.count || line[index].isBlank || line[index] == 0x0d ? index : nil
    case .name: return name(line, index, &fields)
    case .sectionName: return section(line, index, &fields)
    case .offset:
      guard fields.count > first else { return index }
      return offset(line, index, &fields[fields.count &- 1])
    case .module:
      guard fields.count > first else { return index }
      return module(line, index, &fields[fields.count &- 1])
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

  private func name(
    _ line: borrowing TextLine, _ index: Int, _ fields: inout [NameField]
  ) -> Int? {
    let end = line.nameEnd(from: index)
    guard end > index else { return nil }
    fields.append(NameField(index..<end, surface, isStrong: isStrong, address: address))
    return end
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

extension TextLine {
  /// The module in ` [module]`, with or without a build ID, and where the bracket ends.
  func module(at index: Int) -> (name: Range<Int>, end: Int)? {
    let start = blankEnd(index)
    guard start > index, self[start] == 0x5b else { return nil }
    var end = start &+ 1
    while self[end].isNameByte || self[end] == 0x2d { end &+= 1 }
    let name = (start &+ 1)..<end
    if self[end] == 0x20 { end = hexEnd(end &+ 1) }
    return !name.isEmpty && self[end] == 0x5d ? (name, end &+ 1) : nil
  }
}

extension StaticString {
  /// Whether a byte is the text's first.
  func starts(with byte: UInt8) -> Bool {
    withUTF8Buffer { unsafe $0.first == byte }
  }

  /// Whether a byte is one of the text's.
  func contains(_ byte: UInt8) -> Bool {
    withUTF8Buffer { unsafe $0.contains(byte) }
  }
}

/// Prefixes of sections that hold one symbol each (`-ffunction-sections`, `-fdata-sections`).
enum SectionPrefix {
  private static let outer: [StaticString] = [".rela", ".rel"]
  private static let all: [StaticString] = [
    ".text.unlikely.", ".text.hot.", ".text.startup.", ".text.exit.", ".init.text.", ".exit.text.",
    ".text.", ".data.rel.ro.", ".data.rel.", ".data.", ".rodata.", ".bss.", ".init.data.",
  ]

  /// Where the symbol's name begins in a section's name.
  static func end(in line: borrowing TextLine, _ range: Range<Int>) -> Int? {
    var start = range.lowerBound
    for text in outer where line.has(text, at: start) {
      let rest = start &+ text.utf8CodeUnitCount
      if line[rest] == 0x2e {
        start = rest
        break
      }
    }
    for text in all where line.has(text, at: start) {
      let end = start &+ text.utf8CodeUnitCount
      return end < range.upperBound ? end : nil
    }
    return nil
  }
}
