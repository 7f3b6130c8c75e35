internal import ArgumentParser
internal import ByteStorage
internal import Kallsyms
internal import Kernels
internal import ModuleFiles
internal import OrderedWork
internal import SymbolTables

/// Options that add modules to a kernel's symbols.
struct ModuleSymbolOptions: ParsableArguments {
  @Option(
    name: .customLong("modules"),
    help: ArgumentHelp(
      "Add the symbols of these modules, or of all below a directory.", valueName: "path"),
    completion: .file())
  var paths: [String] = []

  @Flag(
    name: .customLong("with-modules"), help: "Add the symbols of all modules that belong to it.")
  var isWanted = false

  @OptionGroup var jobs: JobsOption

  /// The modules to add to a kernel, or `nil` if its own are wanted and not found.
  func paths(of source: KernelSymbolSource, at path: String) -> [String]? {
    guard isWanted else { return paths }
    return source.moduleTree(besideKernel: path).map { paths + [$0] }
  }
}

extension KernelSymbolSource {
  /// Reads a kernel, or ends the command with the reason.
  ///
  /// - Parameters:
  ///   - path: A kernel, a list of symbols, a module, or a directory with a kernel or modules.
  ///   - input: Limits, and whether to be verbose.
  ///   - modules: Modules to add.
  ///   - view: How symbols are wanted.
  ///   - moduleView: What is taken of modules' symbol tables.
  ///   - reader: What reads it; keeps the image.
  /// - Returns: The symbols.
  /// - Throws: `ExitCode`, once the reason is told.
  static func read(
    _ path: String, _ input: InputOptions, modules: ModuleSymbolOptions? = nil,
    view: KernelSymbolReader.View = .listed, moduleView: ModuleSymbolView = .file,
    with reader: inout KernelSymbolReader
  ) throws -> KernelSymbolSource {
    reader.view = view
    reader.moduleView = moduleView
    do {
      var source: KernelSymbolSource
      var added: [String]
      if PathKind(path) == .directory, KernelFactsReader.image(in: path) == nil {
        source = KernelSymbolSource(modulesOnly: 8)
        added = [path] + (modules?.paths ?? [])
      } else {
        source = try reader.read(path)
        added = []
        if let modules {
          guard let paths = modules.paths(of: source, at: path) else {
            Terminal.complain("\(path): the modules of this kernel were not found; see --modules")
            throw ExitCode(ExitStatus.trouble.rawValue)
          }
          added = paths
        }
      }
      source.complain(path, input)
      source.add(
        added, as: moduleView, input,
        workers: modules?.jobs.workers ?? OrderedWork.processorCount)
      return source
    } catch let error as ExitCode {
      throw error
    } catch let error as FileError {
      Terminal.complain("\(error)")
    } catch {
      Terminal.complain("\(path): \(error)")
    }
    throw ExitCode(ExitStatus.trouble.rawValue)
  }

  private mutating func add(
    _ paths: [String], as view: ModuleSymbolView, _ input: InputOptions, workers: Int
  ) {
    if paths.isEmpty { return }
    addModules(paths, as: view, limit: input.limit, workers: workers)
    for error in unreadModules { Terminal.complain("\(error)") }
    if input.isVerbose {
      Terminal.complain("\(table.ownerNames.count - 1) modules, \(table.count) symbols in all")
    }
  }

  /// Says what one should know of the addresses.
  private func complain(_ path: String, _ input: InputOptions) {
    if hidesAddresses {
      Terminal.complain(
        "\(path): addresses are hidden; reading them needs root or kernel.kptr_restrict=0")
    }
    if hasRelativeAddresses {
      Terminal.complain("\(path): addresses are distances from _text; the image does not tell more")
    }
    if input.isVerbose, let tables {
      Terminal.complain("\(path): \(tables.count) symbols, \(tables.encoding.rawValue) addresses")
    }
  }
}
