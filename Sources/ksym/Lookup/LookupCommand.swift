internal import ArgumentParser
internal import ByteStorage
internal import Kallsyms
internal import KernelReleases
internal import Kernels
internal import NameTranslation
internal import SymbolSpelling
internal import SymbolTables

struct LookupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lookup",
    abstract: "Find symbols by name, readable name, pattern, digest or address.",
    usage: "ksym lookup [<options>] <keys> ...",
    discussion: """
      A key is an address (0x…), a linkage name, its SHA-256 digest (64 digits, or sha256:…), a \
      pattern (with :: of readable names), a source name, or a readable Rust path or the end of one, \
      generic arguments aside. Names need not have what compilers append, nor its number: \
      NAME.constprop finds NAME.constprop.0. All symbols that a key may mean are shown, each with \
      its position among equal names (sympos), and after them the clones that the compiler made of \
      a function (NAME.constprop.0, NAME.cold). These forms choose among them:

        NAME,2                   the second of equal names, as livepatch counts
        NAME@MODULE MODULE:NAME  that of a module, or of vmlinux
        NAME+0x1c NAME+28        a place in it
        NAME+0x1c/0x40           a place in the one of that size, as in a backtrace

      Examples:
        ksym lookup -k vmlinuz vfs_read 'init_once,2' print::call_printk
        ksym lookup -k vmlinuz 0xffffffff81234567 'schedule+0x1c/0x40' --long
        ksym lookup -k vmlinuz --kaslr 0x1a000000 0xffffffff9b234567
        ksym lookup -k /proc/kallsyms usb_storage:storage_probe
        ksym lookup -k vmlinuz --with-modules type_show --json | jq .file
        ksym lookup -k vmlinuz --type Tt '*printk*'
        ksym lookup -k 6.1/vmlinuz -k 6.12/vmlinuz s_next
        ksym lookup -k vmlinuz --era 6.6 init_once.llvm.14172910296636650566
        ksym lookup -k vmlinuz --for kprobe 'init_once,2' > kprobe.txt
        ksym lookup -k vmlinuz --for all print::call_printk

      With --era, names are answered as kallsyms_lookup_name of that release does in a kernel built \
      by Clang with ThinLTO: releases from 5.13 to 6.10.6 cut suffixes, each in its own way. --era \
      own takes the kernel's release, and ThinLTO if any name has its suffix.

      With --for, each symbol is printed as an interface takes it: kprobe (a line of kprobe_events), \
      ftrace (text of set_ftrace_filter), perf, bpftrace, livepatch (old_name and old_sympos), gdb, \
      crash, modversions (the layouts with room for the name), or a table of all. What an interface \
      cannot take is reported with the reason, and the status is 1. NAME+0x1c and addresses are places \
      in a symbol; ftrace, livepatch and modversions take none. --era and --lto give the rules \
      where the kernel does not.

      Several kernels make one table: a line for each symbol, a column for each kernel.

      JSON, one object a symbol: kernel, key, the four names (linkage, source, readable, hashed), \
      owner, type, address, size, offset, sympos, equals, file, aliases.

      Exit status: 0 every key was found; 1 one was not; 2 a kernel cannot be read.
      """)

  @Option(
    name: [.customShort("k", allowingJoined: true), .customLong("kernel")],
    help: ArgumentHelp(
      "A kernel image, a memory dump, System.map, nm output, /proc/kallsyms, a module, a release, or "
        + "running (repeatable; default: running).", valueName: "path"), completion: .file())
  var kernel: [String] = []

  @Option(
    help: ArgumentHelp("Answer names as this release does, or own.", valueName: "release"),
    completion: .list(["own"]))
  var era: String?

  @Flag(
    inversion: .prefixedNo, help: "With --era: whether the kernel was built by Clang with ThinLTO.")
  var lto: Bool?

  @Flag(help: "With --era: and with CFI (matters for 5.13 to 5.15).") var cfi = false

  @Flag(name: .shortAndLong, help: "Show everything known of each symbol, a line each.")
  var long = false

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "Print how an interface takes the symbol, or all of them.", valueName: "interface"),
    completion: .list(SpellingChoice.allValueStrings))
  var spelling: SpellingChoice?

  @Option(
    help: ArgumentHelp("Only symbols with these type letters, such as Tt.", valueName: "letters"))
  var type: String?

  @OptionGroup var names: NamesOption
  @OptionGroup var kaslr: KASLROptions
  @OptionGroup var modules: ModuleSymbolOptions
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption
  @OptionGroup var colour: ColourOption
  @OptionGroup var readable: ReadableOption
  @OptionGroup var input: InputOptions

  @Argument(help: "Names, patterns, digests or addresses.") var keys: [String]

  func validate() throws {
    if let era, era != "own", KernelRelease(era) == nil {
      throw ValidationError("--era takes a release such as 6.6 or 6.10.7, or own, not '\(era)'")
    }
    if era == nil && spelling == nil && (lto != nil || cfi) {
      throw ValidationError("--lto and --cfi belong to --era or --for")
    }
    if long && spelling != nil {
      throw ValidationError("--for prints what an interface takes, and --long has nothing to add")
    }
    let isTable = kernel.count > 1 && !json.isWanted
    if isTable && long { throw ValidationError("--long shows one kernel only") }
  }

  func run() throws {
    quiet.apply()
    let kernels = kernel.isEmpty ? ["running"] : kernel
    var status = ExitStatus.yes
    var matrix = LookupMatrix(kernels)
    let known = names.read(limit: input.limit, &status)
    for path in kernels {
      matrix.beginKernel()
      try answer(path, isOne: kernels.count == 1, known, &matrix, &status)
    }
    if known.complainOfDamage() { status = .trouble }
    var output = OutputBuffer()
    matrix.write(colour.terminal, to: &output)
    Terminal.write(&output)
    for name in quiet.isWanted ? [] : matrix.ambiguousNames {
      Terminal.complain(
        "\(name): equal names are listed by position; those of one line need not be one function")
    }
    throw ExitCode(status.rawValue)
  }

  /// Answers all keys from one kernel, in print or in its column.
  private func answer(
    _ path: String, isOne: Bool, _ known: KnownNames, _ matrix: inout LookupMatrix,
    _ status: inout ExitStatus
  ) throws {
    let reader = KernelInput(input)
    let kernel = try reader.open(path)
    let source = try reader.symbols(
      of: kernel, modules: modules, kaslr: kaslr, as: .kernel, probeSites: spelling != nil)
    if !source.unreadModules.isEmpty { status = .trouble }
    let index = SymbolIndex(source.table)
    let spellings = spelling.map { spellingPrinter($0, index, source) }
    if let assumption = spellings?.speller.kernel.basis.assumption, !json.isWanted {
      Terminal.complain("\(path): assumed: \(assumption)")
    }
    let finder = SymbolFinder(
      index, era: spelling == nil ? try eraLookup(index, source, path) : nil,
      move: source.foreignMove)
    let report = LookupReport(
      source: source, index: index, kernel: path, form: form, showsReadable: readable.isWanted,
      terminal: colour.terminal)
    var output = OutputBuffer()
    for key in keys {
      let found = finder.find(known.linkageName(of: key) ?? key).filter {
        isWanted(source.table.type(at: $0.index))
      }
      if found.isEmpty {
        // Without the kernel's image only its modules were searched.
        status = max(status, kernel.isModulesOnly ? .trouble : .no)
        Terminal.write(&output)
        complain(key, kernel, finder, release: source.release, isOne: isOne)
      }
      for match in found {
        if let spellings {
          let isTaken = spellings.write(key, match, to: &output)
          if !isTaken, !match.isClone, status == .yes { status = .no }
        } else if !isOne && !json.isWanted {
          matrix.add(match, source.table, size: index.size(of: match.index))
        } else {
          report.write(key, match, to: &output)
        }
      }
    }
    Terminal.write(&output)
  }

  private func isWanted(_ letter: UInt8) -> Bool { type?.utf8.contains(letter) ?? true }

  /// What writes the spellings that `--for` asks for.
  private func spellingPrinter(
    _ choice: SpellingChoice, _ index: SymbolIndex, _ source: KernelSymbolSource
  ) -> SpellingPrinter {
    SpellingPrinter(
      choice, index, source,
      release: era.flatMap { KernelRelease($0) } ?? source.release.flatMap { KernelRelease($0) },
      configuration: .init(
        hasClangLTO: lto ?? source.table.hasPromotedNames, hasCFIWithThinLTO: cfi),
      isJSON: json.isWanted, terminal: colour.terminal)
  }

  private var form: LookupReport.Form { json.isWanted ? .json : long ? .long : .line }

  private func eraLookup(_ index: SymbolIndex, _ source: KernelSymbolSource, _ path: String) throws
    -> EraLookup?
  {
    guard let era else { return nil }
    guard let release = KernelRelease(era == "own" ? source.release ?? "" : era) else {
      throw Terminal.trouble("\(path): its release is not known; say it with --era")
    }
    let hasLTO = lto ?? (era != "own" || source.table.hasPromotedNames)
    let rules = LookupEra.of(release, .init(hasClangLTO: hasLTO, hasCFIWithThinLTO: hasLTO && cfi))
    if input.isVerbose || !rules.isCertain {
      Terminal.complain("\(release): \(rules.source)\(rules.isCertain ? "" : " (not certain)")")
    }
    return EraLookup(index, rules)
  }

  private func complain(
    _ key: String, _ kernel: OpenKernel, _ finder: SymbolFinder, release: String?, isOne: Bool
  ) {
    var words = isOne ? "\(key): not found" : "\(key): not found in \(kernel.path)"
    if kernel.isModulesOnly { words += ": only modules are there, not the kernel's own symbols" }
    if let reason = finder.whyNotFound(key, type: type) { words += ": \(reason)" }
    if !modules.isWanted, modules.paths.isEmpty, PathKind(kernel.path) == .directory,
      let tree = kernel.moduleTree(release: release), tree != kernel.path || !kernel.isModulesOnly
    {
      words += "; modules were not searched (--with-modules)"
    }
    if finder.index.table.hidesAddresses && key.hasPrefix("0x") {
      words += ": addresses are hidden"
    }
    if let era = finder.era?.era {
      words += " (\(era.source))"
      // What a reader may have meant: the function itself rather than what precedes it.
      let names = SymbolFinder(finder.index).find(key).prefix(64).map {
        finder.index.table.name(at: $0.index).text
      }
      if let name = names.first(where: { $0.hasPrefix(key) }) ?? names.first {
        words += "; there is \(name)"
      }
    }
    Terminal.complain(words)
  }
}
