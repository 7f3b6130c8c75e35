internal import ArgumentParser
internal import ByteStorage
internal import Glibc
internal import Kallsyms
internal import KernelImages
internal import Kernels
internal import SymbolFiles
internal import SymbolTables

/// Options of `ksym symbols` that say where to write, and of `--format elf`.
struct SymbolFileOptions: ParsableArguments {
  @Option(
    name: [.customShort("o", allowingJoined: true), .customLong("output")],
    help: ArgumentHelp("File to write; - is standard output.", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("Form of the names (both: elf only; not json).", valueName: "form"))
  var form: SymbolFile.Naming?

  /// The older spelling: elsewhere --names takes a file.
  @Option(name: .customLong("names"), help: .hidden) var formAsBefore: SymbolFile.Naming?

  @Flag(help: "Leave out the contents of sections (elf only); notes are kept.")
  var noContents = false

  @Flag(
    help: ArgumentHelp(
      "Add call frame information made from the kernel's ORC tables (elf only, x86-64): debuggers then show whole backtraces."
    ))
  var unwind = false

  @Option(
    defaultAsFlag: "/usr/lib/debug",
    help: ArgumentHelp(
      "Write the file where debuggers look for it by its build ID: .build-id/xx/rest.debug in this "
        + "directory, or /usr/lib/debug (elf only).", valueName: "dir"), completion: .directory)
  var install: String?
}

extension SymbolFileOptions {
  /// Throws `ValidationError` if options of ELF files are given that another format ignores.
  func refuseUnused(_ format: SymbolsCommand.Format) throws {
    if noContents || unwind || install != nil {
      throw ValidationError("--no-contents, --unwind and --install belong to --format elf")
    }
    if format == .json, naming != nil { throw ValidationError("--to does not change --json") }
    if naming == .both { throw ValidationError("--to both belongs to --format elf") }
  }

  /// The form of the names, if one was asked for.
  var naming: SymbolFile.Naming? { form ?? formAsBefore }

  /// The file to write as text; `nil` for standard output.
  var textFile: String? { output == "-" ? nil : output }

  /// Where to write. Throws `ValidationError` if it would be a terminal.
  func target() throws -> String {
    if let install {
      if output != nil { throw ValidationError("--install gives the file its name: leave -o out") }
      return install
    }
    guard let output else { throw ValidationError("--format elf needs a file: -o FILE, or -o -") }
    guard output != "-" || isatty(1) == 0 else {
      throw ValidationError("a terminal cannot show an ELF file: give -o FILE, or redirect")
    }
    return output
  }

  /// Writes the chosen symbols as an ELF file, or ends the command with the reason.
  func write(
    _ kernel: OpenKernel, _ source: KernelSymbolSource, chosen: [Int], loaded: LoadedModules?
  ) throws {
    let path = kernel.path
    var target = try target()
    do {
      let file = try kernel.symbolFile(
        source, chosen: chosen, naming: naming ?? .linkage, withContents: !noContents,
        withUnwind: unwind, loaded: loaded)
      for module in file.modulesWithoutFrames { Terminal.complain(module.words) }
      if !file.hasContents, !noContents {
        Terminal.complain("\(path): symbols only; the contents of sections are not available")
      }
      if !file.isMachineKnown {
        Terminal.complain("\(path): the architecture is unknown; e_machine is left at 0")
      }
      if !file.hasModules, chosen.contains(where: { source.table.ownerIndex(at: $0) != 0 }) {
        Terminal.complain("\(path): the symbols of modules are left out")
      }
      if install != nil { target = try place(kernel, source, below: target) }
      if target == "-" {
        var output = OutputBuffer()
        output.append(file.bytes)
        Terminal.write(&output)
      } else {
        try AtomicFile.write(file.bytes, to: target)
        if install != nil {
          var output = OutputBuffer()
          output.append("\(plain(target))\n")
          Terminal.write(&output)
        }
      }
      return
    } catch let error as ParseError { Terminal.complain("\(path): \(error)") } catch {
      Terminal.complain(error.explained)
    }
    throw ExitCode(ExitStatus.trouble.rawValue)
  }

  /// The path by which debuggers find the file of a build ID, whose directories are made.
  private func place(
    _ kernel: OpenKernel, _ source: KernelSymbolSource, below directory: String
  ) throws -> String {
    guard let identifier = kernel.identity(of: source).buildID?.hexadecimal,
      identifier.utf8.count > 2
    else { throw Terminal.trouble("\(kernel.path): the build ID of this kernel is not known") }
    var folder = directory
    ProcessEnvironment.makeDirectory(folder)
    for part in [".build-id", String(identifier.prefix(2))] {
      folder += "/\(part)"
      ProcessEnvironment.makeDirectory(folder)
    }
    return "\(folder)/\(identifier.dropFirst(2)).debug"
  }
}
