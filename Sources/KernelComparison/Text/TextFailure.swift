/// Why a line of a text that people or tools write cannot be read, and which line it is.
package struct TextFailure: Error, Sendable, Hashable {
  /// What is wrong.
  package enum Reason: Sendable, Hashable {
    /// The text is not UTF-8; there is no line.
    case notText
    /// The text is larger than 4 GiB; there is no line.
    case tooLarge
    case missingCRC, missingName, missingOwner, missingType
    /// The field, and what is wrong with the number in it.
    case badCRC(String, NumberDefect)
    case badType(String)
    case excessField
    case duplicate(String)
    case missingPattern
    case incompleteRule
    case badRuleType(String)
    case badVerdict(String)
    case excessAfterVerdict
    /// A `[` without a `]`.
    case openBracket(String)
    /// More characters than a name can have.
    case patternTooLong
    /// What only a full regular expression means.
    case unsupportedPattern(String)
    case unknownForm
  }

  /// What is wrong with a number.
  package enum NumberDefect: Sendable, Hashable { case noPrefix, empty, badDigit, tooLarge }

  package let reason: Reason
  /// The number of the line, from 1; 0 if the whole text is meant.
  package let line: Int
  /// The line as it is, without its end.
  package let text: String

  package init(_ reason: Reason, line: Int = 0, text: String = "") {
    self.reason = reason
    self.line = line
    self.text = text
  }
}
