internal import ArgumentParser
internal import ByteStorage
internal import Kallsyms
internal import KernelReleases
internal import Kernels
internal import ModuleLoading
internal import SymbolTables

struct LivepatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "livepatch", abstract: "Resolve and check every symbol that a livepatch names.",
    usage: "ksym livepatch [<options>] <modules> ...",
    discussion: """
      Answers in two stages, as the kernel does: what the loader refuses (refused), and what the \
      livepatch core refuses when the module's init runs (init-failed), each with the kernel's own \
      log lines and errno. Names and positions are matched by the rules of the kernel's release.

      Examples:
        ksym livepatch -k vmlinuz fix.ko
        ksym livepatch -k unpacked-package/ --with patched_driver.ko fix.ko
        ksym livepatch -k kernels/6.12/ -k kernels/6.13/ fix.ko
        ksym livepatch -k vmlinux --era 6.6 --json fix.ko | jq '.advice'

      Modules of the kernel's own tree count as loaded when the livepatch names them; --with names \
      others, --no-deps leaves only those. Several kernels give one table; --verbose adds what was \
      found in each.

      JSON, one object a module and kernel: module, name, kernel {path, release, era}, verdict \
      (applies, refused, init-failed, crashes, undecided), errno, log, taints, carrier, replaces, \
      objects [{name, callbacks}], functions [{object, name, sympos, status, count, address, place, \
      size, new, newSize, traceable}], symbols (the same of what relocations name), advice, \
      adviceCodes, causes, causeCodes, assumed, assumedCodes (words for programs, in the order of the \
      sentences). A status is found, not-found, ambiguous, no-position, malformed, unmarked, forbidden, \
      not-loaded or unknown.

      Exit status: 0 all apply; 1 one does not; 2 one is undecided or cannot be read.
      """)

  @OptionGroup var kernelOptions: KernelOptions
  @OptionGroup var preloadOptions: PreloadOptions

  @Option(
    help: ArgumentHelp("Match names as the livepatch core of this release.", valueName: "release"))
  var era: String?

  @OptionGroup var trustOptions: TrustOptions
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption
  @OptionGroup var colour: ColourOption
  @OptionGroup var input: InputOptions

  @Argument(
    help: "Livepatch modules, or directories of them.",
    completion: .file(extensions: ["ko", "xz", "zst", "gz"]))
  var modules: [String]

  func validate() throws {
    if let era, KernelRelease(era) == nil {
      throw ValidationError("--era takes a release such as 6.6 or 6.10.7, not '\(era)'")
    }
    try trustOptions.validate(beside: kernelOptions)
  }

  func run() throws {
    quiet.apply()
    let paths = kernelOptions.paths
    var report = LivepatchReport(
      VerdictReport(
        terminal: colour.terminal, isJSON: json.isWanted, isVerbose: input.isVerbose,
        isTable: paths.count > 1), era: era)
    for path in paths {
      let (kernel, facts) = try kernelOptions.read(path, input)
      var request = preloadOptions.request(input)
      request.trust = try trustOptions.request(kernel, isVerbose: input.isVerbose)
      let checker = LivepatchChecker(
        facts, of: kernel, given: kernelOptions.given, request: request,
        release: era.flatMap { KernelRelease($0) })
      report.begin(path: facts.path, release: facts.release?.value)
      checker.check(modules) { report.describe($0) }
    }
    report.finish()
    throw ExitCode(report.verdicts.status.rawValue)
  }
}
