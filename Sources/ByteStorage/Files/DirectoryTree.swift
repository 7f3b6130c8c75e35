internal import Glibc

package enum PathKind: Sendable {
  case file, directory, other, missing

  /// Examines a path, following symbolic links.
  package init(_ path: String) {
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
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    device = UInt64(status.st_dev)
    node = UInt64(status.st_ino)
  }
}

package enum DirectoryTree {
  /// A file, or what could not be read.
  package enum Entry: Sendable {
    case file(String)
    /// A directory that cannot be listed, or a file that cannot be named, and why.
    case unreadable(FileError)
  }

  /// Files below `root` whose names `isWanted`, in bytewise order of their paths. Symbolic links
  /// inside the tree are not followed, so that a walk ends and stays inside; `root` may be one.
  /// FIFOs, sockets and devices of a wanted name are among the files: to open them fails, and says
  /// what they are. What has a name that is not UTF-8 is unreadable.
  package static func files(below root: String, where isWanted: (String) -> Bool) -> [Entry] {
    var found: [Entry] = []
    var pending = [root.hasSuffix("/") ? root : root + "/"]
    // A path that ends with a slash is a directory to list; this also gives the order of paths.
    while let path = pending.popLast() {
      guard path.hasSuffix("/") else {
        found.append(.file(path))
        continue
      }
      let children: [Child]
      do { children = try list(path == "/" ? path : String(path.dropLast())) } catch {
        found.append(.unreadable(error))
        continue
      }
      var inside: [String] = []
      for child in children {
        let isDirectory = child.kind == .directory
        guard isDirectory || (child.kind != .missing && isWanted(child.name)) else { continue }
        if child.isText {
          inside.append(isDirectory ? "\(path)\(child.name)/" : path + child.name)
        } else {
          found.append(
            .unreadable(
              FileError(
                path: path + child.name, cause: .notSuitable("has a name that is not UTF-8"))))
        }
      }
      inside.sort(by: >)
      pending.append(contentsOf: inside)
    }
    return found
  }

  /// Names in a directory, without `.` and `..`, in bytewise order; empty if it cannot be read.
  package static func names(in directory: String) -> [String] {
    ((try? list(directory)) ?? []).filter(\.isText).map(\.name).sorted()
  }

  private struct Child {
    let name: String
    /// ``PathKind/missing`` for symbolic links.
    let kind: PathKind
    /// Whether the name is UTF-8, so that ``name`` is what the directory says.
    let isText: Bool
  }

  private static func list(_ directory: String) throws(FileError) -> [Child] {
    guard let handle = unsafe opendir(directory) else {
      throw FileError(path: directory, cause: .system(operation: "list", errno: errno))
    }
    defer { unsafe closedir(handle) }
    var children: [Child] = []
    while let entry = unsafe readdir(handle) {
      // SAFETY: d_name is NUL-terminated within the entry, which lives until the next readdir.
      let (name, isText) = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        let text = unsafe UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self)
        return unsafe (String(cString: text), String(validatingCString: text) != nil)
      }
      if name == "." || name == ".." { continue }
      let kind: PathKind
      // DT_REG, DT_DIR, DT_LNK, DT_UNKNOWN
      switch unsafe entry.pointee.d_type {
      case 8: kind = .file
      case 4: kind = .directory
      case 10: kind = .missing
      case 0: kind = linkKind("\(directory)/\(name)")
      default: kind = .other
      }
      children.append(Child(name: name, kind: kind, isText: isText))
    }
    return children
  }

  /// What a path names; a link, which is not followed, counts as missing.
  private static func linkKind(_ path: String) -> PathKind {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return .missing }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .directory
    case S_IFLNK: return .missing
    default: return .other
    }
  }
}
