internal import ByteStorage

extension SeverityRules {
  /// Reads rules in any form. A list of symbols excuses changes of all others.
  ///
  /// - Parameters:
  ///   - text: The file.
  ///   - form: The form, if it is known.
  /// - Throws: ``TextFailure`` for the first line that cannot be read.
  package init(reading text: RawSpan, as form: RuleForm? = nil) throws(TextFailure) {
    guard text.isText else { throw TextFailure(.notText) }
    let form = form ?? RuleForm.recognize(text, asRules: true)
    switch form {
    case .severities: self = try SeverityRules(parsing: text)
    case .oldSeverities: self = try SeverityRules(oldSeverities: text)
    case .debianIgnores, .ubuntuIgnores: self = try SeverityRules(ignores: text)
    case .stableList, .records, .androidList, .names:
      self.init(listing: try SymbolList(text, as: form))
    }
  }

  /// Rules that excuse everything that is not in a list.
  package init(listing list: SymbolList) {
    self.init()
    for number in 0..<list.selection.count {
      let name = list.selection.name(number).text
      append(SeverityRule(.symbol, Wildcard(literal: name), excuses: false, line: 0))
    }
    for pattern in list.selection.patterns {
      append(SeverityRule(.symbol, pattern, excuses: false, line: 0))
    }
    append(SeverityRule(.symbol, Wildcard([.run], text: "*"), excuses: true, line: 0))
  }

  /// Whether a word is a verdict in any case; `nil` if it is none.
  static func verdict(_ word: String) -> Bool? {
    switch word.uppercased() {
    case "PASS": true
    case "FAIL": false
    default: nil
    }
  }

  /// Whether a pattern has characters that mean something in regular expressions only.
  static func isRegular(_ pattern: RawSpan) -> Bool {
    for offset in 0..<pattern.byteCount {
      guard let byte = pattern.byte(at: offset) else { continue }
      if "(|)+{}^$".utf8.contains(byte) { return true }
    }
    return false
  }

  /// Reads the severities of `rpm/kabi.pl`: two words, of which the pattern becomes a regular expression
  /// (`*` as `.*`, `?` as `.`, the rest as it is). Patterns of upper case are those of namespaces, and a
  /// symbol without one has an empty namespace there: what matches that matches every symbol.
  private init(oldSeverities text: RawSpan) throws(TextFailure) {
    self.init()
    var lines = TextLines(text)
    while let line = lines.next() {
      var words = TextWords(line, hasComments: true)
      guard let first = words.next() else { continue }
      let pattern = line.part(first).text
      let verdict = words.next().map { line.part($0).text }
      let wildcard = Wildcard(regular: pattern)
      let problem: TextFailure.Reason? =
        verdict == nil
        ? .incompleteRule
        : words.next() != nil
          ? .excessAfterVerdict : wildcard == nil ? .unsupportedPattern(pattern) : nil
      if let problem { throw TextFailure(problem, line: lines.number, text: line.text) }
      guard let wildcard, let verdict, let excuses = SeverityRules.verdict(verdict) else {
        throw TextFailure(.badVerdict(verdict ?? ""), line: lines.number, text: line.text)
      }
      let isUpper = pattern.utf8.elementsEqual(pattern.uppercased().utf8)
      let subject: SeverityRule.Subject =
        pattern.contains("/")
        ? .module : isUpper && !wildcard.matches(RawSpan()) ? .namespace : .symbol
      try wildcard.checkLength(line: lines.number, of: line)
      append(SeverityRule(subject, wildcard, excuses: excuses, line: lines.number))
    }
  }

  /// Reads what Debian and Ubuntu ignore: patterns, `name:` or `module:` before some; `M: NAME` for
  /// modules. Of a `defines` file only `ignore-changes` counts.
  private init(ignores text: RawSpan) throws(TextFailure) {
    self.init()
    var lines = TextLines(text)
    var isWanted = true
    while let line = lines.next() {
      var words = TextWords(line, hasComments: true)
      guard var word = words.next() else { continue }
      if line.part(word).starts(with: "[") {
        isWanted = false
        continue
      }
      if word.lowerBound == 0, line.part(word).ends(with: ":"), !line.part(word).equals("M:") {
        isWanted = line.part(word).equals("ignore-changes:")
        guard let next = words.next() else { continue }
        word = next
      }
      guard isWanted else { continue }
      while true {
        var pattern = line.part(word).text
        var subject = SeverityRule.Subject.symbol
        if pattern == "M:" {
          guard let next = words.next() else {
            throw TextFailure(.missingPattern, line: lines.number, text: line.text)
          }
          (subject, pattern) = (.module, line.part(next).text)
        } else if pattern.hasPrefix("module:") {
          (subject, pattern) = (.module, String(pattern.dropFirst(7)))
        } else if pattern.hasPrefix("name:") {
          pattern = String(pattern.dropFirst(5))
        }
        let wildcard = Wildcard(pathPattern: pattern)
        try wildcard.checkLength(line: lines.number, of: line)
        append(SeverityRule(subject, wildcard, excuses: true, line: lines.number))
        guard let next = words.next() else { break }
        word = next
      }
    }
  }
}
