internal import ArgumentParser
internal import ByteStorage
internal import Kernels
internal import ModuleFiles
internal import ModuleVersions
internal import SymbolTables

struct ExportsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exports",
    abstract: "Show what kernels and modules export: Module.symvers from binaries.",
    usage: "ksym exports [<options>] <files> ...",
    discussion: """
      Reads the export tables of every era (place-relative and absolute entries, GPL-only tables and \
      flags, CRCs of every form) from a vmlinux, a vmlinuz or bzImage, modules and directories of \
      modules, or Module.symvers text in any of its historic column orders, plain or compressed.

      Examples:
        ksym exports /boot/vmlinuz-$(uname -r)
        ksym exports --format symvers vmlinuz modules/ > Module.symvers
        ksym exports --format symvers old/Module.symvers   (into the present columns)
        ksym exports --json usb-storage.ko.xz | jq .namespace

      A directory that holds a kernel image (an unpacked package, a build tree, \
      /lib/modules/RELEASE) counts with its image, unless --no-kernel.

      JSON, one object an export: name, readable, crc, licence, namespace, owner, file.

      Exit status: 0 exports were found; 1 none were; 2 a file cannot be read.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case table, symvers, json }

  @Option(help: "Output format.") var format: Format = .table

  @Flag(name: .customLong("no-kernel"), help: "Leave out the kernel images of directories.")
  var noKernel = false

  @OptionGroup var json: JSONOption
  @OptionGroup var colour: ColourOption
  @OptionGroup var readable: ReadableOption
  @OptionGroup var jobs: JobsOption
  @OptionGroup var input: InputOptions
  @OptionGroup var kernels: KernelPathOption

  @Argument(
    help: ArgumentHelp(
      "Kernels, modules, directories of modules, Module.symvers files, or - for one of these.",
      valueName: "files"), completion: .file())
  var paths: [String] = []

  func validate() throws { _ = try kernels.paths(and: paths) }

  func run() throws {
    var report = ExportsReport(
      format: json.isWanted ? .json : format, terminal: colour.terminal,
      showsReadable: readable.isWanted)
    var releases: [String: Bool] = [:]
    for path in try kernels.paths(and: paths) {
      let place: String
      do { place = try ModulePaths.place(of: path, limit: input.limit) } catch {
        report.complain(error.explained)
        continue
      }
      if path != "-", PathKind(place) == .directory {
        let directory = KernelDirectory(path, at: place, limit: input.limit)
        if noKernel {
          directory.choice?.report(path)
        } else {
          readKernel(path, modulesBelow: directory.modules.count, &releases, &report)
        }
        readModules(directory.modules, &report)
      } else if ModulePaths.isModuleName(path) {
        readModules([.file(path)], &report)
      } else if PathKind(path) == .missing, ModulePaths.isPlainName(path),
        let module = ModuleTree.running.path(named: path)
      {
        readModules([.file(module)], &report)
      } else {
        readKernel(path, modulesBelow: 0, &releases, &report)
      }
    }
    report.finish()
    throw ExitCode(report.status.rawValue)
  }

  /// What a kernel exports, or Module.symvers text, or a module by another name. A directory may hold
  /// modules only. `releases` are the kernels that were read, and whether from a tree: one of a tree is
  /// read once.
  private func readKernel(
    _ path: String, modulesBelow: Int, _ releases: inout [String: Bool],
    _ report: inout ExportsReport
  ) {
    do {
      let kernel = try OpenKernel(path, limit: input.limit)
      kernel.reportChoice()
      // A directory may hold modules and nothing of their kernel.
      if kernel.isModulesOnly, (try? kernel.exports()) == nil { return }
      let release = (try? kernel.facts())?.release?.value
      if let release, let isOfTree = releases[release], isOfTree || modulesBelow > 0 { return }
      let exports = try kernel.exports()
      if let release { releases[release] = modulesBelow > 0 }
      let source = exports.source.path
      // An image by itself is not its modules, whose exports a Module.symvers beside it has.
      let isImage = PathKind(path) == .file && source != path && kernel.form?.isImage ?? false
      if input.isVerbose, source != path {
        Terminal.complain("kernel: \(source)")
      } else if isImage {
        Terminal.complain("\(path): has no readable table of exports: they come from \(source)")
      }
      // The modules of a directory are read themselves, not from its Module.symvers.
      report.add(
        exports.value, from: source,
        only: isImage || modulesBelow > 0 ? SymbolTable.kernelName : nil)
    } catch { report.complain(error.explained) }
  }

  private func readModules(_ entries: [DirectoryTree.Entry], _ report: inout ExportsReport) {
    FileRun(workers: jobs.workers).readExports(of: entries, limit: input.limit) { result, path in
      switch result {
      case .success(let table): report.add(table, from: path)
      case .failure(let failure): report.complain(failure.words)
      }
    }
  }
}

extension FileRun {
  /// Reads what modules export, each file of at most `limit` bytes.
  func readExports(
    of entries: [DirectoryTree.Entry], limit: Int,
    _ consume: (Result<ExportTable, FileFailure>, String) -> Void
  ) {
    run(
      entries, makeState: { FileBuffer(limit: limit) },
      work: { buffer, path in
        try buffer.open(path)
        return try ModuleFile(buffer.source).exports(ofFile: path)
      },
      consume: { result, path in
        consume(result, path)
        return true
      })
  }
}
