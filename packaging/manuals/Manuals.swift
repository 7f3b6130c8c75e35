import Foundation

// Writes the manual pages of ksym from what the command says of itself:
//
//   ksym --experimental-dump-help | manuals OUTPUT-DIRECTORY VERSION
//
// One page for the command and one for each subcommand, nested ones too: ksym-table-build(1). What a page says is written in the sources
// of the command only, so that help and manual cannot differ.

/// The part of the argument parser's description (ToolInfo) that pages need.
struct Tool: Decodable { let command: Command }

struct Command: Decodable {
  let commandName: String
  let abstract: String?
  let discussion: String?
  let arguments: [Argument]?
  let subcommands: [Command]?
}

struct Argument: Decodable {
  struct Name: Decodable {
    let kind: String
    let name: String

    var spelled: String { (kind == "long" ? "--" : "-") + name }
  }

  let kind: String
  let abstract: String?
  let names: [Name]?
  let valueName: String?
  let defaultValue: String?
  let allValues: [String]?
  let isOptional: Bool
  let isRepeating: Bool
  let shouldDisplay: Bool
}

/// One page, written with the man(7) macros.
struct Page {
  var text = ""

  /// Makes `words` safe as text of a page.
  static func escaped(_ words: String) -> String {
    let escaped = words.replacingOccurrences(of: "\\", with: "\\e")
      .replacingOccurrences(of: "-", with: "\\-")
      .replacingOccurrences(of: "…", with: "...")
      .replacingOccurrences(of: "'", with: "\\(aq")
    return escaped.hasPrefix(".") ? "\\&" + escaped : escaped
  }

  mutating func macro(_ line: String) { text += line + "\n" }
  mutating func words(_ words: String) { text += Page.escaped(words) + "\n" }

  /// Paragraphs of a discussion. One that opens with "Title:" becomes a section of that title.
  mutating func discussion(_ discussion: String) {
    for paragraph in discussion.components(separatedBy: "\n\n") {
      let lines = paragraph.components(separatedBy: "\n")
      let (title, rest) = Page.titled(lines[0])
      if let title { macro(".SH \(title)") } else { macro(".PP") }
      if !rest.isEmpty { words(title == "EXIT STATUS" ? Page.withWrongUsage(rest) : rest) }
      let indented = lines.dropFirst()
      guard !indented.isEmpty else { continue }
      // Examples fit 80 columns two to the right of the margin.
      macro(".PP\n.nf\n.in 2n")
      for line in indented { words(line.trimmingCharacters(in: .whitespaces)) }
      macro(".in\n.fi")
    }
  }

  /// Section titles that a paragraph may open with, and what they become.
  static let titles = [
    "Examples:": "EXAMPLES", "Exit status:": "EXIT STATUS", "Formats:": "OUTPUT FORMATS",
    "JSON, ": "JSON",
  ]

  /// A paragraph of statuses with that of a wrong command line, which help does not repeat.
  static func withWrongUsage(_ paragraph: String) -> String {
    guard !paragraph.contains("64"), paragraph.hasSuffix(".") else { return paragraph }
    return paragraph.dropLast() + "; 64 the command line is wrong."
  }

  static func titled(_ line: String) -> (title: String?, rest: String) {
    for (opening, title) in titles where line.hasPrefix(opening) {
      let rest = line.dropFirst(opening.count).drop { $0 == " " }
      return (title, rest.prefix(1).uppercased() + rest.dropFirst())
    }
    return (nil, line)
  }

  mutating func option(_ argument: Argument) {
    let value =
      argument.kind == "option" ? " \\fI\(Page.escaped(argument.valueName ?? "value"))\\fR" : ""
    let names = (argument.names ?? []).sorted { $0.kind > $1.kind }
    macro(".TP")
    macro(names.map { "\\fB\(Page.escaped($0.spelled))\\fR\(value)" }.joined(separator: ", "))
    // A default that depends on the machine has no place in a page.
    let standard = argument.defaultValue.map { " The default is \($0)." } ?? ""
    let values = argument.allValues.map { " One of \($0.joined(separator: ", "))." } ?? ""
    let abstract = argument.abstract ?? ""
    // Repeated so that a second one can be refused.
    let isSaid = abstract.contains("repeatable") || abstract.contains("one only")
    let again =
      argument.kind == "option" && argument.isRepeating && !isSaid
      ? " May be given more than once." : ""
    words(abstract + values + standard + again)
  }
}

