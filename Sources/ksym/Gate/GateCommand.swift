internal import ArgumentParser
internal import ByteStorage
internal import Glibc
internal import KernelComparison
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

      Nothing is changed without --apply; each link is then replaced in one step. depmod has to run after \
      it for the kernels whose links changed, which are named.

      JSON, one object a module and kernel: module, builtFor, kernel, compatible, symbols, log, link.

      Exit status: 0 all modules load on all kernels; 1 one is refused; 2 a file cannot be read or is \
      not a module, or there is no kernel.
      """)

  enum Group: String, CaseIterable, ExpressibleByArgument { case none, all }

  @Option(
    help: ArgumentHelp("The root file system.", valueName: "directory"), completion: .directory)
  var root = "/"

  @Option(help: ArgumentHelp("Ask only this kernel (repeatable).", valueName: "release"))
  var kernel: [String] = []

  @Option(help: "What a refused module keeps from being linked on its kernel.")
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
    let gate = TreeGate(root: root, limit: size.limit, workers: jobs.workers)
    var status = ExitStatus.yes
    var candidates: [TreeGate.Candidate] = []
    let entries = modules.isEmpty ? gate.externalModules : ModulePaths.expand(modules)
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
      for decision in answer.decisions { status = max(status, describe(decision, answer, &output)) }
      let isRefused = answer.decisions.contains { !$0.isCompatible }
      let links = group == .all && isRefused ? [] : answer.decisions.filter(\.isCompatible)
      if apply, !links.isEmpty { try makeLinks(links, answer) }
      Terminal.write(&output)
    }
    guard count > 0 else { throw Terminal.trouble("\(root): no kernel whose exports are known") }
    if decided == 0 {
      Terminal.complain("\(root): no kernel except those that the modules were built for")
    }
    throw ExitCode(status.rawValue)
  }

  private func describe(
    _ decision: TreeGate.Decision, _ answer: TreeGate.Answer, _ output: inout OutputBuffer
  ) -> ExitStatus {
    let candidate = decision.candidate
    var log: [String] = []
    switch decision.result {
    case .success(let outcome): log = outcome.log
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
      output.member("log", log)
      output.member("link", "\(answer.directory)/\(candidate.link)")
      output.endLine()
    } else {
      let name = candidate.path.split(separator: "/").last.map(String.init) ?? candidate.path
      let verdict =
        decision.isCompatible
        ? colour.terminal.good("is compatible") : colour.terminal.bad("is not compatible")
      let symbols = decision.symbols.map { " \(plain($0))" }.joined()
      let reason =
        decision.isCompatible
        ? "" : symbols.isEmpty ? ": \(plain(log.first ?? "refused"))" : " in symbols: \(symbols)"
      output.append(
        "Module \(plain(name)) from kernel \(plain(candidate.release)) \(verdict) with kernel "
          + "\(plain(answer.release))\(reason)\n")
    }
    return decision.isCompatible ? .yes : .no
  }

  /// Makes the links of a kernel, each in one step: what was there before is there until then.
  private func makeLinks(_ links: [TreeGate.Decision], _ answer: TreeGate.Answer) throws {
    var changed = 0
    for decision in links {
      let path = "\(answer.directory)/\(decision.candidate.link)"
      guard let target = GateCommand.absolutePath(decision.candidate.path) else {
        throw Terminal.trouble("\(decision.candidate.path): cannot be resolved")
      }
      if GateCommand.target(of: path) == target { continue }
      var folder = answer.directory
      for part in decision.candidate.link.split(separator: "/").dropLast() {
        _ = unsafe mkdir(folder, 0o755)
        folder += "/\(part)"
      }
      _ = unsafe mkdir(folder, 0o755)
      let temporary = "\(path).ksym-\(getpid())"
      guard unsafe symlink(target, temporary) == 0, unsafe rename(temporary, path) == 0 else {
        let code = errno
        _ = unsafe unlink(temporary)
        throw Terminal.trouble(
          "\(path): cannot make the link: \(unsafe String(cString: strerror(code)))")
      }
      changed += 1
    }
    if changed > 0 {
      Terminal.complain(
        "\(answer.release): \(counted(changed, "link")) made: depmod -a \(answer.release)")
    }
  }

  private static func absolutePath(_ path: String) -> String? {
    guard let real = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }

  /// Where a link leads; `nil` if there is none.
  private static func target(of path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe bytes.withUnsafeMutableBytes { buffer -> Int in
      guard let start = buffer.baseAddress else { return 0 }
      // SAFETY: writes at most as many bytes as the buffer has.
      return unsafe readlink(path, start.assumingMemoryBound(to: CChar.self), buffer.count)
    }
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }
}
