internal import Glibc
internal import Synchronization

/// Files that are not yet, or never, what others see. They have no name where the file system
/// allows that. Where one must have a name for a moment, it is `FILE.ksym-PID.tmp`, with FILE cut if
/// that is too long; a process has at most one at a time, and the next process to write into the same
/// directory removes those whose process is gone.
enum TemporaryFile {
  /// Held while a temporary name exists.
  private static let naming = Mutex<Void>(())
  /// Directories in which leftovers were looked for.
  private static let tidied = Mutex<Set<String>>([])

  /// Most bytes of a name in a directory (`NAME_MAX`).
  private static let longestName = 255

  static func name(for target: String) -> String {
    let end = ".ksym-\(getpid()).tmp"
    var start = target
    var length = target.utf8.reversed().prefix { $0 != UInt8(ascii: "/") }.count
    while length + end.utf8.count > longestName { length -= start.removeLast().utf8.count }
    return start + end
  }

  private static func isTemporary(_ name: String) -> Bool {
    guard name.hasSuffix(".tmp") else { return false }
    let parts = name.dropLast(4).split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count > 1, let last = parts.last, last.hasPrefix("ksym-") else { return false }
    let number = last.dropFirst(5)
    return !number.isEmpty && number.allSatisfy { $0.isASCII && $0.isNumber }
  }

  /// Removes what killed processes left in a directory. A file in use is locked by its process.
  static func removeLeftovers(in directory: String) {
    guard tidied.withLock({ $0.insert(directory).inserted }) else { return }
    for name in DirectoryTree.names(in: directory) where isTemporary(name) {
      let path = "\(directory)/\(name)"
      let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      guard file >= 0 else { continue }
      if flock(file, LOCK_EX | LOCK_NB) == 0 { _ = unsafe unlink(path) }
      close(file)
    }
  }

  /// A file without a name in a directory, locked so that a name given to it is known as one in use;
  /// `nil` where the file system has no such files.
  static func unnamed(in directory: String) -> Int32? {
    // __O_TMPFILE of asm-generic/fcntl.h, a macro that Swift does not import.
    let flag: Int32 = 0o20_000_000
    let file = unsafe open(directory, flag | O_DIRECTORY | O_RDWR | O_CLOEXEC, 0o644)
    guard file >= 0 else { return nil }
    flock(file, LOCK_EX | LOCK_NB)
    return file
  }

  /// As ``unnamed(in:)``; where there is no such thing, a file whose name is removed at once, which
  /// cannot be given another.
  static func nameless(in directory: String, path: String) throws(FileError) -> Int32 {
    if let file = unnamed(in: directory) { return file }
    return try withName(name(for: "\(directory)/"), path) { (file) throws(FileError) in
      let copy = fcntl(file, F_DUPFD_CLOEXEC, 0)
      guard copy >= 0 else {
        throw FileError(path: path, cause: .system(operation: "create", errno: errno))
      }
      return copy
    }
  }

  /// Runs `body` while no other thread has a temporary name and no signal ends the process.
  static func naming<Value: Sendable>(
    _ body: () throws(FileError) -> Value
  ) throws(FileError) -> Value {
    let result = naming.withLock { _ in
      SignalDeferral.withoutSignals { () -> Result<Value, FileError> in
        do throws(FileError) { return .success(try body()) } catch { return .failure(error) }
      }
    }
    return try result.get()
  }

  /// Makes a file with a temporary name, which is gone when this returns, if `body` did not rename
  /// it. `path` names the file in errors; its descriptor is closed after `body`.
  static func withName<Value: Sendable>(
    _ name: String, _ path: String, _ body: (Int32) throws(FileError) -> Value
  ) throws(FileError) -> Value {
    try naming { () throws(FileError) in
      let file = unsafe open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
      guard file >= 0 else {
        throw FileError(path: path, cause: .system(operation: "create", errno: errno))
      }
      flock(file, LOCK_EX | LOCK_NB)
      defer {
        _ = unsafe unlink(name)
        close(file)
      }
      return try body(file)
    }
  }
}
