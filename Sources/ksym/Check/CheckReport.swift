internal import ByteStorage
internal import KernelReleases
internal import Livepatching
internal import ModuleLoading

struct CheckReport {
  var verdicts: VerdictReport
  /// How the modules compare with others of the same names, if that was asked.
  var sameAs: SameAsReport?
  private let showsReadable: Bool
  /// Collects versions that differ, if they are to be explained.
  var explanation: CheckExplanation?
  /// Whether all symbols of a module are listed, and what depmod says falsely.
  private let showsAll: Bool
  private var frequencies = CauseFrequencies()
  private var counts: [LoadVerdict: Int] = [:]
  private var unreadable = 0
  /// Modules that load silently are named up to a number; the summary counts the rest.
  private var loadsShown = 0
  private var loadsHidden = 0
  private static let loadsToShow = 12
  /// Most symbols of a module to show, unless all are asked for.
  static let mostShown = 12

  init(_ verdicts: VerdictReport, showsReadable: Bool, showsAll: Bool = false) {
    self.showsAll = showsAll
    self.verdicts = verdicts
    self.showsReadable = showsReadable
  }

  mutating func begin(path: String, release: String?) {
    verdicts.begin(path: path, release: release)
    loadsShown = 0
    explanation?.begin(path: path, release: release)
  }

  mutating func describe(_ answer: LoadAnswer<LoadOutcome>) {
    if answer.isPreloaded {
      verdicts.add(preloaded: answer.result)
      return
    }
    switch answer.result {
    case .failure(let error):
      unreadable += 1
      if verdicts.isForGitHub { annotate(error) }
      verdicts.add(unreadable: error)
    case .success(let outcome):
      counts[outcome.verdict, default: 0] += 1
      explanation?.add(outcome)
      frequencies.add(outcome)
      verdicts.add(outcome.path, outcome.verdict.rawValue, outcome.verdict.status, outcome.assumed)
      let isGood = outcome.verdict == .loads
      if verdicts.leavesOutGood, isGood, !verdicts.isJSON || sameAs?.isSame(outcome.path) ?? true {
        return
      }
      if verdicts.isForGitHub { annotate(outcome) }
      if verdicts.isJSON { writeJSON(outcome) } else if verdicts.writesText { writeText(outcome) }
      verdicts.flush()
    }
  }

  /// Writes what is left: the summary of many modules, and what was assumed.
  mutating func finish() {
    let total = counts.values.reduce(0, +)
    verdicts.finish(summary: total > 1 || unreadable > 0 ? summary(total) : "")
    guard let sameAs, !verdicts.isJSON, !verdicts.isForGitHub else { return }
    var output = OutputBuffer()
    sameAs.write(to: &output, verdicts.terminal, onlyDifferent: verdicts.leavesOutGood)
    Terminal.write(&output)
  }

  var status: ExitStatus {
    max(verdicts.status, sameAs?.status ?? .yes)
  }

  // MARK: Text

  private mutating func writeText(_ outcome: LoadOutcome) {
    let isPlain =
      outcome.log.isEmpty && outcome.symbols.isEmpty && outcome.causes.isEmpty
      && !outcome.isLivepatch
    if outcome.verdict == .loads, isPlain {
      guard verdicts.isVerbose || loadsShown < CheckReport.loadsToShow else {
        loadsHidden += 1
        return
      }
      loadsShown += 1
    }
    verdicts.writeHead(
      outcome.path, outcome.verdict.rawValue, outcome.verdict.status, width: 11, outcome.errno,
      verdicts.isVerbose ? outcome.taintLog + outcome.log : CheckReport.capped(outcome.log))
    let shown =
      showsAll ? outcome.symbols[...] : outcome.symbols.prefix(CheckReport.mostShown)
    for problem in shown { writeText(problem) }
    if shown.count < outcome.symbols.count {
      verdicts.output.append(
        "  \(Sign.ellipsis) \(outcome.symbols.count - shown.count) more symbols (--verbose lists them)\n"
      )
    }
    let advice =
      outcome.isLivepatch && outcome.verdict == .loads
      ? ["this is a livepatch: ksym livepatch says whether it applies"] : []
    verdicts.writeHints(outcome.causes.map(\.words) + advice + depmodErrors(of: outcome))
  }

  /// What depmod says, and no kernel.
  private func depmodErrors(of outcome: LoadOutcome) -> [String] {
    guard showsAll, !outcome.depmodErrs.isEmpty else { return [] }
    let names = outcome.depmodErrs.prefix(3).joined(separator: ", ")
    let more = outcome.depmodErrs.count > 3 ? ", \(Sign.ellipsis)" : ""
    return [
      "depmod -e -E reports falsely that it disagrees about the version of "
        + "\(counted(outcome.depmodErrs.count, "symbol")), which it does not find: \(names)\(more)"
    ]
  }

  private mutating func writeText(_ problem: SymbolProblem) {
    let readable = showsReadable ? readableName(problem.name) : nil
    let name =
      readable.map { "\($0) \(verdicts.terminal.faint("(\(problem.name))"))" }
      ?? plain(problem.name)
    var parts = [problem.words]
    if let required = problem.required { parts.append("required \(checksum(required))") }
    if let provided = problem.provided { parts.append("provided \(checksum(provided))") }
    if let provider = problem.provider { parts.append("by \(plain(provider))") }
    verdicts.output.append(
      "  \(verdicts.terminal.strong("*")) \(name): \(parts.joined(separator: ", "))\n")
  }

  /// The first lines, and how many more there are.
  private static func capped(_ log: [String]) -> [String] {
    guard log.count > mostShown + 1 else { return log }
    return log.prefix(mostShown) + ["\(Sign.ellipsis) \(log.count - mostShown) more lines"]
  }

  private func summary(_ total: Int) -> String {
    var parts: [String] = []
    func add(_ verdict: LoadVerdict, _ word: String) {
      if let count = counts[verdict] { parts.append("\(count) \(word)") }
    }
    add(.loads, "load")
    add(.refused, "refused")
    add(.crashes, "crash the kernel")
    add(.undecided, "undecided")
    if unreadable > 0 { parts.append("\(unreadable) unreadable") }
    let kernel = verdicts.release ?? verdicts.kernelPath
    let hidden =
      loadsHidden > 0
      ? "\(Sign.ellipsis)          \(loadsHidden) more load (--verbose lists them)\n" : ""
    return hidden + "\(total) modules on \(kernel): \(parts.joined(separator: ", "))\n"
      + frequencies.lines.map { "  \(plain($0))\n" }.joined()
  }

  private mutating func writeJSON(_ outcome: LoadOutcome) {
    verdicts.json.write(outcome, showsReadable: showsReadable, to: &verdicts.output) { json in
      sameAs?.writeJSON(outcome.path, &json)
    }
    verdicts.output.append(UInt8(ascii: "\n"))
  }
}

extension LoadVerdict {
  fileprivate var status: ExitStatus {
    switch self {
    case .loads: .yes
    case .refused, .crashes: .no
    case .undecided: .trouble
    }
  }
}
