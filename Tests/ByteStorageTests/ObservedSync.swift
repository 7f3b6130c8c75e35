import Glibc
import Synchronization

/// The files that were brought to the disk. The linker prefers the `fsync` below to that of the C
/// library, so that a test sees whether the atomic writer asks for it.
enum ObservedSync {
  /// Whether the disk refuses.
  static let fails = Atomic<Bool>(false)
  /// Sizes at that time by inode, in bytes.
  fileprivate static let sizes = Mutex<[ino_t: Int]>([:])

  /// The size that a file had when it was brought to the disk; `nil` if it was not.
  static func size(of path: String) -> Int? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    let node = status.st_ino
    return sizes.withLock { $0[node] }
  }
}

@_cdecl("fsync") func observedSync(_ file: Int32) -> Int32 {
  var status = stat()
  guard unsafe fstat(file, &status) == 0, !ObservedSync.fails.load(ordering: .relaxed) else {
    errno = EIO
    return -1
  }
  let (node, size) = (status.st_ino, Int(status.st_size))
  ObservedSync.sizes.withLock { $0[node] = size }
  return fdatasync(file)
}
