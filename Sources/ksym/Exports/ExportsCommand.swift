internal import ArgumentParser
internal import ByteStorage
internal import Kernels
internal import ModuleFiles
internal import ModuleVersions

/// `ksym exports`: what a kernel or module exports.
struct ExportsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exports",
    abstract: "Show what kernels and modules export: Module.symvers from binaries.",
    discussion: """
      Reads the export tables of every era (place-relative and absolute entries, GPL-only tables and \
      flags, CRCs of every form) from a vmlinux, a vmlinuz or bzImage, modules and directories of \
      modules, or Module.symvers text in any of its historic column orders, plain or compressed.

      Examples:
        ksym exports /boot/vmlinuz-$(uname -r)
        ksym exports --format symvers vmlinuz /lib/modules/$(uname -r) > Module.symvers
        ksym exports --format symvers old/Module.symvers     (to the present column order)
        ksym exports --json usb-storage.ko.xz | jq .namespace

      A directory that holds a kernel image (an unpacked package, a build tree, \
      /lib/modules/RELEASE) counts with its image, unless --no-kernel.

      JSON, one object an export: name, readable, crc, licence, namespace, owner, file.

      Exit status: 0 exports were found; 1 none were; 2 a file cannot be read.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case table, symvers, json
  }

  @Option(help: "Output format: table, symvers or json.")
  var format: Format = .table

  @Flag(name: .customLong("no-kernel"), help: "Leave out the kernel images of directories.")
  var noKernel = false

  @OptionGroup var json: JSONOption
  @OptionGroup var colour: ColourOption
  @OptionGroup var readable: ReadableOption
  @OptionGroup var jobs: JobsOption
  @OptionGroup var input: InputOptions
  @OptionGroup var kernels: KernelPathOption

  @Argument(
    help: "Kernels, modules, directories of modules, Module.symvers files, or - for one of these.",
    completion: .file())
  var paths: [String] = []

  func validate() throws { _ = try kernels.paths(and: paths) }

  func run() throws {
    var report = ExportsReport(
      format: json.isWanted ? .json : format, terminal: colour.terminal,
      showsReadable: readable.isWanted)
    for path in try kernels.paths(and: paths) {
      if path != "-", PathKind(path) == .directory {
        if !noKernel { readKernel(ofDirectory: path, &report) }
        readModules(ModulePaths.expand([path]), &report)
      } else if ModulePaths.isModuleName(path) {
        readModules([.file(path)], &report)
      } else {
        readImage(path, &report)
      }
    }
    report.finish()
    throw ExitCode(report.status.rawValue)
  }

  /// The kernel image that a directory holds, if there is one.
  private func readKernel(ofDirectory path: String, _ report: inout ExportsReport) {
    guard KernelFactsReader.image(in: path) != nil else { return }
    var reader = KernelFactsReader(limit: input.limit)
    do {
      let facts = try reader.read(path)
      guard let exports = facts.exports else { return }
      if input.isVerbose { Terminal.complain("kernel: \(exports.source)") }
      report.add(exports.value, from: exports.source)
    } catch {
      report.complain("\(error)")
    }
  }

  private func readModules(_ entries: [DirectoryTree.Entry], _ report: inout ExportsReport) {
    let limit = input.limit
    FileRun(workers: jobs.workers).run(
      entries, makeState: { FileBuffer(limit: limit) },
      work: { buffer, path in
        try buffer.open(path)
        return try ModuleFile(buffer.source).exports(ofFile: path)
      },
      consume: { result, path in
        switch result {
        case .success(let table): report.add(table, from: path)
        case .failure(let failure): report.complain(failure.words)
        }
        return true
      })
  }

  /// A file that is no module by its name: a kernel, symvers text, or a module all the same.
  private func readImage(_ path: String, _ report: inout ExportsReport) {
    do {
      var reader = KernelFactsReader(limit: input.limit)
      guard let table = try reader.readExports(path) else {
        report.complain(
          "\(path): no export tables; a raw kernel image needs its Module.symvers beside it")
        return
      }
      report.add(table, from: path)
    } catch {
      report.complain("\(error)")
    }
  }
}
