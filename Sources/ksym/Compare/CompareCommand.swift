internal import ArgumentParser
internal import ByteStorage
internal import KernelComparison

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Show what a kernel update changes for modules: exports, versions, types, owners.",
    usage: "ksym compare [<options>] <old> <new>",
    discussion: """
      Compares what two kernels export: additions, removals, versions (CRCs), types (GPL-only or \
      not), namespaces and owners. A kernel is a Module.symvers of any age and compression, an image, a \
      directory with one, or a release.

      Examples:
        ksym compare old/Module.symvers new/Module.symvers
        ksym compare 6.12.107+deb13-amd64 6.12.117+deb13-amd64
        ksym compare --rules severities old.symvers new.symvers
        ksym compare --list Module.kabi_x86_64 new.symvers
        ksym compare --rules ignore-changes --convert-rules
        ksym compare --format ksymvers:short old.symvers new.symvers

      Rules excuse changes: severities of suse-kabi-tools ([TYPE] PATTERN PASS|FAIL, first match \
      counts), those of SUSE's older kabi.pl, what Debian and Ubuntu ignore, and lists of symbols, which \
      excuse changes of all others. Lists select symbols: Red Hat's stablelists and Module.kabi files, \
      Oracle's lockedlists, Debian's ABI files, Android's symbol lists, names and patterns. Their form is \
      recognised. A list with versions can take the place of the old kernel.

      Called as ksymvers or ksymtypes (a link, or the first word), ksym takes the command lines of those \
      tools of suse-kabi-tools.

      JSON, one object: old, new {path, exports}, versionsKnown, changes [{name, change, old, new, \
      owner, verdict, rule}], counts {added, removed, version, type, namespace, owner, excused, breaking}, \
      unusedRules.

      Exit status: 0 nothing changed that breaks modules; 1 something did; 2 a file cannot be read.
      """)

  @Option(
    name: [.customShort("r"), .long],
    help: ArgumentHelp("Rules that excuse changes, in any form.", valueName: "file"),
    completion: .file())
  var rules: String?

  @Option(
    help: ArgumentHelp(
      "Look only at the symbols of this list (repeatable: any of them counts).", valueName: "file"),
    completion: .file())
  var list: [String] = []

  @Flag(help: "Print the rules as severities of suse-kabi-tools, and compare nothing.")
  var convertRules = false

  @Flag(help: "Report rules that decide about no export of either kernel.") var unusedRules = false

  @Option(
    help: ArgumentHelp(
      "Output format: text, json, or one of those of suse-kabi-tools.",
      valueName: "format"),
    completion: .list(["text", "json"] + CompareFormat.ksymversNames))
  var format: CompareFormat = .text

  @Option(help: ArgumentHelp("List at most this many names of a kind.", valueName: "n"))
  var top = 10

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption
  @OptionGroup var colour: ColourOption
  @OptionGroup var readable: ReadableOption
  @OptionGroup var input: InputOptions

  @Argument(
    help: ArgumentHelp("The old kernel and the new one.", valueName: "files"),
    completion: .file())
  var paths: [String] = []

  func validate() throws {
    if top < 0 { throw ValidationError("--top must not be negative") }
    if convertRules {
      guard rules != nil else { throw ValidationError("--convert-rules needs --rules") }
      guard paths.isEmpty else { throw ValidationError("--convert-rules takes no kernels") }
      return
    }
    guard paths.count == 2 || paths.count == 1 && !list.isEmpty else {
      throw ValidationError("two kernels are compared: the old one and the new one")
    }
    if unusedRules, rules == nil { throw ValidationError("--unused-rules needs --rules") }
  }

  func run() throws {
    quiet.apply()
    let sources = CompareSources(limit: input.limit)
    let rules = try rules.map { try sources.rules($0) }
    if convertRules {
      var output = OutputBuffer()
      for rule in rules?.rules ?? [] { output.append(rule.words + "\n") }
      Terminal.writeMachineLines(&output)
      return
    }
    let list = try sources.list(list)
    var sides = try paths.map { try sources.side($0) }
    if sides.count == 1 {
      guard let expected = list?.expected else {
        throw Terminal.trouble(
          "\(self.list.joined(separator: ", ")): has no versions to compare with: name two kernels")
      }
      sides.insert(CompareSide(path: self.list.joined(separator: ", "), records: expected), at: 0)
    }
    let isExact = format.ksymvers != nil
    let comparison = ExportComparison(
      sides[0].records, sides[1].records, selection: list?.selection, rules: rules,
      aspects: isExact ? [] : [.namespaces, .owners, .knownVersions])
    if let format = format.ksymvers, !json.isWanted {
      var sinks = DropInSinks()
      KsymversOutput(comparison).write([(format, 0)], to: &sinks)
      do throws(DropInError) { try sinks.finish("standard output") } catch {
        throw Terminal.trouble(error.message)
      }
    } else {
      let report = CompareReport(
        comparison: comparison, sides: sides, rules: rules, rulesPath: self.rules,
        showsUnused: unusedRules, top: input.isVerbose ? .max : top,
        showsReadable: readable.isWanted, terminal: colour.terminal)
      var output = OutputBuffer(reserving: 1 << 16)
      if json.isWanted || format == .json {
        report.writeJSON(to: &output)
      } else {
        report.write(to: &output)
      }
      Terminal.write(&output)
    }
    if unusedRules, isExact, let rules, let path = self.rules {
      for line in CompareReport.unusedRules(rules, sides, path) { Terminal.complain(line) }
    }
    throw ExitCode((comparison.isBreaking ? ExitStatus.no : ExitStatus.yes).rawValue)
  }
}

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
