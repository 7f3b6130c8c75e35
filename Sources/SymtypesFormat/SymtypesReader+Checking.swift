internal import ByteStorage

extension SymtypesReader {
  /// Refuses what was not made as symtypes, although its lines have words: objects, bytes that are
  /// not text, `Module.symvers`, logs. Stricter than suse-kabi-tools 1.1, which reads any words.
  ///
  /// - Throws: ``SymtypesError`` `.object`, `.notText` or `.notSymtypes`.
  package static func check(_ text: RawSpan) throws(SymtypesError) {
    if text.starts(with: "\u{7f}ELF") { throw SymtypesError(.object) }
    var lines = Lines(text)
    var (number, hasTypes, first) = (0, false, (line: 0, content: [UInt8]()))
    while let line = lines.next() {
      number &+= 1
      if let byte = control(in: line) { throw SymtypesError(.notText(byte), line: number) }
      guard !line.starts(with: "/*"), !line.starts(with: "F#"), let record = SymtypesLine(line)
      else { continue }
      if first.line == 0 { first = (number, line.array) }
      if isSymtypesReference(record.key) {
        hasTypes = true
      } else {
        guard isName(record.key), line.firstIndex(of: 0x09) == nil else {
          throw SymtypesError(.notSymtypes, line: number, content: line.array)
        }
        hasTypes = hasTypes || isDeclaration(record)
      }
    }
    guard hasTypes || first.line == 0 else {
      throw SymtypesError(.notSymtypes, line: first.line, content: first.content)
    }
  }

  /// A byte that text does not have.
  private static func control(in line: RawSpan) -> UInt8? {
    for offset in 0..<line.byteCount {
      if let byte = line.byte(at: offset), byte < 0x20 || byte == 0x7f, !isSymtypesBlank(byte) {
        return byte
      }
    }
    return nil
  }

  /// Whether a word can be the name of a symbol; numbers and words in brackets cannot.
  private static func isName(_ word: RawSpan) -> Bool {
    guard let first = word.byte(at: 0) else { return false }
    return (0x61...0x7a).contains(first | 0x20) || first == UInt8(ascii: "_")
      || first == UInt8(ascii: ".") || first == UInt8(ascii: "$") || first >= 0x80
  }

  /// Whether an export has the text of one: a tag of gendwarfksyms, or a declaration of C with its
  /// own name, or with parentheses or braces.
  private static func isDeclaration(_ record: SymtypesLine) -> Bool {
    var words = SymtypesWords(record.text)
    var isFirst = true
    while let word = words.next() {
      if isFirst, word.equals("subprogram") || word.equals("variable") { return true }
      if word.equals("(") || word.equals("{") || isSymtypesReference(word)
        || word.equals(record.key)
      {
        return true
      }
      isFirst = false
    }
    return false
  }
}
