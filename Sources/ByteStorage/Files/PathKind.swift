internal import Glibc

package enum PathKind: Sendable {
  case file, directory, other, missing

  /// Examines a path, following symbolic links.
  package init(_ path: String) {
    if let (tree, inside) = MountedTree.find(path) {
      self = tree.kind(inside)
      return
    }
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      self = .missing
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .directory
    default: self = .other
    }
  }
}

/// Which file a path names, however it is spelt.
package struct FileIdentity: Sendable, Hashable {
  private let device: UInt64
  private let node: UInt64

  /// Examines a path, following symbolic links; `nil` if nothing is there.
  package init?(_ path: String) {
    if let (tree, inside) = MountedTree.find(path) {
      guard let found = tree.identity(inside) else { return nil }
      (device, node) = found
      return
    }
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    device = UInt64(status.st_dev)
    node = UInt64(status.st_ino)
  }
}

extension PathKind {
  /// Whether the user who runs this may read a file.
  package static func isReadable(_ path: String) -> Bool {
    if let (tree, inside) = MountedTree.find(path) { return tree.kind(inside) != .missing }
    return unsafe access(path, R_OK) == 0
  }

  /// Why the user who runs this may not reach what is in a directory; `nil` if that is allowed, or it is none.
  package static func problem(searching path: String) -> FileError? {
    guard MountedTree.find(path) == nil, PathKind(path) == .directory,
      unsafe access(path, X_OK) != 0
    else { return nil }
    return FileError(path: path, cause: .system(operation: "search", errno: errno))
  }
}
