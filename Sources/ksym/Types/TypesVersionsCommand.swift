internal import ArgumentParser
internal import ByteStorage
internal import Kernels
internal import OrderedWork
internal import TypeVersions

struct TypesVersionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "versions",
    abstract: "Compute versions from debug information, as gendwarfksyms does.",
    usage: "ksym types versions [<options>] <objects> ... < <list>",
    discussion: """
      Reads the names of symbols on standard input, one a line, and the debug information (DWARF) of \
      objects, as the kernel's build makes them with CONFIG_GENDWARFKSYMS. Each object counts by \
      itself; what several describe is taken from the first. The versions are those of \
      scripts/gendwarfksyms; called as ksym-gendwarfksyms, ksym takes its command line too.

      Examples:
        nm -gj --defined-only rust/kernel.o | ksym types versions rust/kernel.o
        ksym types versions --exported fs/*.o
        ksym types versions --exported --symtypes inode.symtypes fs/inode.o

      JSON, one object a symbol: name, crc, object.

      Exit status: 0 every symbol has a version; 1 one has none; 2 a file cannot be read, or there are \
      no versions of it.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case table, symver, json }

  @Option(help: "Output format; symver is that of gendwarfksyms.") var format: Format = .table

  @Option(
    help: ArgumentHelp("Names of symbols, one a line; - is standard input.", valueName: "file"),
    completion: .file())
  var list = "-"

  @Flag(help: "Take what the objects themselves export, not a list.") var exported = false

  @Flag(help: "Apply kABI rules and conventions.") var stable = false

  @Option(
    name: [.customShort("T", allowingJoined: true), .customLong("symtypes")],
    help: ArgumentHelp("Write the texts of all types and symbols to a file.", valueName: "file"),
    completion: .file())
  var symtypes: String?

  @OptionGroup var json: JSONOption
  @OptionGroup var jobs: JobsOption
  @OptionGroup var input: InputOptions

  @Argument(help: "Objects, modules or a vmlinux with debug information.", completion: .file())
  var objects: [String]

  func validate() throws {
    if exported, list != "-" { throw ValidationError("--exported and --list exclude each other") }
    if json.isWanted, format == .symver {
      throw ValidationError("--json and --format symver exclude each other")
    }
    if !exported, list == "-", objects.contains("-") {
      throw ValidationError(
        "the list and an object are both standard input: use --list or --exported")
    }
    try refuseOverwriting("--symtypes", symtypes, reading: objects)
  }

  func run() throws {
    do {
      let list = exported ? nil : try readList()
      var report = TypesVersionsReport(format: json.isWanted ? .json : format, list: list)
      try compute(list, &report)
      if report.isEmpty {
        for path in objects { report.complain("\(path): nothing is exported") }
      }
      if let symtypes, !report.hasTrouble {
        try AtomicFile.write(report.symtypes.bytes, to: symtypes)
      }
      throw ExitCode(report.finish().rawValue)
    } catch let code as ExitCode { throw code } catch { throw Terminal.trouble(error.explained) }
  }

  private func readList() throws -> ExportList {
    var input = try TextInput(list, limit: input.limit)
    let text = try input.all()
    let exports: ExportList
    do throws(TypeVersionsError) { exports = try ExportList(parsing: text.rawSpan) } catch {
      throw TypeVersionsFailure(path: list, cause: error)
    }
    guard !exports.isEmpty else { throw Terminal.trouble("the list of symbols is empty") }
    return exports
  }

  private func compute(_ list: ExportList?, _ report: inout TypesVersionsReport) throws {
    var request = VersionsRequest()
    (request.isStable, request.wantsSymtypes) = (stable, symtypes != nil)
    let (wanted, limit) = (request, input.limit)
    FileRun(workers: jobs.workers, counted: "objects", chunk: 1).run(
      objects.map(DirectoryTree.Entry.file), makeState: { FileBuffer(limit: limit) },
      work: { buffer, path -> VersionsRun in
        let file = try DebugInput.open(path, &buffer)
        let supplement = try DebugFileSearch(limit: limit).supplement(of: file, at: path)
        do throws(TypeVersionsError) {
          let wantedHere: ExportList
          if let list { wantedHere = list } else { wantedHere = try ExportList(exportedBy: file) }
          var run = VersionsRun(wantedHere, wanted)
          try run.add(file, supplement: supplement)
          return run
        } catch {
          if error.isMissingInformation { throw MissingTypes(path: path, wantsVersions: true) }
          throw TypeVersionsFailure(path: path, cause: error)
        }
      },
      consume: { result, path in
        switch result {
        case .success(let run): report.add(run, path)
        case .failure(let failure): report.complain(failure.words)
        }
        return true
      })
  }
}

/// Debug information without versions, with its path.
struct TypeVersionsFailure: Error, CustomStringConvertible {
  let path: String
  let cause: TypeVersionsError

  var description: String { "\(path): \(cause.words)" }
}

private struct TypesVersionsReport {
  let format: TypesVersionsCommand.Format
  /// The symbols asked for; `nil` for what the objects export.
  let list: ExportList?
  private(set) var symtypes = OutputBuffer()
  private var output = OutputBuffer(reserving: 1 << 16)
  private var status = ExitStatus.yes
  /// Symbols that have a version.
  private var known: Set<String> = []
  private var missing: [String] = []

  /// Whether a file gave no versions.
  var hasTrouble: Bool { status == .trouble }
  /// Whether the objects could be read, but export nothing.
  var isEmpty: Bool { list == nil && known.isEmpty && missing.isEmpty && !hasTrouble }

  init(format: TypesVersionsCommand.Format, list: ExportList?) {
    self.format = format
    self.list = list
  }

  mutating func complain(_ line: String) {
    Terminal.write(&output)
    Terminal.complain(line)
    status = .trouble
  }

  mutating func add(_ run: VersionsRun, _ path: String) {
    symtypes.append(run.symtypes.bytes)
    for version in run.versions {
      let name = version.name.rawSpan.text
      guard let crc = version.crc else {
        if list == nil { missing.append("\(path): \(name)") }
        continue
      }
      if known.insert(name).inserted { write(version.name, crc, path) }
    }
    if output.bytes.count > 1 << 16 { Terminal.write(&output) }
  }

  private mutating func write(_ name: [UInt8], _ crc: UInt32, _ path: String) {
    switch format {
    case .symver:
      output.append("#SYMVER ")
      output.append(name)
      output.append(" \(checksum(crc))\n")
    case .table: output.append("\(checksum(crc))  \(plain(name.rawSpan.text))  \(plain(path))\n")
    case .json:
      output.beginObject()
      output.member("name", name.rawSpan.text)
      output.member("crc", checksum(crc))
      output.member("object", path)
      output.endLine()
    }
  }

  mutating func finish() -> ExitStatus {
    Terminal.write(&output)
    if let list { missing = list.all.map { $0.rawSpan.text }.filter { !known.contains($0) } }
    for name in missing { Terminal.complain("\(name): nothing describes it") }
    return missing.isEmpty ? status : max(status, .no)
  }
}
