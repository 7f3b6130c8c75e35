internal import Glibc

package enum DirectoryTree {
  /// A file, or what could not be read.
  package enum Entry: Sendable {
    case file(String)
    /// A directory that cannot be listed, or a file that cannot be named, and why.
    case unreadable(FileError)

    var path: String {
      switch self {
      case .file(let path): path
      case .unreadable(let error): error.path
      }
    }
  }

  /// Files below `root` whose names `isWanted`, in bytewise order of their paths.
  ///
  /// Symbolic links are followed, to files and to directories, as depmod follows them; what they
  /// lead to is listed once, under its own path if it has one below `root`, and a cycle ends. Links
  /// called `build` and `source` are not followed: in a modules directory they lead to the kernel's
  /// own tree (kmod 34, tools/depmod.c, `should_exclude_dir`). FIFOs, sockets and devices of a wanted
  /// name are among the files: to open them fails, and says what they are. What has a name that is
  /// not UTF-8 is unreadable.
  ///
  /// - Parameters:
  ///   - root: The directory, with or without a slash at the end.
  ///   - followsLinks: Whether links inside the tree are followed; `root` may always be one.
  ///   - isWanted: Whether a file's name is of the kind that is searched for.
  /// - Returns: Files, and what cannot be read.
  package static func files(
    below root: String, followsLinks: Bool = true, where isWanted: (String) -> Bool
  ) -> [Entry] {
    var walk = Walk()
    walk.list(root.hasSuffix("/") ? root : root + "/", where: isWanted)
    if followsLinks, !walk.links.isEmpty { walk.followLinks(where: isWanted) }
    guard MountedTree.find(root) != nil else { return walk.found }
    return walk.found.map {
      if case .file(let path) = $0 { return .file(MountedTree.tidied(path)) }
      return $0
    }
  }

  /// Names in a directory, without `.` and `..`, in bytewise order; empty if it cannot be read.
  package static func names(in directory: String) -> [String] {
    ((try? list(directory)) ?? []).filter(\.isText).map(\.name).sorted()
  }

  private struct Walk {
    var found: [Entry] = []
    /// Paths of links in the order in which they were met; they may lead anywhere.
    var links: [String] = []
    /// Directories that were listed.
    var directories: [String] = []
    /// Links that lead out of a modules directory, to the kernel's own tree.
    private static let unfollowed = ["build", "source"]
    /// Files and directories that need not be listed again.
    private var known: Set<FileIdentity> = []

    /// Lists what is below a directory, whose path ends with a slash, and collects links.
    mutating func list(_ root: String, where isWanted: (String) -> Bool) {
      var pending = [root]
      // A path that ends with a slash is a directory to list; this also gives the order of paths.
      while let path = pending.popLast() {
        guard path.hasSuffix("/") else {
          found.append(.file(path))
          continue
        }
        directories.append(path)
        let children: [Child]
        do { children = try DirectoryTree.list(path == "/" ? path : String(path.dropLast())) } catch
        {
          found.append(.unreadable(error))
          continue
        }
        var (inside, led): ([String], [String]) = ([], [])
        for child in children {
          let isDirectory = child.kind == .directory
          // What the kernel shows of itself below / is no tree of files.
          if path == "/", ["proc", "sys", "dev"].contains(child.name) { continue }
          guard isDirectory || child.isLink || isWanted(child.name) else { continue }
          let place = path + child.name
          if !child.isText {
            if child.isLink, !isWanted(child.name) { continue }
            let cause = FileError.Cause.notSuitable("has a name that is not UTF-8")
            found.append(.unreadable(FileError(path: place, cause: cause)))
          } else if child.isLink {
            if Walk.unfollowed.contains(child.name), PathKind(place) != .file { continue }
            led.append(place)
          } else {
            inside.append(isDirectory ? place + "/" : place)
          }
        }
        inside.sort(by: >)
        pending.append(contentsOf: inside)
        links.append(contentsOf: led.sorted())
      }
    }

    /// Adds what the links lead to, and what the links below that lead to.
    mutating func followLinks(where isWanted: (String) -> Bool) {
      note(from: 0, 0)
      // Links of the tree itself come before those that were met behind them.
      var next = 0
      while next < links.count {
        let path = links[next]
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        next += 1
        guard let identity = FileIdentity(path) else {
          // To open it fails, and says why.
          if isWanted(name) { found.append(.file(path)) }
          continue
        }
        if known.contains(identity) { continue }
        if PathKind(path) == .directory {
          let (files, folders) = (found.count, directories.count)
          list(path + "/", where: isWanted)
          note(from: files, folders)
        } else if isWanted(name) {
          known.insert(identity)
          found.append(.file(path))
        }
      }
      found.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// Notes what was found after some place; files that were known from elsewhere are left out.
    private mutating func note(from file: Int, _ directory: Int) {
      for path in directories[directory...] {
        if let identity = FileIdentity(path) { known.insert(identity) }
      }
      let new = found[file...]
      found.removeSubrange(file...)
      for entry in new {
        // The tree's own files are all listed, though some may be hard links of others.
        if case .file(let path) = entry, let identity = FileIdentity(path),
          !known.insert(identity).inserted, file > 0 || directory > 0
        {
          continue
        }
        found.append(entry)
      }
    }
  }

  struct Child {
    let name: String
    /// ``PathKind/missing`` for symbolic links.
    let kind: PathKind
    /// Whether the name is UTF-8, so that ``name`` is what the directory says.
    let isText: Bool

    var isLink: Bool { kind == .missing }
  }

  static func list(_ directory: String) throws(FileError) -> [Child] {
    if let (tree, inside) = MountedTree.find(directory) {
      guard let names = tree.names(in: inside) else {
        throw FileError(path: directory, cause: .system(operation: "list", errno: ENOENT))
      }
      return names.map { Child(name: $0.name, kind: $0.kind, isText: true) }
    }
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
