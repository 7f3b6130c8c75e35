internal import CGlibcExtras
internal import Glibc
internal import Synchronization

/// What came through standard input and through pipes, which give their bytes only once: kept in memory, so
/// that it can be read again (as for the next of several kernels) and by several threads.
enum KeptInput {
  private struct Key: Hashable {
    let device, node: UInt64
  }

  private static let files = Mutex<[Key: Result<OpenFile, FileError>]>([:])

  /// Opens all that a descriptor gives, for the caller to close.
  ///
  /// - Parameters:
  ///   - descriptor: Standard input, or a pipe.
  ///   - path: Its name, for errors.
  ///   - limit: Largest content to accept, in bytes.
  /// - Returns: `nil` if it cannot be kept.
  /// - Throws: ``FileError`` if it cannot be read, or is larger than the limit.
  static func open(_ descriptor: Int32, _ path: String, limit: Int) throws(FileError) -> OpenFile? {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    let key = Key(device: UInt64(status.st_dev), node: UInt64(status.st_ino))
    let kept = files.withLock { files -> Result<OpenFile, FileError>? in
      if let known = files[key] { return known }
      let file = unsafe ksym_memory_file("input")
      guard file >= 0 else { return nil }
      let result: Result<OpenFile, FileError>
      do throws(FileError) {
        let size = try copy(descriptor, to: file, path, limit: limit)
        result = .success(OpenFile(descriptor: file, size: size))
      } catch {
        Glibc.close(file)
        result = .failure(error)
      }
      files[key] = result
      return result
    }
    guard let file = try kept?.get() else { return nil }
    guard file.size <= limit else { throw FileError(path: path, cause: .tooLarge(limit: limit)) }
    let own = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0)
    guard own >= 0 else {
      throw FileError(path: path, cause: .system(operation: "open", errno: errno))
    }
    return OpenFile(descriptor: own, size: file.size)
  }

  /// Copies a descriptor to its end; returns how many bytes there were.
  private static func copy(
    _ descriptor: Int32, to file: Int32, _ path: String, limit: Int
  ) throws(FileError) -> Int {
    var size = 0
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      // SAFETY: reads and writes at most the bytes of the array.
      let got = retryingInterrupted {
        unsafe piece.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      }
      if got < 0 { throw FileError(path: path, cause: .system(operation: "read", errno: errno)) }
      if got == 0 { return size }
      size &+= got
      if size > limit { throw FileError(path: path, cause: .tooLarge(limit: limit)) }
      var written = 0
      while written < got {
        let start = written
        let done = retryingInterrupted {
          unsafe piece.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return 0 }
            return unsafe write(file, base + start, got - start)
          }
        }
        guard done > 0 else {
          throw FileError(path: path, cause: .system(operation: "write", errno: errno))
        }
        written &+= done
      }
    }
  }
}
