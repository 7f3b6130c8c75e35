internal import ArgumentParser
internal import ByteStorage
internal import NameTranslation

struct TranslateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "translate",
    abstract: "Rewrite symbol names in any text: mangled to readable, and back.",
    usage: "ksym translate [<options>] [<files or names> ...]",
    discussion: """
      A filter, as c++filt is, for the text that kernels and their tools write: kernel logs of every \
      architecture, nm, objdump, readelf, gdb, crash, Module.symvers, ftrace, perf, bpftrace, folded \
      stacks, kprobe_events, livepatch paths. Names are found where these put them; mangled names and \
      NAME.llvm.NUMBER, which no plain word can be, anywhere. Everything else passes through byte for \
      byte, line by line; lines longer than 1 MiB stay as they are, which is reported. What is not a \
      file is taken for a name: a mangled one, a path of Rust, one that -k or --names have, and under \
      --to hashed any identifier of C.

      Examples:
        dmesg | ksym translate
        ksym translate kern.log.2.gz
        ksym translate _RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk
        ksym translate --keep-linkage oops.txt > readable.txt
        ksym translate --to linkage readable.txt
        ksym translate --to linkage -k /lib/modules/$(uname -r) readable.txt
        ksym translate --to linkage --names all.names readable.txt
        ksym translate --verify -k auto /var/log/kern.log
        ksym translate --verify --addresses -k vmlinuz oops.txt
        ksym translate --addresses -k System.map panic.txt
        ksym translate --source -k /usr/lib/debug/boot/vmlinux-$(uname -r) oops.txt
        perf script | stackcollapse-perf.pl | ksym translate | flamegraph.pl > a.svg

      Forms: readable (kernel::print::call_printk; init_once for init_once.llvm.142…; do_fork.isra for \
      do_fork.isra.0), source (the same, but Rust names stay mangled), linkage (needs -k or --names, \
      unless the text was written with --keep-linkage), hashed (SHA-256).

      A name that several symbols have is resolved by the size in name+0xOFF/0xSIZE, the module and \
      the address beside it; where that is not enough, --ambiguous decides what is written. Kernels are \
      asked first, then name tables, in the order given. --verbose lists the names that stay: those of \
      several symbols, and those that nothing given contains.

      --addresses names the addresses of kernels without KALLSYMS and of stacks with [unknown] or nothing \
      beside them: 0xffffffff81313e74 (vfs_read+0x4/0x35c). How far the kernel was moved is read from \
      "Kernel Offset: 0x…" in each boot of the text; modules from lists as in /proc/modules, with -k \
      for the directory that has their files. Where the text names its kernel by release or build ID, no \
      other is asked.

      --source writes the place in the sources: vfs_read+0x12/0x40 (fs/read_write.c:474), as \
      scripts/decode_stacktrace.sh does, with those of the calls that were inlined after it. In call \
      traces it is that of the call, elsewhere that of the address. Debug information is read from the \
      kernel given, or found by its build ID, its .gnu_debuglink or its release in /usr/lib/debug; that \
      of modules also in directories given with -k.

      JSON, one object a name: file, line, column, surface, text, translation, linkage, offset, size, \
      module, addresses, places; then one a finding: file, finding, name or token, and what it is about.

      Exit status: 0 done; 1 --verify found that the text is not of this kernel; 2 a file, kernel or \
      table cannot be read, --source found no debug information, or a name was ambiguous under \
      --ambiguous=error.
      """)

  @Option(name: .customLong("to"), help: "Form to write.") var form = NameForm.readable

  @Option(
    name: [.customShort("k", allowingJoined: true), .customLong("kernel")],
    help: ArgumentHelp(
      "A kernel that the text may come from: an image, a directory, System.map, nm output, "
        + "/proc/kallsyms, a module, build-id:HEX, running, or auto: the one that the text names (repeatable).",
      valueName: "path"),
    completion: .file())
  var kernel: [String] = []

  @OptionGroup var nameFiles: NamesOption

  @Option(help: "What to do with a name that several symbols have.")
  var ambiguous = TranslationOptions.Ambiguity.keep

  @Flag(help: "Write readable{linkage}, which --to linkage always reads back.")
  var keepLinkage = false

  @Flag(help: "Leave out .isra, .cold and their like too.") var bare = false

  @Flag(help: "Compare sizes, the release and the build ID in the text with the kernel's.")
  var verify = false

  @Flag(
    help: "Write the address after each name+0xOFF, and the name after each address without one.")
  var addresses = false

  @Flag(
    name: .customLong("source"),
    help: "Write file and line after each name+0xOFF, from debug information.")
  var showsSource = false

  @Option(
    name: .customLong("kaslr"),
    help: ArgumentHelp(
      "How far KASLR moved the kernel of the text, for --addresses (default: what the text says).",
      valueName: "0x…"), transform: TranslateCommand.offset)
  var kaslr: UInt64?

  @Flag(help: "Each line is a name, however plain (available_filter_functions).") var lines = false

  @OptionGroup var json: JSONOption
  @OptionGroup var colour: ColourOption
  @OptionGroup var input: InputOptions

  @Argument(
    help: "Texts, also compressed, or names; standard input if there are none.", completion: .file()
  )
  var files: [String] = []

  func validate() throws {
    if kernel.contains("auto"), kernel.count > 1 {
      throw ValidationError("-k auto finds the kernel: leave other kernels out")
    }
    if kernel.isEmpty && (verify || addresses || showsSource) {
      throw ValidationError("--verify, --addresses and --source need a kernel: -k")
    }
    if bare, form == .linkage || form == .hashed {
      throw ValidationError("--bare is for --to readable and --to source")
    }
    if keepLinkage, form == .linkage {
      throw ValidationError("--keep-linkage is for other forms than that of --to linkage")
    }
    if kaslr != nil && !addresses { throw ValidationError("--kaslr is for --addresses") }
  }

  func options(_ terminal: Terminal) -> TranslationOptions {
    var options = TranslationOptions(form: form)
    options.isBare = bare
    options.keepsLinkage = keepLinkage
    options.ambiguity = ambiguous
    options.linesAreNames = lines
    options.verifies = verify
    options.showsAddresses = addresses
    if terminal.isColoured && !json.isWanted {
      options.marks = NameMarks(start: "\u{1b}[1;32m", end: "\u{1b}[0m")
    }
    options.collectsNames = json.isWanted
    options.reportsMissing = input.isVerbose || json.isWanted
    return options
  }

  func run() throws {
    if kernel == ["auto"] { return try runByOrigin() }
    let names = try NameSources(kernel, input)
    var status = ExitStatus.yes
    let known = nameFiles.read(limit: input.limit, &status)
    let options = options(colour.terminal)
    let lines = showsSource ? DebugLines(names, limit: input.limit) : nil
    var translator = TextTranslator(
      options, sources: names.sources, modules: names.hasModules ? names : nil,
      directories: known.directories, finder: lines)
    var report = TranslationReport(
      isJSON: json.isWanted, isVerbose: input.isVerbose, listsAmbiguous: ambiguous == .error, known)
    for path in files.isEmpty ? ["-"] : files {
      report.path = path
      if isName(path), translator.translate(name: path, report: &report) {
        continue
      }
      do throws(FileError) {
        var text = try TextInput(path, limit: input.limit)
        if surveys {
          translator.translate(addressesIn: try text.all(), moved: kaslr, &report)
        } else {
          try text.read { piece in
            translator.translate(piece) { report.write($0) }
            report.flush(&translator)
          }
        }
        translator.finish { report.write($0) }
        report.flush(&translator)
      } catch {
        report.flush(&translator)
        Terminal.complain(error.explained)
        status = .trouble
      }
    }
    if let lines, lines.complain(isVerbose: input.isVerbose) { status = .trouble }
    try conclude(translator.counts, report, known, status)
  }

  /// Says what became of the names, and ends the command.
  func conclude(
    _ counts: TranslationCounts, _ report: TranslationReport, _ known: KnownNames,
    _ soFar: ExitStatus
  ) throws {
    var status = soFar
    if input.isVerbose { report.summarise(counts) }
    report.complain(ofLongLines: counts.longLines)
    report.complain(ofByteMessages: counts.hasByteMessages)
    let isDamaged = known.complainOfDamage()
    if isDamaged { status = .trouble }
    let lacksNames = form == .linkage && kernel.isEmpty && nameFiles.files.isEmpty
    let isUseless = lacksNames && counts.translated == 0 && counts.remaining > 0
    if counts.remaining > 0 && !isUseless && !isDamaged && !input.isVerbose {
      let all = counts.translated + counts.remaining
      Terminal.complain("\(counts.remaining) of \(all) names stay: --verbose says why")
    }
    report.complain(ofForeignAddresses: counts.foreignAddresses)
    if showsSource, counts.unplaced > 0 {
      let all = counts.placed + counts.unplaced
      Terminal.complain(
        "\(counts.unplaced) of \(all) names have no place: their symbol, or its size, is not that of the "
          + "kernel (--verify compares), or debug information leaves it out")
    }
    if counts.contradicted > 0 { status = max(status, .no) }
    if counts.uncompared > 0 {
      status = .trouble
      Terminal.complain(
        "only modules were searched, not their kernel: \(counted(counts.uncompared, "name")) of the kernel "
          + "could not be compared")
    }
    if ambiguous == .error && counts.ambiguous > 0 { status = .trouble }
    if status == .yes && isUseless {
      Terminal.complain(
        "--to linkage needs names: -k or --names, or a text written with --keep-linkage")
      throw ExitCode.validationFailure
    }
    throw ExitCode(status.rawValue)
  }

  /// Whether a text is read as a whole first: it says last how far its kernel was moved. The addresses
  /// of the running kernel are what they are.
  private var surveys: Bool { addresses && (kaslr != nil || kernel.contains { $0 != "running" }) }

  private static func offset(_ argument: String) throws -> UInt64 {
    guard argument.hasPrefix("0x"), let offset = hexadecimalNumber(argument) else {
      throw ValidationError("--kaslr takes 0x and hexadecimal digits")
    }
    return offset
  }

  /// Whether an argument may be a name: there is no file of this name.
  func isName(_ argument: String) -> Bool {
    // What is wrong with an archive is reported where its member is read.
    try? ArchiveMember.prepare(argument, limit: input.limit)
    return argument != "-" && !argument.isEmpty && PathKind(argument) == .missing
  }
}

extension TextTranslator {
  /// Translates a text of which each boot's kernel was moved as the text says, or by an offset given.
  mutating func translate(
    addressesIn text: [UInt8], moved offset: UInt64?, _ report: inout TranslationReport
  ) {
    let survey = TextSurvey(text.rawSpan)
    var modules = survey.modules
    for boot in survey.boots {
      guard let whole = text.rawSpan.slice(boot.range) else { continue }
      // A boot's text may have traces of another kernel.
      for piece in TextOrigin.parts(whole) {
        let move = offset.map { KernelMove(offset: $0) } ?? boot.move
        setAddresses(move, modules: modules, of: piece.origin)
        modules = []
        guard let part = whole.slice(piece.range) else { continue }
        translate(part) { report.write($0) }
        report.flush(&self)
      }
    }
  }

  /// Translates a name that was given as an argument, on a line of its own.
  ///
  /// - Returns: Whether it is a name; nothing is written otherwise.
  mutating func translate(name: String, report: inout TranslationReport) -> Bool {
    let bytes = Array(name.utf8)
    guard translate(name: bytes.rawSpan, to: { report.write($0) }) else { return false }
    report.flush(&self)
    return true
  }
}
