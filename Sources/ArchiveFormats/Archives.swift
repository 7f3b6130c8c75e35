package import ByteStorage
internal import Synchronization

/// Archives named by paths. Each is read once, to a file that goes with the process.
package enum Archives {
  /// What files are that were looked at: the root of their members, or none.
  private static let known = Mutex<[String: String?]>([:])

  /// The path at which what a user names is found: of an archive, its root directory, of
  /// `FILE!member` the member, and the path itself of anything else.
  ///
  /// - Parameters:
  ///   - path: A path, which need not exist.
  ///   - limit: Largest content that is accepted of a small archive, in bytes.
  /// - Returns: A path.
  /// - Throws: ``FileError`` if an archive is damaged or too large.
  package static func place(of path: String, limit: Int) throws(FileError) -> String {
    if MountedTree.find(path) != nil { return path }
    switch PathKind(path) {
    case .file: return try root(of: path, limit: limit) ?? path
    case .missing: break
    default: return path
    }
    var end = path.startIndex
    while let mark = path[end...].firstIndex(of: "!") {
      let file = String(path[..<mark])
      end = path.index(after: mark)
      if PathKind(file) == .file, try root(of: file, limit: limit) != nil { return path }
    }
    return path
  }

  /// The root of an archive's members, which are read the first time; `nil` for other files.
  private static func root(of file: String, limit: Int) throws(FileError) -> String? {
    if let root = known.withLock({ $0[file] }) { return root }
    // What cannot be opened is explained where it is used.
    guard let stream = try? PackedStream(file, limit: limit) else { return nil }
    let root = try Archive.read(stream)?.mount("\(file)!").root
    known.withLock { $0[file] = root }
    return root
  }

  /// Whether a path is that of an archive, or of a member, that was read.
  package static func holds(_ path: String) -> Bool {
    MountedTree.find(path) != nil || MountedTree.find("\(path)!") != nil
  }

  /// Whether a path names an archive that was read, and is an initramfs.
  package static func isInitramfs(_ path: String) -> Bool {
    MountedTree.find("\(path)!")?.tree.layers.first == ArchiveKind.initramfs.name
  }
}
