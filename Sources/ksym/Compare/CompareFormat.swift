internal import ArgumentParser

/// How a comparison is written.
enum CompareFormat: ExpressibleByArgument, Equatable {
  case text, json
  case ksymvers(KsymversFormat)

  init?(argument: String) {
    switch argument {
    case "text": self = .text
    case "json": self = .json
    case "ksymvers": self = .ksymvers(.pretty)
    default:
      let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0] == "ksymvers",
        let format = KsymversFormat(rawValue: String(parts[1]))
      else { return nil }
      self = .ksymvers(format)
    }
  }

  var defaultValueDescription: String { "text" }

  static var allValueStrings: [String] { ["text", "json"] + ksymversNames }

  static var ksymversNames: [String] {
    ["ksymvers"] + KsymversFormat.allCases.map { "ksymvers:\($0.rawValue)" }
  }

  var ksymvers: KsymversFormat? {
    if case .ksymvers(let format) = self { format } else { nil }
  }
}
