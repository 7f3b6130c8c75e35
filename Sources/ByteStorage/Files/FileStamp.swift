internal import Glibc

/// What stat(2) says of a regular file, symbolic links followed; `nil` for anything else.
private func regularFileStatus(_ path: String) -> stat? {
  var status = stat()
  guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
  return status
}

extension timespec {
  /// The whole in nanoseconds; it wraps outside of the years 1677 to 2262.
  fileprivate var nanoseconds: Int64 { Int64(tv_sec) &* 1_000_000_000 &+ Int64(tv_nsec) }
}

/// What shows that a file is still the one that was read: its size and when it was written.
package struct FileStamp: Sendable, Hashable {
  /// Size in bytes.
  package let size: Int64
  /// When its contents changed last, in nanoseconds since 1970.
  package let modified: Int64

  /// Examines a regular file, following symbolic links; `nil` for anything else.
  package init?(_ path: String) {
    guard let status = regularFileStatus(path) else { return nil }
    size = Int64(status.st_size)
    modified = status.st_mtim.nanoseconds
  }

  /// What was noted earlier.
  package init(size: Int64, modified: Int64) { (self.size, self.modified) = (size, modified) }
}

/// What is another for any file that was written to, or replaced.
package struct FileState: Sendable, Hashable {
  private let words: [Int64]

  /// Examines a regular file, following symbolic links; `nil` for anything else.
  package init?(_ path: String) {
    guard let status = regularFileStatus(path) else { return nil }
    words = [
      Int64(bitPattern: UInt64(status.st_dev)), Int64(bitPattern: UInt64(status.st_ino)),
      Int64(status.st_size), Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec),
      Int64(status.st_ctim.tv_sec), Int64(status.st_ctim.tv_nsec),
    ]
  }
}

/// When a regular file was written, and when anything of it changed last (its place, its owner), in
/// nanoseconds since 1970.
package struct FileTimes: Sendable, Hashable {
  /// When its contents were written, as an archive may have set it.
  package let modified: Int64
  /// When the file was changed here.
  package let changed: Int64

  /// Examines a regular file, following symbolic links; `nil` for anything else.
  package init?(_ path: String) {
    guard let status = regularFileStatus(path) else { return nil }
    modified = status.st_mtim.nanoseconds
    changed = status.st_ctim.nanoseconds
  }

  /// Whether the file may not have been there, as it is, when another was written.
  package func isNewer(than other: FileTimes) -> Bool {
    modified > other.modified || changed >= other.changed
  }
}
