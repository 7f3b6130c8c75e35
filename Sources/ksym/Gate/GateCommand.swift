internal import ArgumentParser
internal import ByteStorage
internal import KernelComparison
internal import KernelUpdates
internal import Livepatching
internal import ModuleFiles
internal import ModuleLoading

struct GateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gate",
    abstract: "Decide which kernels take external modules that were built for another kernel.",
    usage: "ksym gate [<options>] [<modules> ...]",
    discussion: """
      Does the work of weak-modules: asks each kernel under a root, by its loader's own rules, about \
      modules that were built for another one, and links those that load into its weak-updates. Without \
      modules, those in extra and updates of every kernel are asked about. A module that others need \
      counts as loaded if the kernel takes it.

      Examples:
        ksym gate
        ksym gate --root /mnt --kernel 5.14.0-2.el9.x86_64
        ksym gate --apply /lib/modules/5.14.0-1.el9.x86_64/extra/driver.ko
        ksym gate --json | jq -r 'select(.compatible | not) | .module'

      Nothing is changed without --apply; the links of a kernel are then replaced in one step, and those to \
      modules that are gone or that it refuses removed. depmod has to run after \
      it for the kernels whose links changed, which are named.

      Called as weak-modules (a link, or the first word), ksym takes the command line of that script, and \
      runs depmod and dracut as it does.

      JSON, one object a module and kernel: module, builtFor, kernel, compatible, symbols, log, causes, \
      causeCodes, assumed, assumedCodes, link.

      Exit status: 0 all modules load on all kernels; 1 one is refused; 2 a file cannot be read or is \
      not a module, or there is no kernel.
      """)

  enum Group: String, CaseIterable, ExpressibleByArgument { case none, deps, all }

  @Option(
    help: ArgumentHelp("The root file system.", valueName: "directory"), completion: .directory)
  var root = "/"

  @Option(help: ArgumentHelp("Ask only this kernel (repeatable).", valueName: "release"))
  var kernel: [String] = []

  @Option(
    help:
      "What a refused module keeps from being linked on its kernel: only those that need it, those it needs too, or all."
  )
  var group: Group = .none

  @Flag(help: "Make the links.") var apply = false

  @OptionGroup var json: JSONOption
  @OptionGroup var colour: ColourOption
  @OptionGroup var jobs: JobsOption
  @OptionGroup var size: SizeOption

  @Argument(
    help: "External modules, and directories of them.",
    completion: .file(extensions: ["ko", "xz", "zst", "gz"]))
  var modules: [String] = []

  func run() throws {
    guard PathKind(root) == .directory else {
      throw Terminal.trouble("\(root): is not a directory")
    }
    let gate = TreeGate(root: root, limit: size.limit, workers: jobs.workers)
    var status = ExitStatus.yes
    var candidates: [TreeGate.Candidate] = []
    let entries =
      modules.isEmpty ? gate.externalModules : ModulePaths.expand(modules, limit: size.limit)
    guard !gate.releases.isEmpty else {
      throw Terminal.trouble("\(root): no kernel in lib/modules")
    }
    guard !entries.isEmpty else { throw Terminal.trouble("\(root): no external modules") }
    for entry in entries {
      do throws(FileError) { candidates.append(try gate.candidate(entry)) } catch {
        Terminal.complain(error.explained)
        status = .trouble
      }
    }
    if candidates.isEmpty { throw ExitCode(status.rawValue) }
    var output = OutputBuffer(reserving: 1 << 14)
    var (count, decided) = (0, 0)
    var assumed: [LoadAssumption] = []
    for release in kernel.isEmpty ? gate.releases : kernel {
      guard let answer = gate.ask(release, about: candidates) else {
        if !kernel.isEmpty {
          Terminal.complain("\(release): what this kernel exports was not found")
          status = .trouble
        }
        continue
      }
      count += 1
      decided += answer.decisions.count
      for decision in answer.decisions {
        status = max(status, describe(decision, answer, &output, &assumed))
      }
      if apply { try makeLinks(linked(answer), answer) }
      Terminal.write(&output)
    }
    if !json.isWanted, status == .no, !assumed.isEmpty {
      let words = assumed.map(\.gateWords).joined(separator: "; ")
      output.append(colour.terminal.faint("assumed: \(words)") + "\n")
      Terminal.write(&output)
    }
    guard count > 0 else { throw Terminal.trouble("\(root): no kernel whose exports are known") }
    if decided == 0 {
      Terminal.complain("\(root): no kernel except those that the modules were built for")
    }
    throw ExitCode(status.rawValue)
  }

  /// The modules that are linked: those that the kernel takes, as far as they need no refused one.
  private func linked(_ answer: TreeGate.Answer) -> [GateJudgement] {
    let groups =
      switch group {
      case .none: answer.decisions.map { [$0] }
      case .deps: answer.groups
      case .all: [answer.decisions]
      }
    return groups.filter { $0.allSatisfy(\.isCompatible) }.flatMap { $0 }
  }

  private func describe(
    _ decision: GateJudgement, _ answer: TreeGate.Answer, _ output: inout OutputBuffer,
    _ assumed: inout [LoadAssumption]
  ) -> ExitStatus {
    let candidate = decision.candidate
    let outcome: LoadOutcome
    switch decision.result {
    case .success(let found): outcome = found
    case .failure(let error):
      Terminal.complain(error.explained)
      return .trouble
    }
    if json.isWanted {
      output.beginObject()
      output.member("module", candidate.path)
      output.member("builtFor", candidate.release)
      output.member("kernel", answer.release)
      output.member("compatible", decision.isCompatible)
      output.member("symbols", decision.symbols)
      output.member("log", outcome.log)
      output.member("causes", outcome.causes.map(\.gateWords))
      output.member("causeCodes", outcome.causes.map(\.code.rawValue))
      output.member("assumed", outcome.assumed.map(\.gateWords))
      output.member("assumedCodes", outcome.assumed.map(\.code.rawValue))
      output.member("link", "\(answer.directory)/\(candidate.link)")
      output.endLine()
    } else {
      let name = candidate.fileName
      let verdict =
        decision.isCompatible
        ? colour.terminal.good("is compatible") : colour.terminal.bad("is not compatible")
      let symbols = decision.symbols.map { " \(plain($0))" }.joined()
      let reason =
        decision.isCompatible
        ? "" : symbols.isEmpty ? ": \(plain(outcome.firstLine))" : " in symbols: \(symbols)"
      output.append(
        "Module \(plain(name)) from kernel \(plain(candidate.release)) \(verdict) with kernel "
          + "\(plain(answer.release))\(reason)\n")
      if !decision.isCompatible {
        for cause in outcome.causes {
          output.append("  \(colour.terminal.doubtful("=>")) \(plain(cause.gateWords))\n")
        }
      }
      for one in outcome.assumed where !assumed.contains(one) { assumed.append(one) }
    }
    return decision.isCompatible ? .yes : .no
  }

  /// Links modules into a kernel's directory, which is replaced as a whole.
  private func makeLinks(_ linked: [GateJudgement], _ answer: TreeGate.Answer) throws {
    let links: GateLinks
    do throws(FileError) {
      links = try GateLinks(to: linked, of: answer, below: root)
      try links.make()
    } catch { throw Terminal.trouble(error.explained) }
    for path in links.outside {
      Terminal.complain("\(path): is not below \(root): the link to it holds on this machine only")
    }
    guard links.changed + links.removed > 0 else { return }
    let gone = links.removed > 0 ? ", \(grouped(links.removed)) removed (gone, or refused)" : ""
    let base = root == "/" ? "" : " -b \(root)"
    Terminal.complain(
      "\(answer.release): \(counted(links.changed, "link")) made\(gone): depmod -a\(base) "
        + answer.release)
  }
}

extension LoadCause {
  /// The cause without options that only other commands have: other modules come from the kernel's tree.
  fileprivate var gateWords: String {
    guard code == .modulesNotFound else { return words }
    return "modules that it needs are not in the kernel's tree: \(options.joined(separator: ", "))"
  }
}

extension LoadAssumption {
  /// The assumption without options that only other commands have.
  fileprivate var gateWords: String {
    switch code {
    case .modulesNotFound: "the modules that others need were not found"
    case .vermagicUnknown: "the vermagic agrees (not found in the kernel's tree)"
    case .releaseUnknown: "\(key ?? "?")=\(value ?? "?") (not found in the kernel's tree)"
    default: words
    }
  }
}
