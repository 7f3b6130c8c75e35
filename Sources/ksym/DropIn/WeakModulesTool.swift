internal import ByteStorage
internal import Glibc
internal import KernelUpdates

/// `weak-modules` of kmod in RHEL 9, whose work ksym's own rules do. depmod and dracut are run as that
/// script runs them.
struct WeakModulesTool {
  private enum Mode: String, CaseIterable {
    case addModules = "add-modules"
    case removeModules = "remove-modules"
    case addKernel = "add-kernel"
    case removeKernel = "remove-kernel"
  }

  private var mode: Mode?
  private var release: String?
  private var basedir = ""
  private var isVerbose = false
  private var isDryRun = false
  private var makesInitramfs = true
  private var dracut = "/sbin/dracut"
  private var checksInitramfs: String?
  private static let depmod = "/sbin/depmod"

  /// Reads the command line, as getopt does: long options may be abbreviated.
  init(_ arguments: [String]) throws(DropInError) {
    var rest = arguments[...]
    var operands: [String] = []
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = WeakModulesTool.option(String(parts[0].dropFirst(2)))
      func value() throws(DropInError) -> String {
        if parts.count > 1 { return String(parts[1]) }
        guard let next = rest.popFirst() else {
          throw WeakModulesTool.usage("option '\(word)' requires an argument")
        }
        return next
      }
      switch name {
      case "basedir": basedir = try value()
      case "dracut": dracut = try value()
      case "check-initramfs-prog": checksInitramfs = try value()
      case "verbose": isVerbose = true
      case "dry-run": isDryRun = true
      case "no-initramfs": makesInitramfs = false
      case "delete-modules":
        WeakModulesTool.say("WARNING: --delete-modules is deprecated, no effect\n")
      case "help": DropInTool.finish(WeakModulesTool.help)
      case let name?: mode = Mode(rawValue: name) ?? mode
      case nil:
        if word == "-h" { DropInTool.finish(WeakModulesTool.help) }
        throw WeakModulesTool.usage("unrecognized option '\(word)'")
      }
    }
    release = operands.first
  }

  private static let options =
    Mode.allCases.map(\.rawValue)
    + [
      "basedir", "dracut", "check-initramfs-prog", "verbose", "dry-run", "no-initramfs",
      "delete-modules", "help",
    ]

  /// The option that a word means; `nil` if there is none, or several.
  private static func option(_ word: String) -> String? {
    if options.contains(word) { return word }
    let found = options.filter { !word.isEmpty && $0.hasPrefix(word) }
    return found.count == 1 ? found[0] : nil
  }

  /// Does the work. Returns `false`: that nothing was compatible is no failure.
  func run() throws(DropInError) -> Bool {
    if makesInitramfs, unsafe access(dracut, X_OK) != 0 {
      throw DropInError("weak-modules: this tool requires a dracut-enabled kernel")
    }
    guard let mode else { throw WeakModulesTool.usage("no mode is given") }
    let gate = TreeGate(
      root: WeakModulesTool.absolute(basedir.isEmpty ? "/" : basedir),
      limit: FileBuffer.defaultLimit,
      workers: 1)
    let isVerbose = isVerbose
    var updates = WeakUpdates(gate, isDryRun: isDryRun) { event in
      if isVerbose { WeakModulesTool.say(event.words + "\n") }
    }
    let release = release ?? SystemIdentity.kernelRelease
    if mode == .addKernel, !updates.isInstalled(release) {
      throw DropInError(
        "Symvers dump file is not found in \(basedir)/boot/symvers-\(release).gz "
          + "\(basedir)/lib/modules/\(release)/symvers.gz")
    }
    do throws(FileError) {
      switch mode {
      case .addModules: try updates.add(try WeakModulesTool.modules())
      case .removeModules: try updates.remove(try WeakModulesTool.modules())
      case .addKernel: try updates.addKernel(release)
      case .removeKernel:
        let names = try updates.removeKernel(release)
        if isVerbose {
          WeakModulesTool.say("rm -rf \(names.isEmpty ? "*" : names.joined(separator: " "))\n")
        }
        return false
      }
    } catch { throw DropInError("weak-modules: \(error.explained)") }
    finish(updates)
    return false
  }

  /// Has the lists of modules and the initial file systems of changed kernels made anew.
  private func finish(_ updates: WeakUpdates) {
    let changed = updates.changed.sorted {
      $0.replacing(/[^A-Za-z0-9]/, with: "_") < $1.replacing(/[^A-Za-z0-9]/, with: "_")
    }
    for release in changed {
      guard updates.isInstalled(release), let map = updates.systemMap(of: release) else {
        if isVerbose {
          WeakModulesTool.say("Skipping depmod for non-installed kernel \(release)\n")
        }
        continue
      }
      let base = basedir.isEmpty ? [] : ["-b", basedir]
      perform([WeakModulesTool.depmod] + base + ["-ae", "-F", map, release])
    }
    guard makesInitramfs else { return }
    for release in changed {
      if let checksInitramfs {
        perform([checksInitramfs, release], isAlwaysSaid: false)
        continue
      }
      let image = "\(basedir)/boot/initramfs-\(release).img"
      guard PathKind(image) == .file else { continue }
      let temporary = "\(basedir)/boot/initramfs-\(release).tmp"
      if perform([dracut, "-f", temporary, release], isAlwaysSaid: false) {
        perform(["mv", temporary, image])
      }
    }
  }

  /// Runs a program, unless nothing is to be changed; returns whether it succeeded.
  @discardableResult
  private func perform(_ words: [String], isAlwaysSaid: Bool = true) -> Bool {
    if isVerbose, isAlwaysSaid { WeakModulesTool.say(words.joined(separator: " ") + "\n") }
    return isDryRun || ChildProcess.run(words)
  }

  private static func say(_ text: String) {
    var output = OutputBuffer()
    output.append(text)
    Terminal.writeMachineLines(&output)
  }

  /// The modules that standard input names.
  private static func modules() throws(FileError) -> [String] {
    var buffer = FileBuffer(limit: FileBuffer.defaultLimit)
    try buffer.open("-")
    do throws(ParseError) {
      return try buffer.source.all().text.split(separator: "\n").map { absolute(String($0)) }
    } catch { throw FileError(path: "-", cause: .malformed(error)) }
  }

  private static func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    guard let current = unsafe getcwd(nil, 0) else { return path }
    defer { unsafe free(current) }
    // SAFETY: getcwd gives a text that ends with NUL.
    return unsafe String(cString: current) + "/" + path
  }

  private static func usage(_ problem: String) -> DropInError {
    DropInError("weak-modules: \(problem)\n\(help)")
  }

  private static let help = """
    Usage: weak-modules [options] --add-modules|--remove-modules < list of modules
           weak-modules [options] --add-kernel|--remove-kernel [release]

      --basedir DIR               the root file system
      --dry-run                   change nothing
      --verbose                   say what is decided, and the commands that are run
      --no-initramfs              leave initial file systems alone
      --dracut PROGRAM            the program that makes them
      --check-initramfs-prog PROGRAM
                                  run this for each changed kernel instead

    """
}

extension WeakUpdates.Event {
  /// In the words of the script.
  fileprivate var words: String {
    switch self {
    case .compatible(let module, let from, let kernel):
      return
        "Module \(plain(module)) from kernel \(plain(from)) is compatible with kernel \(kernel)"
    case .incompatible(let module, let from, let kernel, let symbols, let reason):
      let head =
        "Module \(plain(module)) from kernel \(plain(from)) is not compatible with kernel \(kernel)"
      if symbols.isEmpty { return "\(head): \(plain(reason ?? "refused"))" }
      return "\(head) in symbols: \(symbols.map { " \(plain($0))" }.joined())"
    case .fallsBack(let kernel): return "Falling back weak-modules state for kernel \(kernel)"
    case .removes(let module, let kernel):
      return "Removing compatible module \(plain(module)) from kernel \(kernel)"
    case .skips(let link): return "Skipping symlink \(plain(link))"
    case .existsAlready(let module, let kernel):
      return "weak module for \(plain(module)) already exists for kernel \(kernel), update case?"
    case .existsAsExtra(let module, let kernel, let from):
      return "found \(plain(module)) for \(kernel) while installing for \(from), update case?"
    }
  }
}
