internal import ByteStorage
internal import SymtypesFormat

/// Symtypes of a build: a file of any form, packed or not, or a directory with `*.symtypes` below it.
struct SymtypesInput {
  private(set) var store = SymtypesStore()
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Whether a path is that of symtypes, by its name or because it is a directory that holds some.
  static func isSymtypes(_ path: String) -> Bool {
    if PathKind(path) == .directory { return !files(below: path).isEmpty }
    return path.contains(".symtypes")
  }

  /// Reads a file or directory. Paths inside a directory are relative to it.
  mutating func read(_ path: String) throws -> SymtypesTree {
    var tree = SymtypesTree()
    var buffer = FileBuffer(limit: limit)
    guard PathKind(path) == .directory else {
      try read(path, named: Array(path.utf8), plainOnly: false, &buffer, into: &tree)
      return tree
    }
    let root = path.hasSuffix("/") ? path : path + "/"
    for entry in SymtypesInput.files(below: path) {
      switch entry {
      case .unreadable(let error): throw error
      case .file(let file):
        let name = Array(file.utf8.dropFirst(root.utf8.count))
        try read(file, named: name, plainOnly: true, &buffer, into: &tree)
      }
    }
    return tree
  }

  /// Reads text that was made of a file.
  mutating func read(_ text: [UInt8], of path: String) throws -> SymtypesTree {
    var tree = SymtypesTree()
    do throws(SymtypesError) {
      try SymtypesReader.read(text.rawSpan, path: Array(path.utf8), into: &tree, &store)
    } catch { throw SymtypesFailure(path: path, cause: error) }
    return tree
  }

  /// As suse-kabi-tools 1.1 finds them: links are skipped, and `.symtypes` alone is not such a name.
  private static func files(below path: String) -> [DirectoryTree.Entry] {
    DirectoryTree.files(below: path, followsLinks: false) {
      $0.hasSuffix(".symtypes") && $0 != ".symtypes"
    }
  }

  private mutating func read(
    _ path: String, named name: [UInt8], plainOnly: Bool, _ buffer: inout FileBuffer,
    into tree: inout SymtypesTree
  ) throws {
    try buffer.open(path)
    let text: RawSpan
    do throws(ParseError) { text = try buffer.source.all() } catch {
      throw FileError(path: path, cause: .malformed(error))
    }
    do throws(SymtypesError) {
      try SymtypesReader.check(text)
      try SymtypesReader.read(text, path: name, plainOnly: plainOnly, into: &tree, &store)
    } catch { throw SymtypesFailure(path: path, cause: error) }
  }
}

/// Symtypes text that cannot be read, with its path.
struct SymtypesFailure: Error, CustomStringConvertible {
  let path: String
  let cause: SymtypesError

  /// Whether the file is not even text.
  var isBinary: Bool {
    if case .notText = cause.reason { return true }
    return false
  }

  var description: String {
    let place = cause.line > 0 ? "\(path):\(cause.line)" : path
    let line = cause.content.isEmpty ? "" : ": \(cause.content.rawSpan.text)"
    return "\(place): \(cause.words)\(line)"
  }
}
