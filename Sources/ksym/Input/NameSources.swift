internal import ByteStorage
internal import KernelImages
internal import Kernels
internal import ModuleFiles
internal import NameTranslation
internal import SymbolTables

/// The kernels and modules that names are looked up in.
struct NameSources: ModuleNames {
  /// Those that are read at once.
  private(set) var sources: [NameSource] = []
  /// Directories whose modules are read when a text mentions them.
  private var trees: [ModuleTree] = []
  /// Of each source: the file that was named or found.
  private var files: [String] = []
  private let limit: Int

  /// Opens kernels; of directories the modules are found when a text mentions them.
  ///
  /// Ends the command with the reason where that fails.
  init(_ paths: [String], _ input: InputOptions) throws {
    limit = input.limit
    let reader = KernelInput(input)
    for path in paths {
      let kernel = try reader.open(path)
      var release: String?
      if !kernel.isModulesOnly {
        let source = try reader.symbols(of: kernel)
        release = source.release
        sources.append(NameSources.names(source))
        files.append(kernel.filePath ?? kernel.path)
      }
      let path = kernel.path
      guard PathKind(path) == .directory else { continue }
      // The kernel's own tree has lists of its modules; others are found by looking everywhere.
      if let tree = kernel.moduleTree(release: release), tree != path, tree.hasPrefix(path) {
        trees.append(ModuleTree(tree))
      }
      trees.append(ModuleTree(path))
    }
  }

  /// Whether there are directories that may have modules.
  var hasModules: Bool { !trees.isEmpty }

  /// The names in a module's own symbol table; `nil` if there is no such module, or it cannot be read.
  func names(ofModule module: String) -> NameSource? {
    for tree in trees {
      guard let path = tree.path(named: module) else { continue }
      return (try? OpenKernel(path, limit: limit).symbols()).map { NameSources.names($0) }
    }
    return nil
  }

  /// The functions of a module by their distance from its start in memory.
  func text(ofModule module: String) -> SymbolTable? {
    for tree in trees {
      guard let path = tree.path(named: module) else { continue }
      var buffer = FileBuffer(limit: limit)
      guard (try? buffer.open(path)) != nil else { return nil }
      return try? ModuleFile(buffer.source).textSymbols()
    }
    return nil
  }

  func path(ofSource number: Int) -> String {
    files.indices.contains(number) ? files[number] : ""
  }

  /// The file with the debug information of a source; `nil` if there is none.
  func debugFile(ofSource number: Int, _ search: DebugFileSearch) -> MappedFile? {
    guard sources.indices.contains(number) else { return nil }
    let source = sources[number]
    return try? search.file(
      for: files[number], release: source.release, buildID: source.buildID)?.file
  }

  /// The file with the debug information of a module, searched for in the directories given, beside the
  /// kernels, and where packages of debug information have it.
  func debugFile(ofModule module: String, _ search: DebugFileSearch) -> MappedFile? {
    for path in files
    where PathKind(path) == .file && ModulePaths.moduleName(ofFile: path) == module {
      if let found = try? search.file(for: path) { return found.file }
    }
    var trees = trees
    for (number, source) in sources.enumerated() {
      guard let release = source.release else { continue }
      trees += ["/usr/lib/debug/lib/modules/\(release)", "/lib/modules/\(release)"]
        .map { ModuleTree($0) }
      let parts = files[number].split(separator: "/", omittingEmptySubsequences: false).dropLast()
      for count in 0..<min(3, parts.count) {
        let root = parts.dropLast(count).joined(separator: "/")
        trees.append(ModuleTree("\(root)/lib/modules/\(release)"))
      }
    }
    for tree in trees where PathKind(tree.directory) == .directory {
      guard let path = tree.path(named: module) else { continue }
      if let found = try? search.file(for: path) { return found.file }
    }
    return nil
  }

  /// The names of what was read; a module that is not loaded has no addresses.
  private static func names(_ source: KernelSymbolSource) -> NameSource {
    NameSource(
      SymbolIndex(source.table), release: source.release, buildID: source.buildID?.hexadecimal,
      hasAddresses: source.origin != .modules)
  }
}
