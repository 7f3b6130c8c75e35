internal import ByteStorage

/// A line that GitHub shows beside the steps of a job: `::error title=…::message`.
struct GitHubAnnotation {
  enum Level: String { case error, warning }

  let level: Level
  let title: String
  /// Lines of text.
  let message: [String]

  func write(to output: inout OutputBuffer) {
    output.append(
      "::\(level.rawValue) title=\(GitHubAnnotation.escaped(title, isProperty: true))::"
        + GitHubAnnotation.escaped(message.joined(separator: "\n"), isProperty: false) + "\n")
  }

  /// Writes what would end the message, or a property, by its number.
  private static func escaped(_ text: String, isProperty: Bool) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "%": escaped += "%25"
      case "\r": escaped += "%0D"
      case "\n": escaped += "%0A"
      case ":" where isProperty: escaped += "%3A"
      case "," where isProperty: escaped += "%2C"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}

/// The summary of a job's step, in the file that GitHub names.
enum GitHubSummary {
  /// Appends Markdown, where there is such a file; trouble if it cannot be written.
  static func append(_ text: OutputBuffer) -> ExitStatus {
    guard let path = Terminal.variable("GITHUB_STEP_SUMMARY"),
      !FileAppending.append(text.bytes, to: path)
    else { return .yes }
    Terminal.complain("\(path): cannot write the summary of the step")
    return .trouble
  }
}
