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

  /// Bytes and what stands for them.
  var pairs: [(byte: UInt8, text: StaticString)] {
    switch self {
    case .none: []
    case .markup:
      [(0x3c, "&lt;"), (0x3e, "&gt;"), (0x26, "&amp;"), (0x22, "&quot;"), (0x27, "&#39;")]
    case .json: [(0x22, "\\\""), (0x5c, "\\\\"), (0x0a, "\\n"), (0x09, "\\t"), (0x0d, "\\r")]
    }
  }
}

/// A line without its colour sequences (`ESC [ … m`, `ESC [ K`), escapes and tags, and where they were:
/// grep and dmesg colour names and what is next to them.
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
    let isMarkup = escaping == .markup
    let pairs = escaping.pairs
    guard
      isMarkup || line.find(0x1b, from: 0) != nil
        || (escaping == .json && line.find(0x5c, from: 0) != nil)
    else { return nil }
    var index = 0
    while index < line.count {
      let byte = line[index]
      if byte == 0x1b, let end = line.colourEnd(index) {
        add(line.slice(index..<end).array, for: nil, isKept: true)
        index = end
      } else if isMarkup, byte == 0x3c, let end = line.find(0x3e, from: index) {
        // A tag ends a word.
        add(line.slice(index..<(end &+ 1)).array, for: 0x20, isKept: true)
        index = end &+ 1
      } else if byte == 0x26 || byte == 0x5c,
        let pair = pairs.first(where: { line.has($0.text, at: index) })
      {
        let end = index &+ pair.text.utf8CodeUnitCount
        add(line.slice(index..<end).array, for: pair.byte, isKept: false)
        index = end
      } else {
        plain.append(byte)
        index &+= 1
      }
    }
    if sequences.isEmpty { return nil }
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
    var (low, high) = (0, sequences.count)
    while low < high {
      let middle = low &+ (high &- low) / 2
      let sequence = sequences[middle]
      if sequence.offset &+ sequence.length <= plainOffset {
        low = middle &+ 1
      } else {
        high = middle
      }
    }
    return low == 0 ? plainOffset : plainOffset &+ sequences[low &- 1].growth
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
