internal import ArchiveFormats
internal import ByteStorage
internal import ModuleFiles

/// Where converted modules go.
enum ConvertDestination: Sendable, Hashable {
  case inPlace, standardOutput
  case beside(suffix: String)
  case file(String)
  /// Files in a directory, with the names of the modules; `extension` is that of what is made from a module,
  /// `nil` for a module.
  case directory(String, extension: String?)

  /// The file to write for a module.
  func target(of path: String) -> String {
    switch self {
    case .inPlace: path
    case .standardOutput: "-"
    case .beside(let suffix): path + suffix
    case .file(let file): file
    case .directory(let folder, let made):
      "\(folder)/" + ConvertDestination.name(path.split(separator: "/").last ?? "module.ko", made)
    }
  }

  /// The name of what is made from a file: `name.ko.xz` and `name.o` become `name.mod.c`.
  private static func name(_ file: Substring, _ made: String?) -> String {
    guard let made else { return String(file) }
    let stem =
      ModulePaths.isModuleName(String(file)) || file.hasSuffix(".o")
      ? file.prefix { $0 != "." } : file
    return "\(stem).\(made)"
  }

  /// Why not every module can have a file of its own; `nil` if each can.
  func conflict(among entries: [DirectoryTree.Entry]) -> String? {
    switch self {
    case .file(let output) where entries.count != 1:
      return "\(output): is not a directory, and there are \(entries.count) modules"
    case .standardOutput where entries.count != 1:
      return "standard output takes one module, and there are \(entries.count)"
    case .standardOutput: return nil
    default: break
    }
    var sources: [String: String] = [:]
    for case .file(let path) in entries {
      let target = target(of: path)
      if Archives.holds(target) {
        return "\(path): lies in an archive, which is not changed; --output names where to write"
      }
      if path == "-", case .directory = self {
        return "\(target): standard input has no name to write by; --output must be a file"
      }
      if let other = sources.updateValue(path, forKey: target) {
        return "\(target): would be written for both \(other) and \(path)"
      }
    }
    return self == .inPlace ? nil : overwriting(entries)
  }

  /// Which module would be overwritten by what is made.
  private func overwriting(_ entries: [DirectoryTree.Entry]) -> String? {
    var modules: Set<FileState> = []
    for case .file(let path) in entries {
      if let state = FileState(path) { modules.insert(state) }
    }
    for case .file(let path) in entries {
      let target = target(of: path)
      if let state = FileState(target), modules.contains(state) {
        return "\(target): is one of the modules, which --in-place replaces"
      }
    }
    return nil
  }

  /// How a result is to be packed: as the name of the output says, else as the module was.
  func format(of target: String, like input: CompressionFormat?) -> CompressionFormat? {
    switch self {
    case .inPlace, .beside, .standardOutput: return input
    case .file, .directory: break
    }
    if target.hasSuffix(".ko") || target.hasSuffix(".o") { return nil }
    for (suffix, format) in [(".gz", CompressionFormat.gzip), (".xz", .xz), (".zst", .zstd)]
    where target.hasSuffix(suffix) {
      return format
    }
    return input
  }
}
