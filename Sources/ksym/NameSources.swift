internal import ArgumentParser
internal import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import KernelFacts
internal import KernelImages
internal import ModuleFiles
internal import NameTranslation

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
  init(_ paths: [String], _ common: CommonOptions) throws {
    limit = common.maximumSize.bytes
    for path in paths {
      if PathKind(path) == .directory {
        for case .file(let file) in ModulePaths.expand([path]) {
          modules[NameSources.moduleName(of: file), default: file] = file
        }
        if !modules.isEmpty && KernelFactsReader.image(in: path) == nil { continue }
      } else if let module = readModule(path) {
        sources.append(module)
        continue
      }
      let source = try KernelSymbolSource.read(path, common)
      sources.append(
        NameSource(
          SymbolIndex(source.table), release: source.release,
          buildID: source.buildID?.hexadecimal))
    }
    if sources.isEmpty && !modules.isEmpty {
      // Names of modules alone: an empty kernel makes the translator look names up.
      sources.append(NameSource(SymbolIndex(SymbolTable())))
    }
  }

  /// The names of a module below one of the directories.
  func module(_ name: String) -> NameSource? { modules[name].flatMap { readModule($0) } }

  /// The names in a module's own symbol table; `nil` if the file is no module.
  private func readModule(_ path: String) -> NameSource? {
    var file = FileBuffer(limit: limit)
    guard PathKind(path) == .file, (try? file.open(path)) != nil,
      let module = try? ModuleFile(file.source), module.elf.header.type == 1,
      let name = try? module.name(), let table = try? SymbolTable(module: module.elf, named: name)
    else { return nil }
    return NameSource(SymbolIndex(table))
  }

  /// The name a module has when it is loaded, from its path.
  private static func moduleName(of path: String) -> String {
    let file = path.split(separator: "/").last ?? ""
    let name = file.prefix { $0 != "." }
    return String(name.map { $0 == "-" ? "_" : $0 })
  }
}
