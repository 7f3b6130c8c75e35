internal import ByteStorage
internal import Glibc
internal import KernelComparison
internal import SymtypesFormat

/// `ksymtypes` of suse-kabi-tools.
struct KsymtypesTool {
  private let arguments: [String]

  init(_ arguments: [String]) { self.arguments = arguments }

  /// Returns whether there is a difference.
  func run() throws(DropInError) -> Bool {
    var words = DropInArguments(arguments)
    var isDebugging = false
    let command = try DropInTool.command(&words, isDebugging: &isDebugging)
    guard ["consolidate", "split", "compare"].contains(command) else {
      throw DropInError("Unrecognized command '\(command)'")
    }
    let options = try Options(command, words)
    var input = DropInSymtypes(isDebugging: isDebugging)
    switch command {
    case "consolidate": try consolidate(options, &input)
    case "split": try split(options, &input)
    default: return try compare(options, &input)
    }
    return false
  }

  private func consolidate(
    _ options: Options, _ input: inout DropInSymtypes
  ) throws(DropInError) {
    let tree = try input.read(options.operands[0], as: .directory)
    let purpose = "Failed to write consolidated symtypes to '\(options.output)'"
    var sinks = DropInSinks()
    let sink = try sinks.create(options.output, purpose)
    SymtypesText(input.store).consolidate(tree) { piece in
      sinks.write(to: sink) { $0.append(piece.bytes) }
      piece.removeAll()
    }
    try sinks.finish(purpose)
  }

  private func split(_ options: Options, _ input: inout DropInSymtypes) throws(DropInError) {
    let tree = try input.read(options.operands[0], as: .consolidated)
    let purpose = "Failed to write split symtypes to '\(options.output)'"
    if let file = tree.files.first(where: { SymtypesText.leadsOutside($0.path) }) {
      throw DropInError("\(purpose): The path '\(file.pathText)' leads out of it")
    }
    let text = SymtypesText(input.store)
    for file in tree.files {
      var path = options.output
      for part in file.pathText.split(separator: "/").dropLast() {
        try makeDirectory(path, purpose)
        path += "/\(part)"
      }
      try makeDirectory(path, purpose)
      var sinks = DropInSinks()
      let sink = try sinks.create("\(options.output)/\(file.pathText)", purpose)
      sinks.write(to: sink) { text.write(file, to: &$0) }
      try sinks.finish(purpose)
    }
  }

  private func makeDirectory(_ path: String, _ purpose: String) throws(DropInError) {
    if unsafe mkdir(path, 0o777) == 0 || PathKind(path) == .directory { return }
    throw DropInError(purpose, "create directory", path, errno == ENOTDIR ? EEXIST : errno)
  }

  private func compare(
    _ options: Options, _ input: inout DropInSymtypes
  ) throws(DropInError) -> Bool {
    var selection: NameSelection?
    if let filter = options.filter { selection = try DropInFiles.filter(filter, input.isDebugging) }
    let old = try input.read(options.operands[0], as: .any)
    let new = try input.read(options.operands[1], as: .any)
    let purpose =
      "Failed to compare symtypes from '\(options.operands[0])' and '\(options.operands[1])'"
    var sinks = DropInSinks()
    let formats = try options.outputs.open(&sinks, purpose)
    let comparison = TypeComparison(old, new, input.store) { selection?.contains($0) ?? true }
    KsymtypesOutput(comparison, input.store).write(formats, to: &sinks)
    try sinks.finish(purpose)
    return !comparison.isEmpty
  }
}

extension KsymtypesTool {
  /// The options of a command, all of which have one or two operands.
  private struct Options {
    var output = ""
    var filter: String?
    var outputs = DropInOutputs()
    var operands: [String] = []

    init(_ command: String, _ arguments: DropInArguments) throws(DropInError) {
      var words = arguments
      var hasOutput = false
      let most = command == "compare" ? 2 : 1
      while let word = words.next() {
        switch word {
        case .operand(let path):
          guard operands.count < most else {
            throw DropInError("Excess \(command) argument '\(path)' specified")
          }
          operands.append(path)
        case .option(let option):
          if let value = try words.value(of: option, short: "-j", long: "--jobs") {
            try Options.checkJobs(value, option)
          } else if command != "compare",
            let value = try words.value(of: option, short: "-o", long: "--output")
          {
            output = value
            hasOutput = true
          } else if command == "compare",
            let value = try words.value(of: option, long: "--filter-symbol-list")
          {
            filter = value
          } else {
            let isFormat = command == "compare" ? try outputs.take(option, &words) : false
            if !isFormat { throw DropInTool.unknown(option, of: command) }
          }
        }
      }
      if command != "compare", !hasOutput {
        throw DropInError("The \(command) output is missing")
      }
      guard operands.count < most else { return }
      let which = most == 1 ? "" : operands.isEmpty ? "first " : "second "
      throw DropInError("The \(which)\(command) source is missing")
    }

    /// The number of threads has no effect: reading is a small part of the work.
    private static func checkJobs(_ value: String, _ option: String) throws(DropInError) {
      let digits = value.hasPrefix("+") && value.utf8.count > 1 ? value.dropFirst() : value[...]
      let problem: String?
      if value.isEmpty {
        problem = TextFailure.NumberDefect.empty.words
      } else if !digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
        problem = TextFailure.NumberDefect.badDigit.words
      } else if let number = UInt64(digits) {
        problem = number == 0 ? "must be positive" : nil
      } else {
        problem = TextFailure.NumberDefect.tooLarge.words
      }
      if let problem { throw DropInError("Invalid value for '\(option)': \(problem)") }
    }
  }
}
