package import ByteStorage
internal import ModuleFiles
internal import Synchronization

/// The modules below a directory, by path and by name.
///
/// Names are looked up in `modules.dep` and `modules.order` where these are; the directories are
/// walked when that does not do, and once.
package final class ModuleTree: Sendable {
  /// The directory.
  package let directory: String

  private struct State {
    var entries: [DirectoryTree.Entry]?
    /// Paths from the lists of depmod and the kernel's build, by name, if they were read.
    var listed: [String: String]?
    /// Paths of all modules, by name, if they were asked for.
    var walked: [String: String]?
    var builtin: Set<String>?
  }

  private let state = Mutex(State())

  /// Names a directory; nothing is read yet.
  package init(_ directory: String) { self.directory = directory }

  /// The modules, and what cannot be read, in bytewise order of their paths.
  package var entries: [DirectoryTree.Entry] {
    state.withLock { state in
      if let known = state.entries { return known }
      let found = ModulePaths.modules(below: directory)
      state.entries = found
      return found
    }
  }

  /// Paths of the modules, in bytewise order.
  package var paths: [String] {
    entries.compactMap { entry in
      if case .file(let path) = entry { return path }
      return nil
    }
  }

  /// Names of the modules that are built into the kernel, by `modules.builtin`.
  package var builtinNames: Set<String> {
    state.withLock { state in
      if let known = state.builtin { return known }
      var names: Set<String> = []
      var file = FileBuffer(limit: 64 << 20)
      if (try? file.open("\(directory)/modules.builtin")) != nil,
        let text = try? file.source.all()
      {
        var lines = Lines(text)
        while let line = lines.next() { names.insert(ModulePaths.moduleName(ofFile: line.text)) }
      }
      state.builtin = names
      return names
    }
  }

  /// Whether a word is the name of code that is built into the kernel, and of nothing else: modprobe has
  /// nothing to load then, and succeeds.
  ///
  /// - Note: kmod 34, libkmod/libkmod-module.c, `module_is_inkernel`.
  package func isBuiltIn(_ word: String) -> Bool {
    guard ModulePaths.isPlainName(word), PathKind(word) == .missing,
      builtinNames.contains(ModulePaths.moduleName(ofFile: word))
    else { return false }
    return path(named: word) == nil
  }

  /// The path of the module that is loaded under a name, with `_` or `-`; of several the one that
  /// depmod chose, or the first.
  package func path(named name: String) -> String? {
    let name = ModulePaths.moduleName(ofFile: name)
    let listed = state.withLock { state in
      let known = state.listed ?? readLists()
      state.listed = known
      return known
    }
    if let path = listed[name], let file = existing(path) { return file }
    let isWalked = state.withLock { $0.walked != nil }
    if !isWalked {
      var found: [String: String] = [:]
      // What depmod prefers without a configuration of its own (kmod 34, tools/depmod.c, cfg_load).
      let updates = "\(directory)/updates/"
      for path in paths.filter({ $0.hasPrefix(updates) }) + paths {
        let name = ModulePaths.moduleName(ofFile: path)
        if found[name] == nil { found[name] = path }
      }
      state.withLock { $0.walked = found }
    }
    return state.withLock { $0.walked?[name] }
  }

  /// The module that is loaded under a name, or why there is none.
  package func entry(named name: String) -> DirectoryTree.Entry {
    if let path = path(named: name) { return .file(path) }
    let cause = FileError.Cause.notSuitable(
      "no such file, and no module of this name in \(directory)")
    return .unreadable(FileError(path: name, cause: cause))
  }

  /// The modules of the running kernel.
  package static var running: ModuleTree {
    ModuleTree("/lib/modules/\(SystemIdentity.kernelRelease)")
  }

  /// Whether a path is that of a module of the tree.
  package func contains(_ path: String) -> Bool {
    path.hasPrefix("\(directory)/") && ModulePaths.isModuleName(path)
  }

  /// Whether a path is that of a module of the tree which modprobe never inserts for others: it inserts
  /// another file of the same name.
  ///
  /// - Note: depmod keeps one file of a name (kmod 34, tools/depmod.c, `depmod_module_is_higher_priority`).
  package func isReplaced(_ path: String) -> Bool {
    guard contains(path), let chosen = self.path(named: path), chosen != path else { return false }
    return FileIdentity(chosen) != FileIdentity(path)
  }

  /// Paths of modules in modules.dep, below the directory.
  func depmodPaths() -> [String] { ModuleTree.paths(inList: "\(directory)/modules.dep") }

  /// The first paths of the lines in a list: those of modules.dep are `PATH: PATHS`, those of modules.order
  /// paths.
  private static func paths(inList list: String) -> [String] {
    var file = FileBuffer(limit: 64 << 20)
    guard (try? file.open(list)) != nil, let text = try? file.source.all() else { return [] }
    var found: [String] = []
    var lines = Lines(text)
    while let line = lines.next() {
      let end = line.firstIndex(of: UInt8(ascii: ":")) ?? line.byteCount
      if let path = line.slice(0..<end)?.text { found.append(path) }
    }
    return found
  }

  /// The file of a listed path: the build lists modules before they are compressed.
  private func existing(_ path: String) -> String? {
    let isCompressed = !path.hasSuffix(".ko")
    for suffix in isCompressed ? [""] : ["", ".xz", ".zst", ".gz"] {
      let file = "\(directory)/\(path)\(suffix)"
      if PathKind(file) == .file { return file }
    }
    return nil
  }

  /// Paths by name, as the lists of depmod or of the build have them.
  private func readLists() -> [String: String] {
    // The build's list does not know what was added since.
    let hasAdded = ["extra", "misc", "updates", "weak-updates"].contains {
      PathKind("\(directory)/\($0)") == .directory
    }
    for list in hasAdded ? ["modules.dep"] : ["modules.dep", "modules.order"] {
      var found: [String: String] = [:]
      for path in ModuleTree.paths(inList: "\(directory)/\(list)") {
        let name = ModulePaths.moduleName(ofFile: path)
        if found[name] == nil { found[name] = path }
      }
      if !found.isEmpty { return found }
    }
    return [:]
  }
}
