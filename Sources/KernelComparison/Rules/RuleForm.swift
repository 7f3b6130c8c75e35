internal import ByteStorage

/// The forms in which distributions keep rules about changes, and lists of symbols.
package enum RuleForm: String, Sendable, Hashable, CaseIterable {
  /// Severities of suse-kabi-tools: `[TYPE] PATTERN VERDICT`.
  case severities
  /// Severities of SUSE's older `rpm/kabi.pl`: verdicts in any case, patterns half regular expressions.
  case oldSeverities = "old-severities"
  /// Debian's `ignore-changes` (until 2023), also in a `defines` file.
  case debianIgnores = "debian-ignores"
  /// Ubuntu's ignore lists: names, and `M: MODULE`.
  case ubuntuIgnores = "ubuntu-ignores"
  /// Red Hat's stablelist or whitelist, Oracle's lockedlist: `[…list]`, names after a tab.
  case stableList = "stablelist"
  /// Lines of Module.symvers: Red Hat's and Oracle's Module.kabi, Debian's and Ubuntu's ABI files.
  case records
  /// Android's symbol lists: `[abi_symbol_list]`, names after blanks.
  case androidList = "android-list"
  /// Names, or patterns, one on each line.
  case names

  /// Whether it names the symbols that count, and is not about changes.
  package var isList: Bool {
    switch self {
    case .severities, .oldSeverities, .debianIgnores, .ubuntuIgnores: false
    case .stableList, .records, .androidList, .names: true
    }
  }

  /// The form of a text by its lines.
  ///
  /// - Parameters:
  ///   - text: The file.
  ///   - asRules: Whether names alone are what Debian or Ubuntu ignore, and not a list.
  /// - Returns: The form; that of what nothing shows is ``severities`` or ``names``.
  package static func recognize(_ text: RawSpan, asRules: Bool) -> RuleForm {
    var lines = TextLines(text)
    var hasVerdicts = false
    var (isIndented, isEmpty) = (true, true)
    while let line = lines.next() {
      var words = TextWords(line, hasComments: true)
      guard let range = words.next() else { continue }
      let first = line.part(range)
      isEmpty = false
      if first.starts(with: "[") {
        if first.ends(with: "symbol_list]") || first.ends(with: "abi_whitelist]") {
          return .androidList
        }
        if first.ends(with: "list]") { return .stableList }
        if first.equals("[abi]") || first.equals("[base]") { return .debianIgnores }
      }
      if first.starts(with: "0x") || first.starts(with: "EXPORT_") { return .records }
      if first.equals("M:") { return .ubuntuIgnores }
      if first.starts(with: "module:") || first.starts(with: "name:")
        || first.equals("ignore-changes:")
      {
        return .debianIgnores
      }
      if range.lowerBound == 0 { isIndented = false }
      guard let second = words.next() else { continue }
      let last = words.next() ?? second
      let verdict = line.part(last)
      if verdict.equals("PASS") || verdict.equals("FAIL") {
        hasVerdicts = true
      } else if SeverityRules.verdict(verdict.text) != nil {
        return .oldSeverities
      } else {
        // An error of what suse-kabi-tools reads.
        return .severities
      }
      if SeverityRules.isRegular(first) { return .oldSeverities }
    }
    if hasVerdicts { return .severities }
    if isEmpty { return asRules ? .severities : .names }
    if isIndented { return .stableList }
    return asRules ? .debianIgnores : .names
  }
}
