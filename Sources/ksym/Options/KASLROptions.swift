internal import ArgumentParser
internal import ByteStorage
internal import Kernels
internal import ModuleFiles

/// Options that say which addresses are meant where a kernel was moved when it started.
struct KASLROptions: ParsableArguments {
  /// What to do about the move.
  enum Choice: Equatable, ExpressibleByArgument {
    /// Give addresses as the file has them: those of the running kernel in dumps and its own lists.
    case keep
    /// Give those that the kernel was linked to; the file tells how far it was moved.
    case undo
    /// The same for a kernel that was moved so many bytes.
    case undoing(UInt64)

    init?(argument: String) {
      switch argument {
      case "keep": self = .keep
      case "undo": self = .undo
      default:
        guard argument.hasPrefix("0x"), let offset = hexadecimalNumber(argument) else { return nil }
        self = .undoing(offset)
      }
    }

    var defaultValueDescription: String { "keep" }
  }

  @Option(
    help: ArgumentHelp(
      "Addresses of a kernel that KASLR moved: keep those of the running kernel, or undo the move, "
        + "of which a dump or list tells the offset, or you do (0x…).",
      valueName: "keep|undo|0x…"))
  var kaslr: Choice = .keep
}

extension KernelSymbolSource {
  /// Reads a kernel and gives its symbols the addresses asked for, or ends the command with the
  /// reason.
  static func read(
    _ path: String, _ kaslr: KASLROptions, _ input: InputOptions,
    modules: ModuleSymbolOptions? = nil, view: KernelSymbolReader.View = .listed,
    moduleView: ModuleSymbolView = .file, probeSites: Bool = false
  ) throws -> KernelSymbolSource {
    var reader = KernelSymbolReader(limit: input.limit)
    reader.readsProbeSites = probeSites
    return try read(
      path, kaslr, input, modules: modules, view: view, moduleView: moduleView, with: &reader)
  }

  /// The same by a reader that keeps the image.
  static func read(
    _ path: String, _ kaslr: KASLROptions, _ input: InputOptions,
    modules: ModuleSymbolOptions? = nil, view: KernelSymbolReader.View,
    moduleView: ModuleSymbolView, with reader: inout KernelSymbolReader
  ) throws -> KernelSymbolSource {
    var source = try read(
      path, input, modules: modules, view: view, moduleView: moduleView, with: &reader)
    if input.isVerbose, let offset = source.kernelOffset {
      Terminal.complain(
        "\(path): moved by \(hexadecimal(offset.value)) bytes (\(offset.source))")
    }
    let isKnown: Bool
    switch kaslr.kaslr {
    case .keep: isKnown = true
    case .undo: isKnown = source.undoMove()
    case .undoing(let offset): isKnown = source.undoMove(by: offset)
    }
    if isKnown { return source }
    Terminal.complain(
      "\(path): nothing tells how far KASLR moved this kernel; name the bytes: --kaslr 0x…")
    throw ExitCode(ExitStatus.trouble.rawValue)
  }
}
