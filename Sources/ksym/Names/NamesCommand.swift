internal import ArgumentParser
internal import ByteStorage
internal import Kallsyms
internal import Kernels
internal import NameAudits
internal import SymbolTables

struct NamesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "names", abstract: "Audit names: limits, suffixes, duplicates.",
    usage: "ksym names [<options>] <files> ...",
    discussion: """
      Counts the names of kernels and modules by length and holds them against the limits of every \
      interface that takes names (version tables, kallsyms, livepatch, trace events, libbpf, depmod); \
      lists exported and required names that basic version tables cannot hold, the suffixes that \
      compilers leave, names that become one when suffixes are stripped, and names that several \
      symbols have.

      Examples:
        ksym names /boot/vmlinuz-$(uname -r)
        ksym names vmlinux /lib/modules/$(uname -r)
        ksym names --html names.html ./package-root
        ksym names --json Module.symvers | jq .versions.long

      A directory counts with the kernel image and the modules in it. A name is counted once, \
      however many symbols have it; both numbers are given. Mapping symbols ($x) and local labels \
      (.L…) are left out, as the kernel leaves them out.

      JSON, one object: sources, names, symbols, owners, rust, lengths [{length, names, symbols, \
      rust}], limits [{interface, maximum, bits, since, through, excess, names, symbols, source}], \
      versions {exported, required, long64, long32, long}, suffixes [{kind, names, symbols}], \
      stripping [{what, stems, names, largest}], duplicates {names, symbols, withinOwner, \
      sameAddress, largest, largestSameAddress}.

      Exit status: 0 names were found; 1 none were; 2 a file cannot be read.
      """)

  @Option(
    help: ArgumentHelp(
      "Write a page with the charts to this file: HTML that needs no other file.", valueName: "file"
    ), completion: .file(extensions: ["html"]))
  var html: String?

  @Option(help: ArgumentHelp("List at most this many names of a kind.", valueName: "n"))
  var top = 10

  @OptionGroup var json: JSONOption
  @OptionGroup var colour: ColourOption
  @OptionGroup var readable: ReadableOption
  @OptionGroup var jobs: JobsOption
  @OptionGroup var input: InputOptions
  @OptionGroup var kernels: KernelPathOption

  @Argument(
    help: ArgumentHelp(
      "Kernels, modules, directories, Module.symvers files, lists of symbols, or running.",
      valueName: "files"), completion: .file())
  var paths: [String] = []

  func validate() throws {
    if top < 0 { throw ValidationError("--top must not be negative") }
    _ = try kernels.paths(and: paths)
  }

  func run() throws {
    let terminal = colour.terminal
    var status = ExitStatus.yes
    let paths = try kernels.paths(and: paths)
    let names = gather(paths, &status)
    guard names.count > 0 else {
      Terminal.complain("no names")
      throw ExitCode(max(status, .no).rawValue)
    }
    let audit = NameAudit(of: names, mostListed: top)
    let report = NamesReport(
      audit: audit, sources: paths, top: top, showsReadable: readable.isWanted, terminal: terminal)
    if let html {
      do { try AtomicFile.write(NamesPage(report).bytes(), to: html) } catch {
        Terminal.complain(error.explained)
        status = .trouble
      }
    }
    var output = OutputBuffer(reserving: 1 << 15)
    if json.isWanted {
      report.writeJSON(to: &output)
    } else if html == nil {
      report.write(to: &output)
    }
    Terminal.write(&output)
    throw ExitCode(status.rawValue)
  }

  /// Reads all files, and says which cannot be read.
  private func gather(_ paths: [String], _ status: inout ExitStatus) -> NameCollection {
    let limit = input.limit
    let entries = paths.flatMap { path in
      let files = NameReader.files(of: path, limit: limit)
      files.choice?.report(path)
      return files.entries
    }
    var names = NameCollection()
    var worst = ExitStatus.yes
    FileRun(workers: jobs.workers, counted: "files").run(
      entries, makeState: { NameReader(limit: limit) },
      work: { reader, path in try reader.read(path) },
      consume: { result, _ in
        switch result {
        case .success(let found): names.append(found)
        case .failure(let failure):
          Terminal.complain(failure.words)
          worst = .trouble
        }
        return true
      })
    status = max(status, worst)
    if input.isVerbose { Terminal.complain("\(entries.count) files, \(names.count) names") }
    return names
  }
}
