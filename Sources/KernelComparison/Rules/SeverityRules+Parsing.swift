internal import ByteStorage

extension SeverityRules {
  /// Reads the rules of suse-kabi-tools: `[TYPE] PATTERN VERDICT` on each line, `#` begins a comment.
  ///
  /// - Parameters:
  ///   - text: The file.
  ///   - isLenient: Whether a `[` at the end of a pattern matches nothing, as with that tool, and is not
  ///     an error.
  /// - Throws: ``TextFailure`` for the first line that is not a rule.
  package init(parsing text: RawSpan, isLenient: Bool = false) throws(TextFailure) {
    self.init()
    guard text.isText else { throw TextFailure(.notText) }
    var lines = TextLines(text)
    while let line = lines.next() {
      var found: [String] = []
      var words = TextWords(line, hasComments: true)
      while let word = words.next() {
        found.append(line.part(word).text)
        if found.count > 3 { break }
      }
      if found.isEmpty { continue }
      do throws(Problem) {
        let rule = try SeverityRules.rule(found, lines.number, isLenient)
        if rule.pattern.isTooLong { throw Problem(reason: .patternTooLong) }
        append(rule)
      } catch { throw TextFailure(error.reason, line: lines.number, text: line.text) }
    }
  }

  private struct Problem: Error { let reason: TextFailure.Reason }

  /// A rule from its words, of which there is one at least.
  private static func rule(
    _ words: [String], _ line: Int, _ isLenient: Bool
  ) throws(Problem) -> SeverityRule {
    guard words.count > 1 else { throw Problem(reason: .incompleteRule) }
    let subject: SeverityRule.Subject
    if words.count == 2 {
      subject = SeverityRule.impliedSubject(of: words[0])
    } else {
      guard let stated = SeverityRule.Subject(rawValue: words[0]) else {
        throw Problem(reason: .badRuleType(words[0]))
      }
      subject = stated
    }
    let (pattern, verdict) = words.count == 2 ? (words[0], words[1]) : (words[1], words[2])
    guard verdict == "PASS" || verdict == "FAIL" else {
      throw Problem(reason: .badVerdict(verdict))
    }
    guard words.count < 4 else { throw Problem(reason: .excessAfterVerdict) }
    guard let wildcard = Wildcard(pattern, isLenient: isLenient) else {
      throw Problem(reason: .openBracket(pattern))
    }
    return SeverityRule(
      subject, wildcard, excuses: verdict == "PASS", line: line, isImplied: words.count == 2)
  }
}