@main
struct Manuals {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
      FileHandle.standardError.write(Data("usage: manuals OUTPUT-DIRECTORY VERSION\n".utf8))
      exit(64)
    }
    let tool = try JSONDecoder().decode(
      Tool.self, from: FileHandle.standardInput.readDataToEndOfFile())
    let root = tool.command
    try write(root, names: [root.commandName], siblings: [], arguments)
  }

  /// Writes the page of a command, and those of its subcommands.
  static func write(
    _ command: Command, names: [String], siblings: [[String]], _ arguments: [String]
  ) throws {
    let subcommands = (command.subcommands ?? []).filter { $0.commandName != "help" }
    let title = names.joined(separator: "-")
    let spelled = names.joined(separator: " ")
    var page = Page()
    page.macro(".\\\" Generated by packaging/generate.sh from the command's own help.")
    page.macro(".TH \(title.uppercased()) 1 \"\" \"ksym \(arguments[2])\" \"User Commands\"")
    page.macro(".SH NAME")
    page.words("\(title) - \(sentence(command.abstract))")
    page.macro(".SH SYNOPSIS")
    synopsis(command, spelled, subcommands, &page)
    page.macro(".SH DESCRIPTION")
    page.words(command.abstract ?? "")
    // Examples and statuses come after the options, as in other pages.
    let (description, sections) = split(command.discussion ?? "")
    if !description.isEmpty { page.discussion(description) }
    if !subcommands.isEmpty {
      page.macro(".SH COMMANDS")
      for other in subcommands {
        page.macro(".TP\n\\fB\(Page.escaped("\(title)-\(other.commandName)"))\\fR(1)")
        page.words(other.abstract ?? "")
      }
    }
    options(command, &page)
    if !sections.isEmpty { page.discussion(sections) }
    environment(command, &page)
    page.macro(".SH SEE ALSO")
    let below = subcommands.map { names + [$0.commandName] }
    let above = names.count > 1 ? [Array(names.dropLast())] : []
    let references = (above + siblings + below).map { $0.joined(separator: "-") }
      .filter { $0 != title }
    page.macro(
      (references.map { "\\fB\(Page.escaped($0))\\fR(1)" }
        + ["\\fBmodprobe\\fR(8)", "\\fBdepmod\\fR(8)", "\\fBmodinfo\\fR(8)"]).joined(
          separator: ",\n"))
    let path = "\(arguments[1])/\(title).1"
    try page.text.write(toFile: path, atomically: true, encoding: .utf8)
    for subcommand in subcommands {
      try write(subcommand, names: names + [subcommand.commandName], siblings: below, arguments)
    }
  }

  static func sentence(_ abstract: String?) -> String {
    var words = abstract ?? ""
    if words.hasSuffix(".") { words.removeLast() }
    return words.prefix(1).lowercased() + words.dropFirst()
  }

  static func split(_ discussion: String) -> (description: String, sections: String) {
    let paragraphs = discussion.components(separatedBy: "\n\n")
    let isSection = { (paragraph: String) in Page.titled(paragraph).title != nil }
    return (
      paragraphs.filter { !isSection($0) }.joined(separator: "\n\n"),
      paragraphs.filter(isSection).joined(separator: "\n\n")
    )
  }

  static func synopsis(
    _ command: Command, _ spelled: String, _ subcommands: [Command], _ page: inout Page
  ) {
    let positional = (command.arguments ?? []).filter {
      $0.kind == "positional" && $0.shouldDisplay
    }
    var line = "\\fB\(Page.escaped(spelled))\\fR"
    if subcommands.isEmpty {
      line += " [\\fIoptions\\fR]"
    } else {
      line += " \\fIcommand\\fR [\\fIoptions\\fR]"
    }
    for argument in positional {
      let name = "\\fI\(Page.escaped(argument.valueName ?? "argument"))\\fR"
      let repeated = argument.isRepeating ? "..." : ""
      line += argument.isOptional ? " [\(name)\(repeated)]" : " \(name)\(repeated)"
    }
    page.macro(line)
  }

  static func environment(_ command: Command, _ page: inout Page) {
    page.macro(".SH ENVIRONMENT")
    let names = (command.arguments ?? []).flatMap { $0.names ?? [] }.map(\.name)
    if command.subcommands?.isEmpty == false || names.contains("color") {
      page.macro(".TP\n\\fBNO_COLOR\\fR")
      page.words("If set and not empty, nothing is coloured, except with --color always.")
    }
    if names.contains("sign") {
      page.macro(".TP\n\\fBKBUILD_SIGN_PIN\\fR")
      page.words("The passphrase of the private key.")
    }
    page.macro(".TP\n\\fBTERM\\fR")
    page.words("If dumb, nothing is coloured, and no counter is shown.")
  }

  static func options(_ command: Command, _ page: inout Page) {
    let shown = (command.arguments ?? []).filter(\.shouldDisplay)
    let positional = shown.filter { $0.kind == "positional" }
    if !positional.isEmpty { page.macro(".SH ARGUMENTS") }
    for argument in positional {
      page.macro(".TP\n\\fI\(Page.escaped(argument.valueName ?? "argument"))\\fR")
      page.words(argument.abstract ?? "")
    }
    page.macro(".SH OPTIONS")
    for argument in shown where argument.kind != "positional" { page.option(argument) }
  }
}
