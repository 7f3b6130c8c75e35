internal import ByteStorage
internal import Glibc
internal import KernelComparison
internal import SymtypesFormat

/// Reads symtypes with the words of `ksymtypes` for what goes wrong.
struct DropInSymtypes {
  private(set) var store = SymtypesStore()
  let isDebugging: Bool

  /// What a command takes.
  enum Source { case directory, consolidated, any }

  init(isDebugging: Bool) { self.isDebugging = isDebugging }

  mutating func read(_ path: String, as source: Source) throws(DropInError) -> SymtypesTree {
    if isDebugging { DropInTool.trace("Loading symtypes data from '\(path)'") }
    let purpose = "Failed to read symtypes from '\(path)'"
    var tree = SymtypesTree()
    var buffer = FileBuffer(limit: 4 << 30)
    let kind = PathKind(path)
    if source == .any, kind == .missing {
      throw DropInError(purpose, "query the path", path, ENOENT)
    }
    guard source == .directory || source == .any && kind == .directory else {
      try read(path, named: Array(path.utf8), source, purpose, &buffer, into: &tree)
      warn(tree) { _ in path }
      return tree
    }
    let root = path.hasSuffix("/") ? path : path + "/"
    guard kind == .directory else {
      throw DropInError(
        purpose, "read the directory", root, kind == .missing ? ENOENT : ENOTDIR)
    }
    let files = DirectoryTree.files(below: path, followsLinks: false) {
      $0.hasSuffix(".symtypes") && $0 != ".symtypes"
    }
    for entry in files {
      switch entry {
      case .unreadable(let error): throw DropInError("\(purpose): \(error)")
      case .file(let file):
        let name = Array(file.utf8.dropFirst(root.utf8.count))
        try read(file, named: name, .directory, purpose, &buffer, into: &tree)
      }
    }
    warn(tree) { root + tree.files[$0].pathText }
    return tree
  }

  private mutating func read(
    _ path: String, named name: [UInt8], _ source: Source, _ purpose: String,
    _ buffer: inout FileBuffer, into tree: inout SymtypesTree
  ) throws(DropInError) {
    let content = "Failed to read symtypes data"
    let text: RawSpan
    do {
      if PathKind(path) == .directory {
        throw DropInError("\(purpose): \(content): \(DropInError.words(EISDIR))")
      }
      try buffer.open(path == "-" ? "./-" : path)
      text = try buffer.source.all()
    } catch let error as DropInError { throw error } catch let error as FileError {
      guard case .system(_, let code) = error.cause else {
        throw DropInError("\(purpose): \(error)")
      }
      throw DropInError(purpose, "open the file", path, code)
    } catch { throw DropInError("\(purpose): \(error)") }
    guard text.isText else {
      throw DropInError("\(purpose): \(content): stream did not contain valid UTF-8")
    }
    if source == .consolidated, SymtypesReader.form(of: text) == .plain {
      var lines = TextLines(text)
      let first = lines.next()?.text ?? ""
      throw DropInError(
        "\(purpose): \(SymtypesError.Reason.invalidHeader.toolWords)\n \(path):1\n | \(first)")
    }
    do throws(SymtypesError) {
      try SymtypesReader.read(
        text, path: name, plainOnly: source == .directory, into: &tree, &store)
    } catch {
      let place = error.line > 0 ? "\n \(path):\(error.line)\n | \(error.content.rawSpan.text)" : ""
      throw DropInError("\(purpose): \(error.reason.toolWords)\(place)")
    }
  }

  private func warn(_ tree: SymtypesTree, _ path: (Int) -> String) {
    for duplicate in tree.duplicates {
      DropInTool.trace(
        "\(path(duplicate.file)):\(duplicate.line): WARNING: Export "
          + "'\(store.keys.name(Int(duplicate.key)).text)' defined in "
          + "'\(tree.files[duplicate.file].pathText)' is duplicate, previous occurrence "
          + "found in '\(tree.files[duplicate.firstFile].pathText)'")
    }
  }
}

extension SymtypesTree.File {
  /// The path as text.
  var pathText: String { String(decoding: path, as: UTF8.self) }
}

extension SymtypesError.Reason {
  /// What is wrong, as suse-kabi-tools words it.
  fileprivate var toolWords: String {
    switch self {
    case .noKey: "Expected a record name"
    case .duplicateKey(let key): "Duplicate record '\(key.rawSpan.text)'"
    case .unknownType(let key): "Type '\(key.rawSpan.text)' is not known"
    case .wordsAfterDeclaration: "Unexpected string found at the end of the override record"
    case .invalidHeader:
      "Expected a consolidated symtypes file, but found an invalid header"
    case .consolidated: "Expected a plain symtypes file, but found consolidated data"
    case .duplicatePath(let path): "Duplicate file path '\(path.rawSpan.text)'"
    case .object, .notText, .notSymtypes: "Invalid file"
    case .tooManyRecords: "The sections up to here stand for too many records"
    case .tooLarge: "More than 4 GiB of text"
    }
  }
}
