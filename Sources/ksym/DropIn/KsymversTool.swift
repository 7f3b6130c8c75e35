internal import ArgumentParser
internal import ByteStorage
internal import KernelComparison

/// `ksymvers` of suse-kabi-tools.
struct KsymversTool {
  private let arguments: [String]
  private var isDebugging = false

  init(_ arguments: [String]) { self.arguments = arguments }

  /// Returns whether there is a breaking change.
  func run() throws(DropInError) -> Bool {
    var words = DropInArguments(arguments)
    var tool = self
    switch try DropInTool.command(&words, isDebugging: &tool.isDebugging) {
    case "compare": return try tool.compare(words)
    case "unused-rules":
      try tool.reportUnusedRules(words)
      return false
    case let command: throw DropInError("Unrecognized command '\(command)'")
    }
  }

  private func compare(_ arguments: DropInArguments) throws(DropInError) -> Bool {
    var words = arguments
    var (filterPath, rulesPath): (String?, String?)
    var outputs = DropInOutputs()
    var operands: [String] = []
    while let word = words.next() {
      switch word {
      case .operand(let path):
        guard operands.count < 2 else {
          throw DropInError("Excess compare argument '\(path)' specified")
        }
        operands.append(path)
      case .option(let option):
        if let value = try words.value(of: option, long: "--filter-symbol-list") {
          filterPath = value
        } else if let value = try words.value(of: option, short: "-r", long: "--rules") {
          rulesPath = value
        } else if try !outputs.take(option, &words) {
          throw DropInTool.unknown(option, of: "compare")
        }
      }
    }
    guard operands.count > 0 else { throw DropInError("The first compare source is missing") }
    guard operands.count > 1 else { throw DropInError("The second compare source is missing") }
    var (selection, rules): (NameSelection?, SeverityRules?)
    if let filterPath { selection = try DropInFiles.filter(filterPath, isDebugging) }
    if let rulesPath { rules = try readRules(rulesPath) }
    let old = try records(operands[0])
    let new = try records(operands[1])
    let purpose = "Failed to compare symvers from '\(operands[0])' and '\(operands[1])'"
    var sinks = DropInSinks()
    let formats = try outputs.open(&sinks, purpose)
    let comparison = ExportComparison(old, new, selection: selection, rules: rules)
    if let problem = PatternTime.problem(rules, rulesPath)
      ?? PatternTime.problem(selection, [filterPath ?? ""])
    {
      throw DropInError("\(purpose): \(problem)")
    }
    KsymversOutput(comparison).write(formats, to: &sinks)
    try sinks.finish(purpose)
    return comparison.isBreaking
  }

  private func reportUnusedRules(_ arguments: DropInArguments) throws(DropInError) {
    var words = arguments
    var rulesPath: String?
    var paths: [String] = []
    while let word = words.next() {
      switch word {
      case .operand(let path): paths.append(path)
      case .option(let option):
        if let value = try words.value(of: option, short: "-r", long: "--rules") {
          rulesPath = value
        } else {
          throw DropInTool.unknown(option, of: "unused-rules")
        }
      }
    }
    guard let rulesPath else { throw DropInError("No severity rules file is specified") }
    guard !paths.isEmpty else { throw DropInError("No symvers file is specified") }
    let rules = try readRules(rulesPath)
    var used = RuleUse(rules)
    for path in paths { used.add(try records(path)) }
    if let problem = PatternTime.problem(rules, rulesPath) { throw DropInError(problem) }
    var output = OutputBuffer()
    for rule in used.unused {
      output.append(
        "\(rulesPath):\(rule.line): WARNING: Severity rule '\(rule.subject.rawValue) "
          + "\(rule.pattern.text) \(rule.verdict)' is unused\n")
    }
    Terminal.writeMachineLines(&output)
  }

  private func readRules(_ path: String) throws(DropInError) -> SeverityRules {
    return try DropInFiles.read(path, for: "severity rules", content: "rules data") {
      text throws(TextFailure) in try SeverityRules(parsing: text, isLenient: true)
    }
  }

  private func records(_ path: String) throws(DropInError) -> ExportRecords {
    if isDebugging { DropInTool.trace("Loading symvers data from '\(path)'") }
    return try DropInFiles.read(path, for: "symvers", content: "symvers data") {
      text throws(TextFailure) in try ExportRecords(parsing: text, as: .strict)
    }
  }
}

/// Where a comparison goes, in which formats: `-f TYPE` for standard output, and `-f TYPE:FILE`.
struct DropInOutputs {
  private var standard = KsymversFormat.pretty
  private var files: [(format: KsymversFormat, path: String)] = []

  /// Takes an option if it is that of the format.
  mutating func take(
    _ option: String, _ words: inout DropInArguments
  ) throws(DropInError) -> Bool {
    guard let value = try words.value(of: option, short: "-f", long: "--format") else {
      return false
    }
    let parts = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let format = KsymversFormat(rawValue: String(parts[0])) else {
      throw DropInError("Unrecognized format '\(parts[0])'")
    }
    if parts.count > 1 {
      files.append((format, String(parts[1])))
    } else {
      standard = format
    }
    return true
  }

  /// Makes the files.
  func open(
    _ sinks: inout DropInSinks, _ purpose: String
  ) throws(DropInError) -> [(format: KsymversFormat, sink: Int)] {
    var formats = [(format: standard, sink: 0)]
    for (format, path) in files { formats.append((format, try sinks.create(path, purpose))) }
    return formats
  }
}

extension DropInFiles {
  /// Reads a list of names.
  static func filter(_ path: String, _ isDebugging: Bool) throws(DropInError) -> NameSelection {
    try read(path, for: "symbol filters", opening: "open file", content: "symbol filters data") {
      text throws(TextFailure) in try NameSelection(filter: text, isLenient: true)
    }
  }
}

extension DropInTool {
  /// Reads the options before the command, and the command.
  static func command(
    _ words: inout DropInArguments, isDebugging: inout Bool
  ) throws(DropInError) -> String {
    while let word = words.next() {
      switch word {
      case .operand(let command): return command
      case .option("-d"), .option("--debug"): isDebugging = true
      case .option("-h"), .option("--help"): showHelp()
      case .option("--version"): finish("\(Ksym.configuration.version)\n")
      case .option(let option): throw DropInError("Unrecognized global option '\(option)'")
      }
    }
    throw DropInError("No command specified")
  }

  static func unknown(_ option: String, of command: String) -> DropInError {
    if option == "-h" || option == "--help" { showHelp() }
    return DropInError("Unrecognized \(command) option '\(option)'")
  }

  static func trace(_ line: String) {
    var output = OutputBuffer()
    output.append(line + "\n")
    _ = output.write(to: 2)
  }
}
