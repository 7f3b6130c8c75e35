internal import KernelComparison

extension TextFailure {
  /// The failure with its file and line, as suse-kabi-tools words it: three lines.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - content: What it holds.
  /// - Returns: The lines, without the last line feed.
  func words(in path: String, content: String) -> String {
    switch reason {
    case .notText: "Failed to read \(content): stream did not contain valid UTF-8"
    case .tooLarge: "Failed to read \(content): larger than 4 GiB"
    default: "\(words)\n \(path):\(line)\n | \(text)"
    }
  }

  var words: String {
    switch reason {
    case .notText: "not UTF-8"
    case .tooLarge: "larger than 4 GiB"
    case .missingCRC: "The export does not specify a CRC"
    case .missingName: "The export does not specify a name"
    case .missingOwner: "The export does not specify a module"
    case .missingType: "The export does not specify a type"
    case .badCRC(let field, let defect):
      "Failed to parse the CRC value '\(field)': \(defect.words)"
    case .badType(let word):
      "Invalid export type '\(word)', must be either EXPORT_SYMBOL or EXPORT_SYMBOL_GPL"
    case .excessField: "Unexpected string found at the end of the export record"
    case .duplicate(let name): "Duplicate record '\(name)'"
    case .missingPattern: "Expected a pattern"
    case .incompleteRule:
      "The rule is incomplete, must be in the form '[type] <pattern> <verdict>'"
    case .badRuleType(let word):
      "Invalid rule type '\(word)', must be either MODULE, NAMESPACE or SYMBOL"
    case .badVerdict(let word): "Invalid verdict '\(word)', must be either PASS or FAIL"
    case .excessAfterVerdict: "Unexpected string found after the verdict"
    case .openBracket(let pattern): "The pattern '\(pattern)' has a '[' without a ']'"
    case .patternTooLong: "The pattern is too long"
    case .unsupportedPattern(let pattern):
      "The pattern '\(pattern)' is a regular expression that has no wildcard for it"
    case .unknownForm: "Not a list of symbols or rules in any known form"
    }
  }
}

extension TextFailure.NumberDefect {
  var words: String {
    switch self {
    case .noPrefix: "string does not start with 0x or 0X"
    case .empty: "cannot parse integer from empty string"
    case .badDigit: "invalid digit found in string"
    case .tooLarge: "number too large to fit in target type"
    }
  }
}
