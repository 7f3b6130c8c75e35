internal import ByteStorage
internal import ModuleFiles

extension ModuleTree {
  /// Paths of the modules that the kernel's own build did not bring, and of what cannot be read
  /// among them: those in `updates`, `extra`, `weak-updates`, `misc` and wherever else outside of
  /// `kernel`, in bytewise order.
  package var outOfTree: [String] {
    let own = directory.hasSuffix("/") ? "\(directory)kernel/" : "\(directory)/kernel/"
    return entries.compactMap { entry in
      let path =
        switch entry {
        case .file(let path): path
        case .unreadable(let error): error.path
        }
      return path.hasPrefix(own) ? nil : path
    }
  }

  /// Names of the modules that export each symbol, by depmod's list; `nil` without a list.
  ///
  /// - Note: Lines `alias symbol:NAME MODULE` of modules.symbols (kmod 34, tools/depmod.c,
  ///   `output_symbols`).
  package func exportersBySymbol() -> [String: [String]]? {
    var file = FileBuffer(limit: 64 << 20)
    guard (try? file.open("\(directory)/modules.symbols")) != nil,
      let text = try? file.source.all()
    else { return nil }
    var found: [String: [String]] = [:]
    var lines = Lines(text)
    while let line = lines.next() {
      let words = line.text.split(separator: " ")
      guard words.count == 3, words[0] == "alias", words[1].hasPrefix("symbol:") else { continue }
      found[String(words[1].dropFirst("symbol:".count)), default: []]
        .append(ModulePaths.moduleName(ofFile: String(words[2])))
    }
    return found.isEmpty ? nil : found
  }
}
