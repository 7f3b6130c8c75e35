internal import ArgumentParser
internal import ByteStorage
internal import Kernels
internal import ModuleLoading
internal import ModuleTrust

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Say whether a kernel would load a module, and if not, why.",
    usage: "ksym check [<options>] <modules> ...",
    discussion: """
      Decides as the kernel's own loader does, in its order and with its log lines, by the rules of \
      the kernel's release and configuration. Nothing is loaded or booted.

      Examples:
        ksym check ./driver.ko
        ksym check -k /boot/vmlinuz-6.12.107+deb13-amd64 driver.ko.xz
        ksym check -k unpacked-package/ unpacked-package/
        ksym check -k bzImage --config config --with dep.ko --no-deps driver.ko
        ksym check -k kernels/6.12/ -k kernels/6.13/ driver.ko
        ksym check -k 6.12.107+deb13-amd64 usb-storage
        ksym check --format github -k bookworm/ -k trixie/ driver.ko
        ksym check --out-of-tree --only-refused -k /lib/modules/6.12.107+deb13-amd64
        ksym check --explain old/vmlinux --explain new/vmlinux -k new/ driver.ko
        ksym check --all --json -k 6.12.117+deb13-amd64 driver.ko | jq .symbols
        ksym check -k linux-image-6.12.107+deb13-amd64_6.12.107-1_amd64.deb driver.ko
        ksym check --same-as /lib/modules/6.12.0 -k 6.12.0 /boot/initrd.img-6.12.0
        ksym check --json -k running /lib/modules/$(uname -r)/updates | jq .verdict

      Modules of the kernel's own tree count as loaded when they export what is needed, as modprobe \
      would have it; --with names others, --no-deps leaves only those. Several kernels give one table; \
      --verbose adds what was found in each.

      --explain takes types of the kernel that the modules were built for, and then of the one checked: \
      debug information (the vmlinux of -dbg packages) or symtypes, as ksym types explain.

      Packages of Debian and RPM, tar files and initramfs images can stand for the kernel and for \
      modules; a member is named FILE!path. The modules of an initramfs have only each other, as when \
      it runs; those of a package are installed together.

      Under a verdict, => gives a cause and what helps, * a symbol and what is wrong with it, and \
      assumed: what the verdict rests on that no file says.

      JSON, one object a module: module, name, kernel {path, release}, verdict (loads, refused, \
      crashes, undecided), errno, log (the kernel's lines; notices that show once per boot are in taints), \
      symbols [{name, readable, required, provided, provider, problem}], depmodErrs, causes, causeCodes, assumed, \
      assumedCodes; with --same-as also sameAs {verdict, path, differences}. The codes are words \
      for programs, in the order of the sentences. A problem is crc, missing, unknown (not exported by the \
      kernel itself), gpl-only, namespace, unversioned, proprietary, protected, duplicate-export, \
      malformed, or null.

      Exit status: 0 all load; 1 one is refused, or differs with --same-as; 2 one is undecided or cannot \
      be read.
      """)

  @OptionGroup var kernelOptions: KernelOptions
  @OptionGroup var preloadOptions: PreloadOptions

  @Flag(help: "As modprobe --force-modversion (finit_module flag 1).") var ignoreModversions = false
  @Flag(help: "As modprobe --force-vermagic (finit_module flag 2).") var ignoreVermagic = false

  @Flag(
    help:
      "The kernel unpacks the modules itself (finit_module flag 4), as with kmod 31 and later.")
  var compressedFile = false

  @Option(
    help: ArgumentHelp(
      "Names of the boot option module_blacklist=, separated by commas.", valueName: "names"))
  var blacklist: String?

  @Option(
    help: ArgumentHelp(
      "Types of the kernel that the modules were built for: show which types make versions differ. Given "
        + "again, those of the kernel checked (default: its debug information).", valueName: "types"
    ),
    completion: .file())
  var explain: [String] = []

  @Flag(
    name: .customLong("all"),
    help:
      "Go on past the first refusal: report every symbol that differs, and what depmod says falsely."
  )
  var goesOn = false

  @Flag(name: .customLong("all-symbols"), help: "Report every needed symbol, not only problems.")
  var allSymbols = false

  enum Format: String, CaseIterable, ExpressibleByArgument { case text, github }

  @Option(
    help: ArgumentHelp(
      "Output format: lines, or an annotation for each module that does not load, with the table in the "
        + "summary of a job's step."))
  var format: Format = .text

  @OptionGroup var trustOptions: TrustOptions
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption
  @OptionGroup var colour: ColourOption
  @OptionGroup var readable: ReadableOption
  @OptionGroup var input: InputOptions

  @Flag(
    help: ArgumentHelp(
      "Check all modules of the kernel's tree outside of kernel/: updates (dkms), extra, weak-updates, "
        + "misc."))
  var outOfTree = false

  @Flag(help: "Show only modules that do not load; nothing at all if every module loads.")
  var onlyRefused = false

  @Option(
    help: ArgumentHelp(
      "Report also which modules are not those of the same names in a directory, a package or an "
        + "initramfs, after unpacking.", valueName: "directory"), completion: .file())
  var sameAs: String?

  @Argument(
    help:
      "Modules, their names, directories, packages or initramfs images, or - for standard input.",
    completion: .file(extensions: ["ko", "xz", "zst", "gz"]))
  var modules: [String] = []

  func validate() throws {
    if !outOfTree, modules.isEmpty {
      throw ValidationError("no module is given; --out-of-tree takes those of the kernel's tree")
    }
    guard explain.count <= 2 else {
      throw ValidationError(
        "--explain is given once or twice: types of the old kernel, and of this one")
    }
    if !explain.isEmpty, json.isWanted {
      throw ValidationError("--explain is text: ksym types explain --json gives it as JSON")
    }
    try trustOptions.validate(beside: kernelOptions)
    try kernelOptions.refuse(flags: [
      ("--ignore-modversions", ignoreModversions), ("--ignore-vermagic", ignoreVermagic),
      ("--compressed-file", compressedFile),
    ])
    if json.isWanted, format != .text { throw ValidationError("--json has a format of its own") }
  }

  func run() throws {
    quiet.apply()
    let paths = kernelOptions.paths
    var report = CheckReport(
      VerdictReport(
        terminal: format == .github ? Terminal(.never) : colour.terminal, isJSON: json.isWanted,
        isVerbose: input.isVerbose,
        isTable: paths.count > 1 || format == .github, leavesOutGood: onlyRefused),
      showsReadable: readable.isWanted, showsAll: goesOn || input.isVerbose)
    report.verdicts.isForGitHub = format == .github
    if !explain.isEmpty {
      report.explanation = CheckExplanation(sides: explain, limit: input.limit)
    }
    for path in paths {
      let (kernel, facts) = try kernelOptions.read(path, input)
      report.begin(path: facts.path, release: facts.release?.value)
      try check(kernel, facts, &report)
    }
    report.finish()
    try report.explanation?.write(colour.terminal)
    throw ExitCode(report.status.rawValue)
  }

  private func check(
    _ kernel: OpenKernel, _ facts: KernelFacts, _ report: inout CheckReport
  ) throws {
    var request = preloadOptions.request(input)
    request.reportsAllSymbols = allSymbols
    request.goesOn = goesOn
    request.ignoresModversions = ignoreModversions
    request.ignoresVermagic = ignoreVermagic
    request.isCompressedFile = compressedFile
    request.blacklist = blacklist?.split(separator: ",").map(String.init) ?? []
    request.trust = try trustOptions.request(kernel, isVerbose: input.isVerbose)
    request.readsWholeTree = !outOfTree && !goesOn
    var facts = facts
    let targets = CheckTargets(limit: input.limit)
    targets.adapt(modules, &facts, &request)
    facts.supposeRelease(ofModules: modules, limit: input.limit)
    let checker = ModuleChecker(facts, of: kernel, given: kernelOptions.given, request: request)
    let loadable = CheckCommand.withoutBuiltIn(modules, checker.tree)
    let paths = try loadable + (outOfTree ? outOfTree(checker, kernel) : [])
    if let sameAs, report.sameAs == nil {
      report.sameAs = try targets.compare(
        paths, with: sameAs, checker.tree, workers: preloadOptions.jobs.workers)
    }
    var progress = Progress("modules read")
    checker.check(
      paths,
      progress: { done, total in progress.update(done, of: total) },
      consume: { report.describe($0) })
    Progress.clear()
  }

  /// The modules without names of what is built into the kernel, which are reported.
  private static func withoutBuiltIn(_ modules: [String], _ tree: ModuleTree?) -> [String] {
    guard let tree else { return modules }
    return modules.filter { name in
      let isBuiltIn = tree.isBuiltIn(name)
      if isBuiltIn {
        Terminal.complain(
          "\(name): built into the kernel of \(tree.directory): there is nothing to load")
      }
      return !isBuiltIn
    }
  }

  /// The modules of the kernel's tree that its own build did not bring.
  private func outOfTree(_ checker: ModuleChecker, _ kernel: OpenKernel) throws -> [String] {
    guard let tree = checker.tree else {
      throw Terminal.trouble("\(kernel.path): the modules of this kernel were not found")
    }
    let found = tree.outOfTree
    if found.isEmpty, input.isVerbose || !(onlyRefused || quiet.isWanted) {
      Terminal.complain("\(tree.directory): no modules outside of kernel/")
    }
    let given = Set(modules.compactMap { FileIdentity($0) })
    return found.filter { path in FileIdentity(path).map { !given.contains($0) } ?? true }
  }
}
