internal import ByteStorage
internal import Kernels
internal import ModuleFiles

/// The modules that are loaded before the ones asked about: ``LoadRequest/with``, where directories and
/// archives stand for the modules in them.
struct Preloads {
  /// The modules in order, and what cannot be read.
  let entries: [DirectoryTree.Entry]
  /// Modules of directories and archives. Those that others need come first, whatever their order.
  let onDemand: Set<String>

  init(_ request: LoadRequest, _ tree: ModuleTree?) {
    var (entries, onDemand): ([DirectoryTree.Entry], Set<String>) = ([], [])
    for path in request.with {
      let found = ModulePaths.expand([path], limit: request.limit) { tree?.entry(named: $0) }
      let paths = found.compactMap { $0.path }
      if paths != [path], PathKind(path) != .missing { onDemand.formUnion(paths) }
      entries += found
    }
    self.entries = entries
    self.onDemand = onDemand
  }

  /// The modules in order, without those of directories and archives that are asked about themselves.
  func entries(without targets: [DirectoryTree.Entry]) -> [DirectoryTree.Entry] {
    if onDemand.isEmpty { return entries }
    let asked = Set(targets.compactMap { $0.path }.compactMap { FileIdentity($0) })
    return entries.filter { entry in
      guard let path = entry.path, onDemand.contains(path), let file = FileIdentity(path) else {
        return true
      }
      return !asked.contains(file)
    }
  }

  /// The modules that can be looked for, in order.
  var paths: [String] { entries.compactMap { $0.path } }

  /// The names under which they are loaded.
  var names: Set<String> { Set(paths.map { ModulePaths.moduleName(ofFile: $0) }) }
}
