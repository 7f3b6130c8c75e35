internal import ByteStorage
internal import ModuleLoading

/// Formats the answers of `ksym check`.
struct CheckReport {
  let terminal: Terminal
  let kernelPath: String
  let release: String?
  let isJSON: Bool
  let showsReadable: Bool
  let isVerbose: Bool

  private(set) var status = ExitStatus.yes
  private var output = OutputBuffer(reserving: 1 << 16)
  private var counts: [LoadVerdict: Int] = [:]
  private var unreadable = 0
  private var assumed: [String] = []
  /// Modules that load without a word are named up to a number; the summary counts the rest.
  private var loadsShown = 0
  private static let loadsToShow = 12

  init(
    terminal: Terminal, kernelPath: String, release: String?, isJSON: Bool, showsReadable: Bool,
    isVerbose: Bool
  ) {
    self.terminal = terminal
    self.kernelPath = kernelPath
    self.release = release
    self.isJSON = isJSON
    self.showsReadable = showsReadable
    self.isVerbose = isVerbose
  }

  /// A module of `--with` that is not loaded is left out, which the user should know.
  mutating func describePreloaded(_ answer: ModuleChecker.Answer) {
    switch answer {
    case .unreadable(let error):
      status = max(status, .trouble)
      Terminal.complain("--with \(error)")
    case .outcome(let outcome):
      guard outcome.verdict != .loads else { return }
      let reason = outcome.log.last ?? outcome.causes.first ?? outcome.errno?.rawValue ?? ""
      Terminal.complain("--with \(outcome.path): \(outcome.verdict.rawValue), left out: \(reason)")
    }
  }

  mutating func describe(_ answer: ModuleChecker.Answer) {
    switch answer {
    case .unreadable(let error):
      unreadable += 1
      status = max(status, .trouble)
      Terminal.write(&output)
      Terminal.complain("\(error)")
    case .outcome(let outcome):
      counts[outcome.verdict, default: 0] += 1
      switch outcome.verdict {
      case .loads: break
      case .refused: status = max(status, .no)
      case .undecided: status = max(status, .trouble)
      }
      if isJSON { writeJSON(outcome) } else { writeText(outcome) }
      if output.bytes.count > 1 << 15 { Terminal.write(&output) }
    }
  }

  /// Writes what is left: the summary of many modules, and what was assumed.
  mutating func finish() {
    if !isJSON {
      let total = counts.values.reduce(0, +)
      if total > 1 || unreadable > 0 { writeSummary(total) }
      if !assumed.isEmpty, total > 0 {
        output.append("\(terminal.faint("assumed: \(assumed.joined(separator: "; "))"))\n")
      }
    }
    Terminal.write(&output)
  }

  // MARK: Text

  private mutating func writeText(_ outcome: LoadOutcome) {
    for line in outcome.assumed where !assumed.contains(line) { assumed.append(line) }
    if outcome.verdict == .loads, outcome.log.isEmpty, outcome.symbols.isEmpty {
      if isVerbose || loadsShown < CheckReport.loadsToShow {
        loadsShown += 1
        output.append("\(terminal.good("loads"))      \(plain(outcome.path))\n")
      }
      return
    }
    let verdict: String
    switch outcome.verdict {
    case .loads: verdict = terminal.good("loads")
    case .refused: verdict = terminal.bad("refused")
    case .undecided: verdict = terminal.doubtful("undecided")
    }
    let errno = outcome.errno.map { "  \($0.rawValue)" } ?? ""
    let padding = String(repeating: " ", count: 11 - outcome.verdict.rawValue.count)
    output.append("\(verdict)\(padding)\(plain(outcome.path))\(errno)\n")
    for line in outcome.log { output.append("    \(plain(line))\n") }
    for problem in outcome.symbols { writeText(problem) }
    for cause in outcome.causes { output.append("  \(terminal.doubtful("=>")) \(plain(cause))\n") }
  }

  private mutating func writeText(_ problem: SymbolProblem) {
    let readable = showsReadable ? readableName(problem.name) : nil
    let name =
      readable.map { "\($0) \(terminal.faint("(\(problem.name))"))" } ?? plain(problem.name)
    var parts: [String] = []
    switch problem.problem {
    case .crc: parts.append("versions differ")
    case .missing: parts.append("nobody exports it")
    case .gplOnly: parts.append("for GPL-compatible modules only")
    case .namespace: parts.append("namespace not imported")
    case .unversioned: parts.append("the module carries no version")
    case .proprietary: parts.append("exported by a proprietary module")
    case .duplicateExport: parts.append("already exported")
    case .malformed: parts.append("malformed symbol")
    case nil: parts.append("fine")
    }
    if let required = problem.required { parts.append("required \(hexadecimal(required))") }
    if let provided = problem.provided { parts.append("provided \(hexadecimal(UInt64(provided)))") }
    if let provider = problem.provider { parts.append("by \(plain(provider))") }
    output.append("  \(terminal.strong("*")) \(name): \(parts.joined(separator: ", "))\n")
  }

  private mutating func writeSummary(_ total: Int) {
    var parts: [String] = []
    func add(_ verdict: LoadVerdict, _ word: String) {
      if let count = counts[verdict] { parts.append("\(count) \(word)") }
    }
    add(.loads, "load")
    add(.refused, "refused")
    add(.undecided, "undecided")
    if unreadable > 0 { parts.append("\(unreadable) unreadable") }
    let kernel = release ?? kernelPath
    output.append("\(total) modules on \(kernel): \(parts.joined(separator: ", "))\n")
  }

  // MARK: JSON

  private mutating func writeJSON(_ outcome: LoadOutcome) {
    var json = JSONWriter()
    json.beginObject()
    json.member("module", outcome.path)
    json.member("name", outcome.name)
    json.key("kernel")
    json.beginObject()
    json.member("path", kernelPath)
    json.member("release", optional: release)
    json.endObject()
    json.member("verdict", outcome.verdict.rawValue)
    json.member("errno", optional: outcome.errno?.rawValue)
    json.member("log", outcome.log)
    json.member("taints", outcome.taintLog)
    json.key("symbols")
    json.beginArray()
    for problem in outcome.symbols { writeJSON(problem, &json) }
    json.endArray()
    json.member("causes", outcome.causes)
    json.member("assumed", outcome.assumed)
    json.endObject()
    json.endLine()
    output.append(json.output.bytes)
  }

  private func writeJSON(_ problem: SymbolProblem, _ json: inout JSONWriter) {
    json.beginObject()
    json.member("name", problem.name)
    if showsReadable, let readable = readableName(problem.name) {
      json.member("readable", readable)
    }
    json.member("required", optional: problem.required.map(hexadecimal))
    json.member("provided", optional: problem.provided.map { hexadecimal(UInt64($0)) })
    json.member("provider", optional: problem.provider)
    json.member("problem", optional: problem.problem?.rawValue)
    json.endObject()
  }
}
