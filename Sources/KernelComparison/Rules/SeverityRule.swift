internal import ByteStorage

/// One rule: changes of the exports that it matches are excused, or are not.
package struct SeverityRule: Sendable {
  /// What the pattern is compared with.
  package enum Subject: String, Sendable, Hashable {
    case module = "MODULE"
    case namespace = "NAMESPACE"
    case symbol = "SYMBOL"
  }

  package let subject: Subject
  package let pattern: Wildcard
  /// Whether changes are excused (`PASS`), otherwise not (`FAIL`).
  package let excuses: Bool
  /// The line of the rule in its file, from 1.
  package let line: Int
  /// Whether the pattern alone shows what it is about.
  package let isImplied: Bool

  package init(
    _ subject: Subject, _ pattern: Wildcard, excuses: Bool, line: Int, isImplied: Bool = false
  ) {
    self.isImplied = isImplied
    self.subject = subject
    self.pattern = pattern
    self.excuses = excuses
    self.line = line
  }

  /// Whether it is `* PASS`, which is about exports in any namespace, and easily taken for all.
  package var isMistakable: Bool { isImplied && subject == .namespace && pattern.text == "*" }

  /// `PASS` or `FAIL`.
  package var verdict: String { excuses ? "PASS" : "FAIL" }

  /// What a pattern is compared with where its rule does not say it (suse-kabi-tools, rules.rs): one
  /// with a slash, or exactly `vmlinux`, with modules; one without lower-case letters with
  /// namespaces; others with symbols.
  package static func impliedSubject(of pattern: String) -> Subject {
    if pattern.utf8.contains(UInt8(ascii: "/")) || pattern == "vmlinux" { return .module }
    return pattern.utf8.elementsEqual(pattern.uppercased().utf8) ? .namespace : .symbol
  }

  /// The line that suse-kabi-tools reads as this rule. A `#`, which no symbol has, would begin a comment.
  package var words: String {
    let text = String(pattern.text.map { $0 == "#" ? "?" : $0 })
    let isImplied = SeverityRule.impliedSubject(of: text) == subject
    return (isImplied ? "" : subject.rawValue + " ") + text + " " + verdict
  }
}

/// Rules in the order of their file, of which the first that matches decides.
package struct SeverityRules: Sendable {
  package private(set) var rules: [SeverityRule] = []
  /// Rules whose pattern is one text, by subject and text: the first of each.
  private var literals: [SeverityRule.Subject: NameNumbers] = [:]
  /// Rules with other patterns, by subject.
  private var patterns: [SeverityRule.Subject: PatternIndex] = [:]

  package init() {}

  package mutating func append(_ rule: SeverityRule) {
    let number = rules.count
    rules.append(rule)
    if let literal = rule.pattern.literal {
      literals[rule.subject, default: NameNumbers()].add(literal, number)
    } else {
      patterns[rule.subject, default: PatternIndex()].add(rule.pattern, number)
    }
  }

  /// The number of the first rule that matches an export; `nil` if none does. Rules for namespaces never
  /// match an export without one.
  package func first(name: RawSpan, module: RawSpan, namespace: RawSpan) -> Int? {
    var found = rules.count
    func consider(_ subject: SeverityRule.Subject, _ text: RawSpan) {
      if let number = literals[subject]?.number(of: text) { found = min(found, number) }
      if let number = patterns[subject]?.first(before: found, text) { found = number }
    }
    consider(.symbol, name)
    consider(.module, module)
    if namespace.byteCount > 0 { consider(.namespace, namespace) }
    return found < rules.count ? found : nil
  }

  /// The rule at which patterns took more time than there is: what was answered last counts for nothing.
  package var exhaustedBy: SeverityRule? {
    patterns.values.compactMap(\.exhaustedBy).min().map { rules[$0] }
  }
}

/// Numbers by names; the first number of a name counts.
struct NameNumbers: Sendable {
  private var names = NameInterner()
  private var numbers: [Int] = []

  mutating func add(_ name: [UInt8], _ number: Int) {
    if names.insert(name.rawSpan) { numbers.append(number) }
  }

  func number(of name: RawSpan) -> Int? { names.find(name).map { numbers[$0] } }
}
