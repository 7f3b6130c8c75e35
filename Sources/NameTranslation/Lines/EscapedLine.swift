internal import ByteStorage
internal import SymbolNames

/// How a text writes the bytes that it uses itself.
enum TextEscaping {
  case none
  /// HTML, SVG: `&lt;`.
  case markup
  /// Lines of JSON: `\"`.
  case json

  /// Elements that a text of markup begins with.
  private static let elements: [StaticString] = [
    "!doctype", "?xml", "html", "head", "body", "svg", "pre", "code", "div", "span", "p", "table",
    "ul", "ol", "li", "details", "h1", "h2", "h3",
  ]

  /// Whether a text that begins with these bytes is markup.
  static func isMarkup(_ start: RawSpan) -> Bool {
    let line = TextLine(start)
    var index = line.has("\u{feff}", at: 0) ? 3 : 0
    while line[index].isBlank || line[index] == 0x0a || line[index] == 0x0d { index &+= 1 }
    guard line[index] == 0x3c else { return false }
    return elements.contains { element in
      let end = index &+ 1 &+ element.utf8CodeUnitCount
      let isEnd = line[end] == 0x3e || line[end].isBlank || line[end] == 0x0a
      return isEnd && line.slice((index &+ 1)..<end).equalsIgnoringCase(element)
    }
  }

  /// Whether a line is one of JSON: an object, alone or in an array, or a member of one on its own line.
  ///
  /// - Note: journalctl's `-o json`, `json-pretty` and their like, Docker's json-file.
  static func isJSON(_ bytes: RawSpan) -> Bool {
    let line = TextLine(bytes)
    var index = line.blankEnd(0)
    while line[index] == 0x7b || line[index] == 0x5b || line[index] == 0x2c {  // { [ ,
      index = line.blankEnd(index &+ 1)
    }
    guard line[index] == 0x22, let end = line.find(0x22, from: index &+ 1) else { return false }
    return line[line.blankEnd(end &+ 1)] == 0x3a
  }

  /// Bytes and what stands for them.
  var pairs: [(byte: UInt8, text: StaticString)] {
    switch self {
    case .none: []
    case .markup:
      [(0x3c, "&lt;"), (0x3e, "&gt;"), (0x26, "&amp;"), (0x22, "&quot;"), (0x27, "&#39;")]
    case .json:
      [
        (0x22, "\\\""), (0x5c, "\\\\"), (0x0a, "\\n"), (0x09, "\\t"), (0x0d, "\\r"), (0x08, "\\b"),
        (0x0c, "\\f"),
      ]
    }
  }
}

/// A line without its colour sequences (`ESC [ … m`, `ESC [ K`, and how logs spell them), escapes and tags,
/// and where they were: grep and dmesg colour names and what is next to them.
struct EscapedLine {
  /// What the line has in the place of bytes of the plain line, or between them.
  private struct Sequence {
    let offset: Int
    /// Number of bytes in the plain line that it stands for: 0 for a colour, else 1.
    let length: Int
    /// Whether it stays where the name around it changes.
    let isKept: Bool
    let bytes: [UInt8]
    /// How much longer than the plain line the line itself is up to the sequence's end, in bytes.
    let growth: Int
  }

  /// The line without sequences.
  private(set) var plain: [UInt8] = []
  private var sequences: [Sequence] = []
  /// Sequences that were written.
  private var written = 0

  /// `nil` if there is no sequence.
  init?(_ bytes: RawSpan, _ escaping: TextEscaping) {
    let line = TextLine(bytes)
    guard
      escaping == .markup || (escaping == .json && line.find(0x5c, from: 0) != nil)
        || line.hasColour
    else { return nil }
    // Beyond the last `>` nothing is a tag, however often one seems to begin.
    var tagsEnd = escaping == .markup ? line.count : 0
    while tagsEnd > 0, line[tagsEnd &- 1] != 0x3e { tagsEnd &-= 1 }
    var index = 0
    while index < line.count {
      if line[index] == 0x3c, index < tagsEnd, let end = line.find(0x3e, from: index) {
        // A tag ends a word.
        add(line.slice(index..<(end &+ 1)).array, for: 0x20, isKept: true)
        index = end &+ 1
      } else if let (end, byte, isKept) = EscapedLine.sequence(in: line, at: index, escaping) {
        add(line.slice(index..<end).array, for: byte, isKept: isKept)
        index = end
      } else {
        plain.append(line[index])
        index &+= 1
      }
    }
    if sequences.isEmpty { return nil }
  }

