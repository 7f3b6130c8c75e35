internal import ByteStorage
internal import Livepatching
internal import ModuleLoading

/// Formats the answers of `ksym check`.
struct CheckReport {
  let terminal: Terminal
  let isJSON: Bool
  let showsReadable: Bool
  let isVerbose: Bool
  /// Whether several kernels are asked, which gives a table.
  let isTable: Bool

  private var kernelPath = ""
  private var release: String?
  private var matrix = VerdictMatrix()
  private(set) var status = ExitStatus.yes
  private var output = OutputBuffer(reserving: 1 << 16)
  private var counts: [LoadVerdict: Int] = [:]
  private var unreadable = 0
  private var assumed: [LoadAssumption] = []
  /// Modules that load without a word are named up to a number; the summary counts the rest.
  private var loadsShown = 0
  private static let loadsToShow = 12

  init(
    terminal: Terminal, isJSON: Bool, showsReadable: Bool, isVerbose: Bool, isTable: Bool
  ) {
    self.terminal = terminal
    self.isTable = isTable
    self.isJSON = isJSON
    self.showsReadable = showsReadable
    self.isVerbose = isVerbose
  }

  /// What follows is about this kernel.
  mutating func begin(path: String, release: String?) {
    (kernelPath, self.release) = (path, release)
    matrix.begin(release ?? path)
    loadsShown = 0
    if isTable, isVerbose, !isJSON { output.append("\(plain(release ?? path)):\n") }
  }

  mutating func describePreloaded(_ answer: ModuleChecker.Answer) {
    status = max(status, answer.complainIfNotPreloaded())
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
      if isTable {
        matrix.add(outcome.path, colour(outcome.verdict))
        note(outcome.assumed)
      }
      if isJSON {
        writeJSON(outcome)
      } else if !isTable || isVerbose {
        writeText(outcome)
      }
      if output.bytes.count > 1 << 15 { Terminal.write(&output) }
    }
  }

  /// Writes what is left: the summary of many modules, and what was assumed.
  mutating func finish() {
    if !isJSON {
      let total = counts.values.reduce(0, +)
      if isTable {
        matrix.write(to: &output)
      } else if total > 1 || unreadable > 0 {
        writeSummary(total)
      }
      if !assumed.isEmpty, total > 0 {
        output.append("\(terminal.faint("assumed: \(assumed.map(\.words).joined(separator: "; "))"))\n")
      }
    }
    Terminal.write(&output)
  }

  // MARK: Text

  private mutating func note(_ found: [LoadAssumption]) {
    for one in found where !assumed.contains(one) { assumed.append(one) }
  }

  private func colour(_ verdict: LoadVerdict) -> String {
    switch verdict {
    case .loads: terminal.good("loads")
    case .refused: terminal.bad("refused")
    case .undecided: terminal.doubtful("undecided")
    }
  }

  private mutating func writeText(_ outcome: LoadOutcome) {
    note(outcome.assumed)
    if outcome.verdict == .loads, outcome.log.isEmpty, outcome.symbols.isEmpty {
      if isVerbose || loadsShown < CheckReport.loadsToShow {
        loadsShown += 1
        output.append("\(padded(terminal.good("loads"), to: 11))\(plain(outcome.path))\n")
      }
      return
    }
    let verdict = colour(outcome.verdict)
    let errno = outcome.errno.map { "  \($0)" } ?? ""
    output.append("\(padded(verdict, to: 11))\(plain(outcome.path))\(errno)\n")
    for line in outcome.log { output.append("    \(plain(line))\n") }
    for problem in outcome.symbols { writeText(problem) }
    for cause in outcome.causes { output.append("  \(terminal.doubtful("=>")) \(plain(cause.words))\n") }
  }

  private mutating func writeText(_ problem: SymbolProblem) {
    let readable = showsReadable ? readableName(problem.name) : nil
    let name =
      readable.map { "\($0) \(terminal.faint("(\(problem.name))"))" } ?? plain(problem.name)
    var parts = [problem.words]
    if let required = problem.required { parts.append("required \(checksum(required))") }
    if let provided = problem.provided { parts.append("provided \(checksum(provided))") }
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
    var json = OutputBuffer()
    json.beginObject()
    json.member("module", outcome.path)
    json.member("name", outcome.name)
    json.key("kernel")
    json.beginObject()
    json.member("path", kernelPath)
    json.member("release", optional: release)
    json.endObject()
    json.member("verdict", outcome.verdict.rawValue)
    json.member("errno", optional: outcome.errno?.name)
    json.member("log", outcome.log)
    json.member("taints", outcome.taintLog)
    json.key("symbols")
    json.beginArray()
    for problem in outcome.symbols { writeJSON(problem, &json) }
    json.endArray()
    json.member("causes", outcome.causes.map(\.words))
    json.member("causeCodes", outcome.causes.map(\.code.rawValue))
    json.member("assumed", outcome.assumed.map(\.words))
    json.member("assumedCodes", outcome.assumed.map(\.code.rawValue))
    json.endLine()
    output.append(json.bytes)
  }

  private func writeJSON(_ problem: SymbolProblem, _ json: inout OutputBuffer) {
    json.beginObject()
    json.member("name", problem.name)
    if showsReadable, let readable = readableName(problem.name) {
      json.member("readable", readable)
    }
    json.member("required", optional: problem.required.map { checksum($0) })
    json.member("provided", optional: problem.provided.map { checksum($0) })
    json.member("provider", optional: problem.provider)
    json.member("problem", optional: problem.problem?.rawValue)
    json.endObject()
  }
}
