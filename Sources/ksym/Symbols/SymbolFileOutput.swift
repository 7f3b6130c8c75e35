internal import ArgumentParser
internal import ByteStorage
internal import Glibc
internal import Kallsyms
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
    name: .customLong("to"), help: ArgumentHelp("Form of the names (elf only).", valueName: "form"))
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
}

extension SymbolFileOptions {
  /// Throws `ValidationError` if options of ELF files are given that another format ignores.
  func refuseUnused() throws {
    if form != nil || formAsBefore != nil || noContents || unwind {
      throw ValidationError("--to, --no-contents and --unwind belong to --format elf")
    }
  }

  /// The file to write as text; `nil` for standard output.
  var textFile: String? { output == "-" ? nil : output }

  /// Where to write. Throws `ValidationError` if it would be a terminal.
  func target() throws -> String {
    guard let output else { throw ValidationError("--format elf needs a file: -o FILE, or -o -") }
    guard output != "-" || isatty(1) == 0 else {
      throw ValidationError("a terminal cannot show an ELF file: give -o FILE, or redirect")
    }
    return output
  }

  /// Writes the chosen symbols as an ELF file, or ends the command with the reason.
  func write(_ kernel: OpenKernel, _ source: KernelSymbolSource, chosen: [Int]) throws {
    let path = kernel.path
    let target = try target()
    do {
      let file = try kernel.symbolFile(
        source, chosen: chosen, naming: form ?? formAsBefore ?? .linkage, withContents: !noContents,
        withUnwind: unwind)
      if !file.hasContents, !noContents {
        Terminal.complain("\(path): symbols only; the contents of sections are not available")
      }
      if !file.isMachineKnown {
        Terminal.complain("\(path): the architecture is unknown; e_machine is left at 0")
      }
      if chosen.contains(where: { source.table.ownerIndex(at: $0) != 0 }) {
        Terminal.complain("\(path): the symbols of modules are left out")
      }
      if target == "-" {
        var output = OutputBuffer()
        output.append(file.bytes)
        Terminal.write(&output)
      } else {
        try AtomicFile.write(file.bytes, to: target)
      }
      return
    } catch let error as ParseError { Terminal.complain("\(path): \(error)") } catch {
      Terminal.complain(error.explained)
    }
    throw ExitCode(ExitStatus.trouble.rawValue)
  }
}