  /// The end of the colour or escape that begins at an index, and the byte that it stands for.
  private static func sequence(
    in line: borrowing TextLine, at index: Int, _ escaping: TextEscaping
  ) -> (end: Int, byte: UInt8?, isKept: Bool)? {
    switch line[index] {
    case 0x1b, 0x23, 0x5e:  // # ^
      return line.colourEnd(index).map { ($0, nil, true) }
    case 0x26, 0x5c:  // & and the backslash
      // JSON of a text that has the escape itself has two backslashes.
      let start = escaping == .json && line[index &+ 1] == 0x5c ? index &+ 1 : index
      if let end = line.colourEnd(start) { return (end, nil, true) }
      if let pair = escaping.pairs.first(where: { line.has($0.text, at: index) }) {
        return (index &+ pair.text.utf8CodeUnitCount, pair.byte, false)
      }
      return escaping == .json ? character(in: line, at: index) : nil
    default: return nil
    }
  }

  /// The end of an escape of JSON that only readers need (`\/`, `\b`, `\f`, `\u` and four digits, for a
  /// character of ASCII or a sign), and what stands for it in plain text.
  private static func character(
    in line: borrowing TextLine, at index: Int
  ) -> (end: Int, byte: UInt8?, isKept: Bool)? {
    switch line[index &+ 1] {
    case 0x2f: return (index &+ 2, 0x2f, false)
    case 0x62: return (index &+ 2, 0x08, false)
    case 0x66: return (index &+ 2, 0x0c, false)
    default: break
    }
    let end = index &+ 6
    guard line.has("\\u", at: index), line.hexEnd(index &+ 2) >= end,
      let code = line.hexValue((index &+ 2)..<end)
    else { return nil }
    if code < 0x80 {
      let byte = UInt8(truncatingIfNeeded: code)
      return (end, SignMask.isMask(byte) ? SignMask.sign : byte, false)
    }
    let sign = UInt32(truncatingIfNeeded: code)
    return SignMask.isSign(sign) ? (end, SignMask.mask(of: sign), true) : nil
  }

  private mutating func add(_ bytes: [UInt8], for byte: UInt8?, isKept: Bool) {
    let length = byte == nil ? 0 : 1
    sequences.append(
      Sequence(
        offset: plain.count, length: length, isKept: isKept, bytes: bytes,
        growth: (sequences.last?.growth ?? 0) &+ bytes.count &- length))
    if let byte { plain.append(byte) }
  }

  /// Appends a part of the line as it was. Colours and tags within a name that changed, which is between
  /// two parts, follow what was written for it.
  mutating func append(_ range: Range<Int>, to output: inout NameBuffer) {
    var start = range.lowerBound
    while written < sequences.count {
      let sequence = sequences[written]
      // A byte at the end of the part belongs to what follows.
      guard sequence.offset &+ sequence.length <= range.upperBound else { break }
      written += 1
      let isInName = sequence.offset < range.lowerBound
      if isInName && !sequence.isKept { continue }
      let end = max(sequence.offset, start)
      for byte in plain[start..<end] + sequence.bytes { output.append(byte) }
      start = isInName ? start : end &+ sequence.length
    }
    for byte in plain[start..<max(start, range.upperBound)] { output.append(byte) }
  }

  /// The offset in the line itself of a byte of the plain line.
  func offset(of plainOffset: Int) -> Int {
    // Sequences are in their order: a line may have any number of them, and of names.
    let before = sequences.partitionIndex { $0.offset &+ $0.length <= plainOffset }
    return before == 0 ? plainOffset : plainOffset &+ sequences[before &- 1].growth
  }
}

extension NameBuffer {
  /// Escapes what was appended after the first `start` bytes.
  mutating func escape(from start: Int, _ escaping: TextEscaping) {
    let pairs = escaping.pairs
    let text = bytes.extracting(start..<count).raw.array
    guard text.contains(where: { byte in pairs.contains { $0.byte == byte } }) else { return }
    removeLast(text.count)
    for byte in text {
      if let pair = pairs.first(where: { $0.byte == byte }) {
        append("\(pair.text)")
      } else {
        append(byte)
      }
    }
  }
}

extension RawSpan {
  /// Whether the bytes are a text in lower case, whatever case they have.
  fileprivate func equalsIgnoringCase(_ text: StaticString) -> Bool {
    guard byteCount == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { expected in
      for index in 0..<byteCount {
        let byte = self.byte(at: index) ?? 0
        let lower = byte &- 0x41 < 26 ? byte | 0x20 : byte
        // SAFETY: the index is below both counts.
        if lower != (unsafe expected[index]) { return false }
      }
      return true
    }
  }
}
