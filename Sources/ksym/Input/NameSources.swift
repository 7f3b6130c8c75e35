internal import ArgumentParser
internal import ByteStorage
internal import Kallsyms
internal import KernelImages
internal import Kernels
internal import ModuleFiles
internal import NameTranslation
internal import SymbolTables

/// The kernels and modules that names are looked up in.
struct NameSources {
  /// Those that are read at once.
  private(set) var sources: [NameSource] = []
  /// Paths of modules that are read when a text mentions them, by name.
  private var modules: [String: String] = [:]
  private let limit: Int

  /// Reads kernels, and the names of the modules below directories.
  ///
  /// Ends the command with the reason where that fails.
  init(_ paths: [String], _ input: InputOptions) throws {
    limit = input.limit
    var reader = KernelSymbolReader(limit: limit)
    for path in paths {
      if PathKind(path) == .directory {
        for case .file(let file) in ModulePaths.expand([path]) {
          modules[NameSources.moduleName(of: file), default: file] = file
        }
        if !modules.isEmpty && KernelFactsReader.image(in: path) == nil { continue }
      }
      sources.append(NameSources.names(try KernelSymbolSource.read(path, input, with: &reader)))
    }
    if sources.isEmpty && !modules.isEmpty {
      // Names of modules alone: an empty kernel makes the translator look names up.
      sources.append(NameSource(SymbolIndex(SymbolTable())))
    }
  }

  /// The names of a module below one of the directories.
  func module(_ name: String) -> NameSource? { modules[name].flatMap { readModule($0) } }

  /// The names in a module's own symbol table; `nil` if it cannot be read.
  private func readModule(_ path: String) -> NameSource? {
    var reader = KernelSymbolReader(limit: limit)
    return (try? reader.read(path)).map { NameSources.names($0) }
  }

  /// The names of what was read; a module that is not loaded has no addresses.
  private static func names(_ source: KernelSymbolSource) -> NameSource {
    NameSource(
      SymbolIndex(source.table), release: source.release,
      buildID: source.buildID?.hexadecimal, hasAddresses: source.origin != .modules)
  }

  /// The name a module has when it is loaded, from its path.
  private static func moduleName(of path: String) -> String {
    let file = path.split(separator: "/").last ?? ""
    let name = file.prefix { $0 != "." }
    return String(name.map { $0 == "-" ? "_" : $0 })
  }
}
