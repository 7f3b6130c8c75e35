internal import ByteStorage

/// A line that defines a key: a type or an export.
struct SymtypesLine: ~Escapable {
  let key: RawSpan
  /// What follows the key and one blank, blanks and all: versions of gendwarfksyms depend on them.
  let text: RawSpan

  /// Takes a line apart; `nil` if there is no word. The mark `override`, which genksyms writes with
  /// a reference file (scripts/genksyms/genksyms.c, 6.1), is skipped.
  @_lifetime(copy line) init?(_ line: RawSpan) {
    var words = SymtypesWords(line)
    guard let key = words.next() else { return nil }
    guard key.equals("override"), let rest = line.suffix(from: words.position),
      let marked = SymtypesLine.marked(rest)
    else {
      self.key = key
      text = SymtypesLine.text(after: words.position, of: line)
      return
    }
    self = marked
  }

  @_lifetime(copy key, copy text) private init(key: RawSpan, text: RawSpan) {
    self.key = key
    self.text = text
  }

  @_lifetime(copy line)
  private static func text(after position: Int, of line: RawSpan) -> RawSpan {
    guard let text = line.suffix(from: min(position &+ 1, line.byteCount)) else { return RawSpan() }
    return text
  }

  /// The line after the mark; `nil` where `override` is the name of an export, which then has its
  /// own name among its words, or begins like one of gendwarfksyms.
  @_lifetime(copy rest) private static func marked(_ rest: RawSpan) -> SymtypesLine? {
    var words = SymtypesWords(rest)
    guard let key = words.next() else { return nil }
    let text = text(after: words.position, of: rest)
    guard let second = words.next() else { return nil }
    if let kind = SymtypesKind(key: key) {
      guard kind == .enumerator || second.equals(kind.word) else { return nil }
    } else {
      if key.equals("subprogram") || key.equals("variable") || second.equals("override") {
        return nil
      }
      while let word = words.next() { if word.equals("override") { return nil } }
    }
    return SymtypesLine(key: key, text: text)
  }
}

/// The words of a text. A word whose second and third bytes are `#'` goes on to the next `'` and
/// then to the next blank: names of Rust types have blanks.
package struct SymtypesWords: ~Escapable {
  private let text: RawSpan
  /// Offset of the end of the last word, in bytes.
  package private(set) var position: Int

  /// The words from an offset on, which is not inside a word.
  @_lifetime(copy text) package init(_ text: RawSpan, from position: Int = 0) {
    self.text = text
    self.position = position
  }

  @_lifetime(copy self) @_lifetime(self: copy self) package mutating func next() -> RawSpan? {
    while let byte = text.byte(at: position), isSymtypesBlank(byte) { position &+= 1 }
    let start = position
    var end = start
    if text.byte(at: start &+ 1) == UInt8(ascii: "#"),
      text.byte(at: start &+ 2) == UInt8(ascii: "'"), let rest = text.suffix(from: start &+ 3),
      let length = rest.firstIndex(of: UInt8(ascii: "'"))
    {
      end = start &+ 3 &+ length
    }
    while let byte = text.byte(at: end), !isSymtypesBlank(byte) { end &+= 1 }
    position = end
    return end > start ? text.slice(start..<end) : nil
  }
}

/// ASCII blanks that separate words (suse-kabi-tools 1.1): space, tab, form feed, carriage return.
@inline(__always) func isSymtypesBlank(_ byte: UInt8) -> Bool {
  byte == 0x20 || byte == 0x09 || byte == 0x0c || byte == 0x0d || byte == 0x0a
}
