import Glibc
import Synchronization

/// The files that were brought to the disk. The linker prefers the `fsync` below to that of the C
/// library, so that a test sees whether the atomic writer asks for it.
enum ObservedSync {
  /// Whether the disk refuses.
  static let fails = Atomic<Bool>(false)
  /// A file in a directory: numbers of inodes are given again to other tests' files.
  fileprivate struct Place: Hashable {
    let node: ino_t
    let directory: Substring

    init(_ node: ino_t, _ path: String) {
      self.node = node
      directory = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
    }
  }

  /// Sizes at that time, in bytes.
  fileprivate static let sizes = Mutex<[Place: Int]>([:])

  /// The size that a file had when it was brought to the disk; `nil` if it was not.
  static func size(of path: String) -> Int? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    let place = Place(status.st_ino, path)
    return sizes.withLock { $0[place] }
  }
}

@_cdecl("fsync") func observedSync(_ file: Int32) -> Int32 {
  var status = stat()
  guard unsafe fstat(file, &status) == 0, !ObservedSync.fails.load(ordering: .relaxed) else {
    errno = EIO
    return -1
  }
  var name = [CChar](repeating: 0, count: 4096)
  let length = unsafe readlink("/proc/self/fd/\(file)", &name, name.count)
  let path = String(
    decoding: name.prefix(max(length, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  let (place, size) = (ObservedSync.Place(status.st_ino, path), Int(status.st_size))
  ObservedSync.sizes.withLock { $0[place] = size }
  return fdatasync(file)
}
