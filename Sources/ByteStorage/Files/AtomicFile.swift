internal import Glibc
internal import Synchronization

/// Writing a file so that readers see the old content or the new, never a part.
///
/// The new content is written to a file without a name where the file system has such; it gets a
/// temporary name only for the moment before it is renamed over the old file. That name is
/// `FILE.ksym-PID.tmp`; a process has at most one at a time, and the next one to write into the same
/// directory removes those whose process is gone.
package enum AtomicFile {
  /// Held while a temporary name exists.
  private static let naming = Mutex<Void>(())
  /// Directories in which leftovers were looked for.
  private static let tidied = Mutex<Set<String>>([])

  /// Makes signals that end the process wait until no temporary name exists. For commands: a library
  /// leaves signals alone.
  package static func deferSignals() { SignalDeferral.install() }

  /// Writes `bytes` to a temporary file beside `path`, then renames it over `path`. A symbolic link
  /// stays one: what it points to is replaced. What is no regular file (a device, a FIFO) is written
  /// to.
  ///
  /// - Parameters:
  ///   - bytes: The new content.
  ///   - path: The file to replace.
  ///   - mode: Permission bits of a new file; an existing file keeps its own, and its owner.
  /// - Throws: ``FileError``; then nothing is left behind and `path` is as before.
  package static func write(
    _ bytes: [UInt8], to path: String, mode: UInt32 = 0o644
  ) throws(FileError) {
    var status = stat()
    let isThere = unsafe stat(path, &status) == 0
    if isThere, status.st_mode & S_IFMT != S_IFREG {
      try writeThrough(bytes, to: path)
      return
    }
    let target = isThere ? resolved(path) : path
    let directory = self.directory(of: target)
    removeLeftovers(in: directory)
    let attributes = isThere ? status : nil
    if let file = unnamed(in: directory) {
      defer { close(file) }
      // Nothing is lost with a new file whose bytes did not reach the disk: what it was made of is there.
      try fill(file, bytes, attributes, mode, path, synchronizes: isThere)
      if isThere ? rename(file, over: target) : link(file, as: target) { return }
      // The file system, or the lack of /proc, allows no naming: the longer way.
    }
    try writeNamed(bytes, to: target, attributes, mode, path)
  }

  /// Writes all content, to the disk if told so, and makes mode and owner those of the file to
  /// replace.
  private static func fill(
    _ file: Int32, _ bytes: [UInt8], _ old: stat?, _ mode: UInt32, _ path: String,
    synchronizes: Bool
  ) throws(FileError) {
    func failure(_ operation: StaticString) -> FileError {
      FileError(path: path, cause: .system(operation: operation, errno: errno))
    }
    guard writeAll(bytes, to: file) else { throw failure("write") }
    if let old {
      var new = stat()
      guard unsafe fstat(file, &new) == 0 else { throw failure("examine") }
      if new.st_uid != old.st_uid || new.st_gid != old.st_gid,
        fchown(file, old.st_uid, old.st_gid) != 0
      {
        throw failure("keep the owner")
      }
      guard fchmod(file, old.st_mode & 0o7777) == 0 else { throw failure("keep the mode") }
    } else if mode != 0o644 {
      guard fchmod(file, mode_t(mode)) == 0 else { throw failure("set the mode") }
    }
    if synchronizes, fsync(file) != 0 { throw failure("write") }
  }

  /// A file without a name in a directory, locked so that its name will be known as one in use;
  /// `nil` where there is no such thing.
  private static func unnamed(in directory: String) -> Int32? {
    // __O_TMPFILE of asm-generic/fcntl.h, a macro that Swift does not import.
    let flag: Int32 = 0o20_000_000
    let file = unsafe open(directory, flag | O_DIRECTORY | O_WRONLY | O_CLOEXEC, 0o644)
    guard file >= 0 else { return nil }
    flock(file, LOCK_EX | LOCK_NB)
    return file
  }

  private static func link(_ file: Int32, as target: String) -> Bool {
    unsafe linkat(AT_FDCWD, "/proc/self/fd/\(file)", AT_FDCWD, target, AT_SYMLINK_FOLLOW) == 0
  }

  private static func rename(_ file: Int32, over target: String) -> Bool {
    let temporary = temporaryName(of: target)
    return naming.withLock { _ in
      SignalDeferral.withoutSignals {
        guard link(file, as: temporary) else { return false }
        if unsafe Glibc.rename(temporary, target) == 0 { return true }
        _ = unsafe unlink(temporary)
        return false
      }
    }
  }

  /// The way for file systems that have no unnamed files.
  private static func writeNamed(
    _ bytes: [UInt8], to target: String, _ old: stat?, _ mode: UInt32, _ path: String
  ) throws(FileError) {
    let temporary = temporaryName(of: target)
    let failure = naming.withLock { _ in
      SignalDeferral.withoutSignals { () -> FileError? in
        do throws(FileError) {
          let file = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
          guard file >= 0 else {
            throw FileError(path: path, cause: .system(operation: "create", errno: errno))
          }
          defer { close(file) }
          flock(file, LOCK_EX | LOCK_NB)
          do throws(FileError) {
            // Such a file system may be a remote one, which says only now that it has no room.
            try fill(file, bytes, old, mode, path, synchronizes: true)
            guard unsafe Glibc.rename(temporary, target) == 0 else {
              throw FileError(path: path, cause: .system(operation: "replace", errno: errno))
            }
          } catch {
            _ = unsafe unlink(temporary)
            throw error
          }
          return nil
        } catch { return error }
      }
    }
    if let failure { throw failure }
  }

  /// Writes to something that is no file to replace.
  private static func writeThrough(_ bytes: [UInt8], to path: String) throws(FileError) {
    let file = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else {
      throw FileError(path: path, cause: .system(operation: "open", errno: errno))
    }
    defer { close(file) }
    guard writeAll(bytes, to: file) else {
      throw FileError(path: path, cause: .system(operation: "write", errno: errno))
    }
  }

  private static func temporaryName(of target: String) -> String {
    "\(target).ksym-\(getpid()).tmp"
  }

  /// Whether a name is one that ``temporaryName(of:)`` makes.
  private static func isTemporary(_ name: String) -> Bool {
    guard name.hasSuffix(".tmp") else { return false }
    let parts = name.dropLast(4).split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count > 1, let last = parts.last, last.hasPrefix("ksym-") else { return false }
    let number = last.dropFirst(5)
    return !number.isEmpty && number.allSatisfy { $0.isASCII && $0.isNumber }
  }

  /// Removes what killed processes left in a directory. A file in use is locked by its process.
  private static func removeLeftovers(in directory: String) {
    guard tidied.withLock({ $0.insert(directory).inserted }) else { return }
    for name in DirectoryTree.names(in: directory) where isTemporary(name) {
      let path = "\(directory)/\(name)"
      let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      guard file >= 0 else { continue }
      if flock(file, LOCK_EX | LOCK_NB) == 0 { _ = unsafe unlink(path) }
      close(file)
    }
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The path of what a symbolic link leads to; that of anything else as it is.
  private static func resolved(_ path: String) -> String {
    var status = stat()
    if unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFLNK { return path }
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }
}
