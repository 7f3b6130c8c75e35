internal import ByteStorage

/// A list of the symbols that a distribution keeps stable, with the versions that it promises, if the
/// list has them.
package struct SymbolList: Sendable {
  package private(set) var selection = NameSelection()
  /// What is expected of the symbols: a side of a comparison.
  package private(set) var expected: ExportRecords?
  package let form: RuleForm

  /// Reads a list in any form.
  ///
  /// - Throws: ``TextFailure`` for the first line that cannot be read.
  package init(_ text: RawSpan, as form: RuleForm? = nil) throws(TextFailure) {
    guard text.isText else { throw TextFailure(.notText) }
    let form = form ?? RuleForm.recognize(text, asRules: false)
    self.form = form
    switch form {
    case .records:
      let records = try ExportRecords(parsing: text, as: .historic)
      for row in records.rows { selection.add(records.bytes(row.name)) }
      expected = records
    case .stableList, .androidList:
      var lines = TextLines(text)
      while let line = lines.next() {
        var words = TextWords(line, hasComments: true)
        guard let word = words.next(), !line.part(word).starts(with: "[") else { continue }
        selection.add(line.part(word))
      }
    case .names: try readNames(text)
    case .severities, .oldSeverities, .debianIgnores, .ubuntuIgnores:
      throw TextFailure(.unknownForm, line: 1, text: TextLines.first(text))
    }
  }

  /// Adds another list.
  package mutating func add(_ other: SymbolList) {
    for number in 0..<other.selection.count { selection.add(other.selection.name(number)) }
    for pattern in other.selection.patterns { selection.add(pattern) }
    if let more = other.expected { expected = expected.map { $0.joined(with: more) } ?? more }
  }

  private mutating func readNames(_ text: RawSpan) throws(TextFailure) {
    var lines = TextLines(text)
    while let line = lines.next() {
      var words = TextWords(line, hasComments: true)
      guard let range = words.next() else { continue }
      let word = line.part(range)
      guard NameSelection.isPattern(word) else {
        selection.add(word)
        continue
      }
      selection.add(try Wildcard.read(word.text, line: lines.number, of: line))
    }
  }
}

extension TextLines {
  /// The first line of a text.
  fileprivate static func first(_ text: RawSpan) -> String {
    var lines = TextLines(text)
    return lines.next()?.text ?? ""
  }
}
