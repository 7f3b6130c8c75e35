internal import ArchiveFormats
internal import ByteStorage

/// Where converted modules go.
enum ConvertDestination: Sendable, Hashable {
  case inPlace, standardOutput
  case beside(suffix: String)
  case file(String)
  case directory(String)

  /// The file to write for a module.
  func target(of path: String) -> String {
    switch self {
    case .inPlace: path
    case .standardOutput: "-"
    case .beside(let suffix): path + suffix
    case .file(let file): file
    case .directory(let folder): "\(folder)/\(path.split(separator: "/").last ?? "module.ko")"
    }
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
