internal import CGlibcExtras
internal import Glibc

/// A directory of symbolic links that is replaced as a whole: whoever lists it sees the old links or the
/// new ones, and a process that is killed leaves one of them. What is not one of the links is kept.
package struct LinkDirectory {
  package let path: String

  package init(_ path: String) { self.path = path }

  /// The links below the directory whose names `isWanted`: where they lead, by their paths relative to
  /// it. Links are not followed.
  package func links(where isWanted: (String) -> Bool) -> [String: String] {
    var found: [String: String] = [:]
    var pending = [""]
    while let folder = pending.popLast() {
      for child in (try? DirectoryTree.list("\(path)/\(folder)")) ?? [] where child.isText {
        let place = folder.isEmpty ? child.name : "\(folder)/\(child.name)"
        if child.kind == .directory { pending.append(place) }
        if child.isLink, isWanted(child.name) {
          found[place] = LinkDirectory.target(of: "\(path)/\(place)")
        }
      }
    }
    return found
  }

  /// Makes `new` the links of the directory, of which `old` is what ``links(where:)`` gave.
  ///
  /// - Throws: ``FileError`` if that cannot be done; the directory is then as before.
  package func replace(_ old: [String: String], by new: [String: String]) throws(FileError) {
    removeLeftovers()
    let copy = "\(temporaryPrefix)\(getpid())"
    do throws(FileError) {
      try LinkDirectory.make(copy)
      try keep(in: copy, without: old)
      for (place, target) in new.sorted(by: { $0.key < $1.key }) {
        try LinkDirectory.makeFolders(to: place, in: copy)
        try LinkDirectory.check(unsafe symlink(target, "\(copy)/\(place)"), "\(path)/\(place)")
      }
      try exchange(copy)
    } catch {
      LinkDirectory.remove(copy)
      throw error
    }
    LinkDirectory.remove(copy)
  }

  /// Removes what is below the directory, which stays.
  ///
  /// - Throws: ``FileError`` if that cannot be done.
  package func removeAll() throws(FileError) {
    guard PathKind(path) == .directory else { return }
    removeLeftovers()
    let empty = "\(temporaryPrefix)\(getpid())"
    try LinkDirectory.make(empty)
    try exchange(empty)
    LinkDirectory.remove(empty)
  }

  private var temporaryPrefix: String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast().map { $0 + "/" }.joined() + ".\(parts.last ?? "").ksym-"
  }

  /// Puts the copy in the directory's place, and the directory in the copy's.
  private func exchange(_ copy: String) throws(FileError) {
    if PathKind(path) == .missing {
      return try LinkDirectory.check(unsafe rename(copy, path), path)
    }
    if unsafe ksym_exchange(copy, path) == 0 { return }
    // Some file systems cannot exchange: for a moment there is only the old one's other name.
    let aside = copy + ".old"
    try LinkDirectory.check(unsafe rename(path, aside), path)
    if unsafe rename(copy, path) != 0 {
      let code = errno
      _ = unsafe rename(aside, path)
      throw FileError(path: path, cause: .system(operation: "rename", errno: code))
    }
    _ = unsafe rename(aside, copy)
  }

  /// Puts what is not one of the links into the copy; folders that had only links go with them.
  private func keep(in copy: String, without links: [String: String]) throws(FileError) {
    guard PathKind(path) != .missing else { return }
    var pending = [""]
    while let folder = pending.popLast() {
      let children = try DirectoryTree.list("\(path)/\(folder)")
      if children.isEmpty { try LinkDirectory.makeFolders(to: "\(folder)/", in: copy) }
      for child in children {
        let place = folder.isEmpty ? child.name : "\(folder)/\(child.name)"
        guard child.isText else {
          let cause = FileError.Cause.notSuitable("has a name that is not UTF-8")
          throw FileError(path: "\(path)/\(place)", cause: cause)
        }
        if child.kind == .directory {
          pending.append(place)
          continue
        }
        if links[place] != nil { continue }
        try LinkDirectory.makeFolders(to: place, in: copy)
        let target = child.isLink ? LinkDirectory.target(of: "\(path)/\(place)") : nil
        try LinkDirectory.check(
          unsafe target.map { unsafe symlink($0, "\(copy)/\(place)") }
            ?? link("\(path)/\(place)", "\(copy)/\(place)"), "\(path)/\(place)")
      }
    }
  }

  /// Makes the folders in the copy that lead to a place.
  private static func makeFolders(to place: String, in copy: String) throws(FileError) {
    var folder = copy
    for part in place.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    where !part.isEmpty {
      folder += "/\(part)"
      try make(folder)
    }
  }

  /// Removes copies that a killed process left.
  private func removeLeftovers() {
    guard PathKind(path) == .directory, let slash = temporaryPrefix.lastIndex(of: "/") else {
      return
    }
    let directory = String(temporaryPrefix[..<slash])
    let prefix = String(temporaryPrefix[temporaryPrefix.index(after: slash)...])
    for name in DirectoryTree.names(in: directory) where name.hasPrefix(prefix) {
      guard let number = Int32(name.dropFirst(prefix.count).prefix { $0 != "." }),
        kill(number, 0) != 0, errno == ESRCH
      else { continue }
      LinkDirectory.remove("\(directory)/\(name)")
    }
  }

  private static func make(_ path: String) throws(FileError) {
    if unsafe mkdir(path, 0o755) != 0, errno != EEXIST { try check(-1, path) }
  }

  private static func check(_ result: Int32, _ path: String) throws(FileError) {
    guard result == 0 else {
      throw FileError(path: path, cause: .system(operation: "write", errno: errno))
    }
  }

  /// Removes a directory and what is below it.
  private static func remove(_ root: String) {
    var folders: [String] = []
    var pending = [root]
    while let folder = pending.popLast() {
      folders.append(folder)
      for child in (try? DirectoryTree.list(folder)) ?? [] {
        if child.kind == .directory {
          pending.append("\(folder)/\(child.name)")
        } else {
          _ = unsafe unlink("\(folder)/\(child.name)")
        }
      }
    }
    for folder in folders.reversed() { _ = unsafe rmdir(folder) }
  }

  /// Where a link leads; `nil` if there is none.
  package static func target(of path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe bytes.withUnsafeMutableBytes { buffer -> Int in
      guard let start = buffer.baseAddress else { return 0 }
      // SAFETY: writes at most as many bytes as the buffer has.
      return unsafe readlink(path, start.assumingMemoryBound(to: CChar.self), buffer.count)
    }
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }
}
