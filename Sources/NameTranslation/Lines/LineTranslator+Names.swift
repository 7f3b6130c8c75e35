internal import ByteStorage
internal import SymbolNames

extension LineTranslator {
  /// Whether a word alone is a name: a path of Rust, a linkage name by its form, or one that a kernel or a
  /// directory has. Where digests are asked for, any identifier is one.
  mutating func isName(_ word: RawSpan) -> Bool {
    if word.firstRange(of: "::") != nil { return true }
    let line = TextLine(word)
    guard line.count > 0, line.nameEnd(from: 0) == line.count else { return false }
    scratch.removeAll()
    if NameForm.readable.append(linkageName: word.characters, isBare: false, to: &scratch) {
      return true
    }
    if options.form == .hashed, LineTranslator.isIdentifier(line) { return true }
    return !resolver.matches(word, NameResolver.Evidence()).isEmpty
      || !directories.linkageNames(for: word, owner: nil).isEmpty
  }

  /// Whether a word follows the rules of C, as names of files hardly do.
  private static func isIdentifier(_ line: borrowing TextLine) -> Bool {
    for index in 0..<line.count {
      let byte = line[index]
      let isLetter = (byte | 0x20) &- 0x61 < 26 || byte == 0x5f
      guard isLetter || (index > 0 && byte.isDecimalDigit) else { return false }
    }
    return true
  }
}
