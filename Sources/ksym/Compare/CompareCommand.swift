internal import ArgumentParser
internal import ByteStorage
internal import KernelComparison
internal import KernelReleases
internal import KernelUpdates
internal import Kernels
internal import ModuleLoading
internal import SymtypesFormat

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Show what a kernel update changes for modules: exports, versions, types, owners.",
    usage: "ksym compare [<options>] <old> <new> [<modules> ...]",
    discussion: """
      Compares what two kernels export: additions, removals, versions (CRCs), types (GPL-only or \
      not), namespaces and owners. A kernel is a Module.symvers of any age and compression, an image, a \
      directory with one, or a release. \
      With modules, shows which of them load on the old kernel and not on the new one, and which changes \
      are the reason, those that break most modules first.

      Examples:
        ksym compare old/Module.symvers new/Module.symvers
        ksym compare 6.12.107+deb13-amd64 6.12.117+deb13-amd64
        ksym compare 6.1.0-47-amd64 6.1.0-50-amd64 ./driver.ko
        ksym compare --rules severities old.symvers new.symvers
        ksym compare --list Module.kabi_x86_64 new.symvers
        ksym compare --html page.html 6.1.0-47-amd64 6.1.0-50-amd64 driver.ko
        ksym compare --list abi_gki_aarch64 --check-list Module.symvers vendor/
        ksym compare --rules ignore-changes --convert-rules
        ksym compare --format ksymvers:short old.symvers new.symvers
        ksym compare old.symtypes new.symtypes

      Rules excuse changes: severities of suse-kabi-tools ([TYPE] PATTERN PASS|FAIL, first match \
      counts), those of SUSE's older kabi.pl, what Debian and Ubuntu ignore, and lists of symbols, which \
      excuse changes of all others. Lists select symbols: Red Hat's stablelists and Module.kabi files, \
      Oracle's lockedlists, Debian's ABI files, Android's symbol lists, names and patterns. Their form is \
      recognised. A list with versions can take the place of the old kernel.

      With --check-list, Android's checks are done: each symbol of the lists, and each that the modules \
      need from the kernel, is kept (exported and listed), unlisted or missing.

      Types (symtypes, as the kernel's build writes them with KBUILD_SYMTYPES=1: files, directories, \
      consolidated files) are compared if both sides are types: each change with the exports that it \
      reaches, and the shortest chain of references to it. With --explain, given once for each side, they \
      explain the versions that changed, and may be vmlinux or objects with debug information.

      Called as ksymvers or ksymtypes (a link, or the first word), ksym takes the command lines of those \
      tools of suse-kabi-tools.

      JSON, one object: old, new {path, exports}, versionsKnown, changes [{name, change, old, new, \
      owner, verdict, rule}], counts {added, removed, version, type, namespace, owner, excused, breaking}, \
      unusedRules; with --list, unknownNames. With --check-list: new {path}, \
      listed [{name, verdict, isListed, neededBy}], \
      protectedExports [{name, module}].

      Exit status: 0 nothing changed that breaks modules; 1 something did, or a module breaks; 2 a file \
      cannot be read, or is not a module.
      """)

  @Option(
    name: [.customShort("r"), .long],
    help: ArgumentHelp("Rules that excuse changes, in any form.", valueName: "file"),
    completion: .file())
  var rules: String?

  @Option(
    help: ArgumentHelp(
      "Look only at the symbols of this list (repeatable: any of them counts).", valueName: "file"),
    completion: .file())
  var list: [String] = []

  @Flag(help: "Print the rules as severities of suse-kabi-tools, and compare nothing.")
  var convertRules = false

  @Flag(help: "Report rules that decide about no export of either kernel.") var unusedRules = false

  @Option(
    help: ArgumentHelp(
      "Print the lists as one in Android's order, with what tracepoints need, and compare nothing.",
      valueName: "form"))
  var convertList: AndroidListForm?

  @Flag(
    help: "Check the lists against one kernel, and against what its vendor modules need.")
  var checkList = false

  @Option(
    help: ArgumentHelp(
      "With --check-list: symbols that vendor modules must not export.", valueName: "file"),
    completion: .file())
  var protected: [String] = []

  @Option(
    help: ArgumentHelp("Write the comparison as one page of HTML.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var html: String?

  @Option(
    help: ArgumentHelp(
      "Types of the old kernel, then of the new one: explain changed versions.", valueName: "types"),
    completion: .file())
  var explain: [String] = []

  @Option(
    help: ArgumentHelp(
      "Output format: text, json, or one of those of suse-kabi-tools.",
      valueName: "format"),
    completion: .list(["text", "json"] + CompareFormat.ksymversNames))
  var format: CompareFormat = .text

  @Option(help: ArgumentHelp("List at most this many names of a kind.", valueName: "n"))
  var top = 10

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption
  @OptionGroup var colour: ColourOption
  @OptionGroup var readable: ReadableOption
  @OptionGroup var jobs: JobsOption
  @OptionGroup var input: InputOptions

  @Argument(
    help: ArgumentHelp("The old kernel, the new one, and modules.", valueName: "files"),
    completion: .file())
  var paths: [String] = []

  func validate() throws {
    if top < 0 { throw ValidationError("--top must not be negative") }
    if convertRules {
      guard rules != nil else { throw ValidationError("--convert-rules needs --rules") }
      guard paths.isEmpty else { throw ValidationError("--convert-rules takes no kernels") }
      return
    }
    if convertList != nil || checkList, list.isEmpty {
      throw ValidationError("--convert-list and --check-list need --list")
    }
    if !protected.isEmpty, !checkList { throw ValidationError("--protected needs --check-list") }
    if convertList != nil || checkList {
      guard checkList ? !paths.isEmpty : paths.count < 2 else {
        throw ValidationError(
          checkList ? "--check-list needs a kernel" : "--convert-list takes at most one kernel")
      }
      return
    }
    try refuseOverwriting(
      "--html", html, reading: paths + list + explain + [rules].compactMap(\.self))
    guard paths.count >= 2 || paths.count == 1 && !list.isEmpty else {
      throw ValidationError("two kernels are compared: the old one and the new one")
    }
    guard explain.isEmpty || explain.count == 2 else {
      throw ValidationError("--explain is given twice: types of the old kernel, and of the new one")
    }
    if unusedRules, rules == nil { throw ValidationError("--unused-rules needs --rules") }
  }

  func run() throws {
    quiet.apply()
    let sources = CompareSources(limit: input.limit, workers: jobs.workers)
    let rules = try rules.map { try sources.rules($0) }
    if convertRules {
      var output = OutputBuffer()
      for rule in rules?.rules ?? [] { output.append(rule.words + "\n") }
      Terminal.writeMachineLines(&output)
      return
    }
    if let rules, rules.rules.isEmpty {
      Terminal.complain("\(self.rules ?? ""): no rule: nothing is excused")
    }
    for rule in rules?.rules ?? [] where rule.isMistakable {
      Terminal.complain(
        "\(self.rules ?? ""):\(rule.line): '\(rule.words)' is about exports in a namespace only: "
          + "SYMBOL * is about all")
    }
    let list = try sources.list(list)
    if let list, let form = convertList { return try convert(list, to: form.form, sources) }
    if let list, checkList { try check(list, sources) }
    if paths.count == 2, paths.allSatisfy(SymtypesInput.isSymtypes) {
      try compareTypes(list?.selection)
    }
    var sides = try paths.prefix(2).map { try sources.side($0) }
    if let list, !sides.contains(where: { $0.records.containsAny(of: list.selection) }) {
      throw Terminal.trouble(
        "\(self.list.joined(separator: ", ")): no entry matches an export of these kernels")
    }
    if sides.count == 1 {
      guard let expected = list?.expected else {
        throw Terminal.trouble(
          "\(self.list.joined(separator: ", ")): has no versions to compare with: name two kernels")
      }
      sides.insert(CompareSide(path: self.list.joined(separator: ", "), records: expected), at: 0)
    }
    try compare(sides, list?.selection, rules)
  }

  private func compare(
    _ sides: [CompareSide], _ selection: NameSelection?, _ rules: SeverityRules?
  ) throws {
    let isExact = format.ksymvers != nil
    var status = ExitStatus.yes
    let comparison = ExportComparison(
      sides[0].records, sides[1].records, selection: selection, rules: rules,
      aspects: isExact ? [] : [.namespaces, .owners, .knownVersions])
    if let problem = PatternTime.problem(rules, self.rules) ?? PatternTime.problem(selection, list)
    {
      throw Terminal.trouble(problem)
    }
    if let format = format.ksymvers, !json.isWanted {
      var sinks = DropInSinks()
      KsymversOutput(comparison).write([(format, 0)], to: &sinks)
      do throws(DropInError) { try sinks.finish("standard output") } catch {
        throw Terminal.trouble(error.message)
      }
    } else {
      let breakage = try breakage(comparison)
      status = breakage?.status ?? .yes
      let report = CompareReport(
        comparison: comparison, sides: sides, rules: rules, rulesPath: self.rules,
        showsUnused: unusedRules, top: input.isVerbose ? .max : top,
        showsReadable: readable.isWanted, terminal: colour.terminal,
        types: try explanation(comparison), breakage: breakage, selection: selection)
      if let html {
        do { try AtomicFile.write(ComparePage(report: report).bytes(), to: html) } catch {
          throw Terminal.trouble(error.explained)
        }
      }
      var output = OutputBuffer(reserving: 1 << 16)
      if json.isWanted || format == .json {
        report.writeJSON(to: &output)
      } else {
        report.write(to: &output)
      }
      Terminal.write(&output)
    }
    if unusedRules, let problem = PatternTime.problem(rules, self.rules) {
      throw Terminal.trouble(problem)
    }
    if unusedRules, isExact, let rules, let path = self.rules {
      for line in CompareReport.unusedRules(rules, sides, path) { Terminal.complain(line) }
    }
    throw ExitCode(max(status, comparison.isBreaking ? .no : .yes).rawValue)
  }

  /// Which modules break, if some are given.
  private func breakage(_ comparison: ExportComparison) throws -> BreakageReport? {
    guard paths.count > 2 else { return nil }
    var request = LoadRequest()
    request.reportsAllSymbols = true
    request.loadsTargets = true
    request.limit = input.limit
    request.workers = jobs.workers
    let checkers = try paths.prefix(2).map { path in
      do throws(KernelError) {
        let kernel = try OpenKernel(path, limit: input.limit)
        var facts = try kernel.factsForLoading()
        facts.supposeRelease(ofModules: Array(paths.dropFirst(2)), limit: input.limit)
        if facts.basis.isAssumed {
          Terminal.complain(
            "\(path): of unknown release: the rules of \(facts.basis.release) are taken")
        }
        return ModuleChecker(facts, of: kernel, request: request)
      } catch { throw Terminal.trouble(error.explained) }
    }
    var progress = Progress("modules read")
    let found = ModuleBreakage(
      Array(paths.dropFirst(2)), old: checkers[0], new: checkers[1], comparison,
      progress: { progress.update($0, of: $1) })
    Progress.clear()
    let report = BreakageReport(
      breakage: found, assumed: checkers[1].assumed.map(\.words), top: mostListed,
      showsRefused: input.isVerbose, showsReadable: readable.isWanted, terminal: colour.terminal)
    for complaint in report.complaints { Terminal.complain(complaint) }
    if found.loadingCount == 0, !found.refused.isEmpty {
      Terminal.complain(
        "\(paths[0]): no module loads on the old kernel: name the one they were built for first")
    }
    return report
  }
}

extension CompareCommand {
  private var mostListed: Int { input.isVerbose ? .max : top }

  /// Compares types, and ends the command.
  private func compareTypes(_ selection: NameSelection?) throws {
    for (option, isGiven) in [
      ("--rules", rules != nil), ("--html", html != nil), ("--explain", !explain.isEmpty),
    ] where isGiven {
      throw ValidationError(
        "\(option) belongs to a comparison of versions: compare Module.symvers, and give the types to "
          + "--explain")
    }
    var hasWanted = false
    let report = try typeReport(paths, needsExports: true) { name in
      let isWanted = selection?.contains(name) ?? true
      hasWanted = hasWanted || isWanted
      return isWanted
    }
    guard hasWanted else {
      throw Terminal.trouble(
        "\(list.joined(separator: ", ")): no entry matches an export of these types")
    }
    if let format = format.ksymvers, !json.isWanted {
      var sinks = DropInSinks()
      KsymtypesOutput(report.comparison, report.store).write([(format, 0)], to: &sinks)
      do throws(DropInError) { try sinks.finish("standard output") } catch {
        throw Terminal.trouble(error.message)
      }
    } else {
      var output = OutputBuffer(reserving: 1 << 16)
      if json.isWanted || format == .json {
        output.beginObject()
        for (key, path) in zip(["old", "new"] as [StaticString], paths) {
          output.member(key, object: path) { $1.member("path", $0) }
        }
        report.writeJSON(to: &output)
        output.endLine()
      } else {
        report.write(to: &output)
      }
      Terminal.write(&output)
    }
    // ksymtypes counts additions too.
    let isSame =
      format.ksymvers == nil ? !report.comparison.isBreaking : report.comparison.isEmpty
    throw ExitCode((isSame ? ExitStatus.yes : ExitStatus.no).rawValue)
  }

  /// What explains the versions that changed, if types are given: symtypes, or debug information.
  private func explanation(_ comparison: ExportComparison) throws -> TypeReport? {
    guard !explain.isEmpty else { return nil }
    var selection = NameSelection()
    var names: [String] = []
    for change in comparison.changes where change.kind == .version {
      selection.add(comparison.name(of: change))
      names.append(comparison.name(of: change).text)
    }
    return try typeReport(explain, names: names) { selection.contains($0) }
  }

  private func typeReport(
    _ paths: [String], names: [String] = [], needsExports: Bool = false,
    where isWanted: (RawSpan) -> Bool
  ) throws -> TypeReport {
    var types = TypesSource(limit: input.limit)
    let trees: [SymtypesTree]
    do { trees = try paths.map { try types.read($0, names: names) } } catch {
      throw Terminal.trouble("\(error)")
    }
    for (path, tree) in zip(paths, trees) where needsExports && tree.exports.isEmpty {
      throw Terminal.trouble("\(path): holds the types of no export")
    }
    return TypeReport(
      comparison: TypeComparison(trees[0], trees[1], types.store, where: isWanted),
      store: types.store, top: mostListed, terminal: colour.terminal)
  }
}
