internal import Glibc

/// What a path names.
public enum PathKind: Sendable {
  case file, directory, other, missing

  /// Examines a path, following symbolic links.
  public init(_ path: String) {
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
public struct FileIdentity: Sendable, Hashable {
  private let device: UInt64
  private let node: UInt64

  /// Examines a path, following symbolic links; `nil` if nothing is there.
  public init?(_ path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    device = UInt64(status.st_dev)
    node = UInt64(status.st_ino)
  }
}

/// The files below a directory.
public enum DirectoryTree {
  /// A file or a directory that could not be read.
  public enum Entry: Sendable {
    /// Path of a regular file.
    case file(String)
    /// A directory that cannot be listed, and why.
    case unreadable(FileError)
  }

  /// Files below `root` whose names `isWanted`, in bytewise order of their paths. FIFOs, sockets and
  /// devices of such names are among them: opening one says why it cannot be read.
  ///
  /// Symbolic links inside the tree are not followed, so that a walk ends and stays inside.
  ///
  /// - Parameters:
  ///   - root: Path of the directory; it may be a symbolic link.
  ///   - isWanted: Called with each file's name (the last path component).
  /// - Returns: The files; among them, in their place, directories that cannot be listed.
  public static func files(below root: String, where isWanted: (String) -> Bool) -> [Entry] {
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
        switch child.kind {
        case .directory: inside.append("\(path)\(child.name)/")
        case .file where isWanted(child.name): inside.append(path + child.name)
        // Opening it says what it is: a FIFO, a socket, a device.
        case .other where isWanted(child.name): inside.append(path + child.name)
        default: break
        }
      }
      inside.sort(by: >)
      pending.append(contentsOf: inside)
    }
    return found
  }

  /// Names in a directory, without `.` and `..`, in bytewise order; empty if it cannot be read.
  public static func names(in directory: String) -> [String] {
    ((try? list(directory)) ?? []).map(\.name).sorted()
  }

  private struct Child {
    let name: String
    let kind: PathKind
  }

  private static func list(_ directory: String) throws(FileError) -> [Child] {
    guard let handle = unsafe opendir(directory) else {
      throw FileError(path: directory, cause: .system(operation: "list", errno: errno))
    }
    defer { unsafe closedir(handle) }
    var children: [Child] = []
    while let entry = unsafe readdir(handle) {
      // SAFETY: d_name is NUL-terminated within the entry, which lives until the next readdir.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
      }
      if name == "." || name == ".." { continue }
      // DT_REG, DT_DIR, DT_UNKNOWN
      switch unsafe entry.pointee.d_type {
      case 8: children.append(Child(name: name, kind: .file))
      case 4: children.append(Child(name: name, kind: .directory))
      case 0: children.append(Child(name: name, kind: linkKind("\(directory)/\(name)")))
      // DT_LNK
      case 10: children.append(Child(name: name, kind: .missing))
      default: children.append(Child(name: name, kind: .other))
      }
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
