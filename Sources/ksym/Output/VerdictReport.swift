internal import ByteStorage
internal import KernelReleases
internal import Livepatching
internal import ModuleLoading

/// What the reports of `ksym check` and `ksym livepatch` share: verdicts of modules on one kernel or
/// several, the table of several, and what was assumed.
struct VerdictReport {
  let terminal: Terminal
  let isJSON: Bool
  let isVerbose: Bool
  /// Whether several kernels are asked, which gives a table.
  let isTable: Bool
  /// Whether modules that load are left out, and everything if all do.
  let leavesOutGood: Bool
  /// Whether verdicts are written as annotations of GitHub, and the table to the summary of the job.
  var isForGitHub = false

  private(set) var status = ExitStatus.yes
  /// The kernel that verdicts are about.
  private(set) var kernelPath = ""
  private(set) var release: String?
  var output = OutputBuffer(reserving: 1 << 16)
  private var isKernelNamed = false
  private var matrix = VerdictMatrix()
  private var assumed: [LoadAssumption] = []
  private var lastFound: [LoadAssumption] = []
  private var wasAssumed: Set<LoadAssumption> = []

  init(
    terminal: Terminal, isJSON: Bool, isVerbose: Bool, isTable: Bool, leavesOutGood: Bool = false
  ) {
    self.terminal = terminal
    self.isJSON = isJSON
    self.isVerbose = isVerbose
    self.isTable = isTable
    self.leavesOutGood = leavesOutGood
  }

  /// Whether a verdict is written in words, not only as a cell of the table: of those that are bad always.
  var writesText: Bool { !isJSON && !isForGitHub && (!isTable || isVerbose || leavesOutGood) }

  mutating func begin(path: String, release: String?) {
    (kernelPath, self.release) = (path, release)
    matrix.begin(release ?? path)
    isKernelNamed = false
    if isVerbose { nameKernel() }
  }

  /// Writes which kernel the verdicts in words are of that follow, once.
  private mutating func nameKernel() {
    guard isTable, writesText, !isKernelNamed else { return }
    isKernelNamed = true
    output.append("\(plain(release ?? kernelPath)):\n")
  }

  /// Notes a verdict: its status, its cell, and what it rests on.
  mutating func add(_ path: String, _ word: String, _ status: ExitStatus, _ found: [LoadAssumption])
  {
    self.status = max(self.status, status)
    if isTable { matrix.add(path, colour(word, status), isGood: status == .yes) }
    // Nearly all modules of a run have the same; the same array is seen at once.
    guard found != lastFound else { return }
    lastFound = found
    for one in found where wasAssumed.insert(one).inserted { assumed.append(one) }
  }

  mutating func add(unreadable error: FileError) {
    status = max(status, .trouble)
    Terminal.write(&output)
    Terminal.complain(error.explained)
  }

  /// Reports a module of `--with` that is left out: it cannot be read, or is not loaded.
  mutating func add(preloaded result: Result<LoadOutcome, FileError>) {
    switch result {
    case .failure(let error):
      Terminal.complain("--with \(error)")
      status = max(status, .trouble)
    case .success(let outcome):
      guard outcome.verdict != .loads else { return }
      let reason = outcome.log.last ?? outcome.causes.first?.words ?? outcome.errno?.name ?? ""
      Terminal.complain("--with \(outcome.path): \(outcome.verdict.rawValue), left out: \(reason)")
    }
  }

  func colour(_ word: String, _ status: ExitStatus) -> String {
    switch status {
    case .yes: terminal.good(word)
    case .no: terminal.bad(word)
    default: terminal.doubtful(word)
    }
  }

  mutating func writeHead(
    _ path: String, _ word: String, _ status: ExitStatus, width: Int, _ errno: LoadErrno?,
    _ log: [String]
  ) {
    nameKernel()
    let shown = errno.map { "  \($0)" } ?? ""
    output.append("\(padded(colour(word, status), to: width))\(plain(path))\(shown)\n")
    for line in log { output.append("    \(plain(line))\n") }
  }

  mutating func writeHints(_ hints: [String]) {
    for hint in hints { output.append("  \(terminal.doubtful("=>")) \(plain(hint))\n") }
  }

  /// Writes verdicts of the kernel as JSON.
  var json: VerdictJSON { VerdictJSON(kernelPath: kernelPath, release: release) }

  /// Hands on what was written, once it is much.
  mutating func flush() { if output.bytes.count > 1 << 15 { Terminal.write(&output) } }

  /// Writes what is left: the table or a summary, and what was assumed.
  mutating func finish(summary: String) {
    if isForGitHub {
      var table = OutputBuffer()
      matrix.writeMarkdown(to: &table, withGood: !leavesOutGood)
      status = max(status, GitHubSummary.append(table))
    } else if !isJSON, !(leavesOutGood && status == .yes) {
      if isTable {
        matrix.write(to: &output, withGood: !leavesOutGood)
      } else {
        output.append(summary)
      }
      if !assumed.isEmpty {
        let words = assumed.map(\.words).joined(separator: "; ")
        output.append("\(terminal.faint("assumed: \(words)"))\n")
      }
    }
    Terminal.write(&output)
  }
}
