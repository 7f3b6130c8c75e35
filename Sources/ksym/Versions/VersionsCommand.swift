internal import ArgumentParser
internal import ByteStorage
internal import Kernels
internal import ModuleFiles
internal import ModuleVersions

struct VersionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "versions",
    abstract: "Show the symbol versions a module requires, from every layout.",
    usage: "ksym versions [<options>] <modules> ...",
    discussion: """
      Reads __versions (basic records, Ubuntu's packed records, hashed names) and \
      __version_ext_crcs/__version_ext_names, says which of them a kernel uses, where they \
      disagree, and what is malformed.

      Examples:
        ksym versions ./rust_minimal.ko.xz
        ksym versions --format modprobe /lib/modules/$(uname -r)
        ksym versions --json module.ko | jq '.versions[] | {name, crc, layout}'
        ksym versions --names System.map hashed.ko
        xz -dc module.ko.xz | ksym versions -

      Formats: table (human-readable), modprobe (as modprobe --show-modversions prints, also for \
      layouts that kmod cannot read), symvers (Module.symvers columns; the provider is unknown), \
      json (one object a module): module, name, layouts, used [{kernels, layout}], versions [{name, \
      readable, crc, layout, sha256}], defects [{section, offset, what, name}].

      Exit status: 0 versions were found in every module; 1 a module has none, or its tables \
      disagree; 2 a file cannot be read or a table is malformed.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case table, modprobe, symvers, json }

  @Option(help: "Output format.") var format: Format = .table

  @OptionGroup var names: NamesOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption
  @OptionGroup var colour: ColourOption
  @OptionGroup var readable: ReadableOption
  @OptionGroup var jobs: JobsOption
  @OptionGroup var size: SizeOption

  @Argument(
    help: "Modules, their names, directories of modules, or - for standard input.",
    completion: .file(extensions: ["ko", "xz", "zst", "gz"]))
  var modules: [String]

  func run() throws {
    quiet.apply()
    let terminal = colour.terminal
    var status = ExitStatus.yes
    let dictionary = names.read(limit: size.limit, &status)
    let entries = ModulePaths.expand(modules, limit: size.limit) {
      ModuleTree.running.entry(named: $0)
    }
    let report = VersionsReport(
      format: json.isWanted ? .json : format, dictionary: dictionary, terminal: terminal,
      showsReadable: readable.isWanted)
    let limit = size.limit
    var output = OutputBuffer(reserving: 1 << 17)
    FileRun(workers: jobs.workers).run(
      entries, makeState: { FileBuffer(limit: limit) },
      work: { buffer, path in try report.describe(path, &buffer) },
      consume: { result, _ in
        switch result {
        case .success(var result):
          // What is large is written as it is, not copied: of a damaged table it is hundreds of megabytes.
          if result.output.bytes.count > 1 << 16 {
            write(&output)
            write(&result.output)
          } else {
            output.append(result.output.bytes)
          }
          for line in result.complaints {
            write(&output)
            Terminal.complain(line)
          }
          status = max(status, result.status)
        case .failure(let failure):
          write(&output)
          Terminal.complain(failure.words)
          status = .trouble
        }
        if output.bytes.count > 1 << 16 { write(&output) }
        return true
      })
    write(&output)
    if dictionary.complainOfDamage() { status = .trouble }
    throw ExitCode(status.rawValue)
  }

  private func write(_ output: inout OutputBuffer) {
    if !json.isWanted, format == .modprobe || format == .symvers {
      Terminal.writeMachineLines(&output)
    } else {
      Terminal.write(&output)
    }
  }
}
