internal import Glibc

/// Writes a large file piece by piece, so that readers see the old content or the new, never a part.
///
/// What was written becomes the file with ``commit()``; without that, nothing is left behind.
package final class AtomicFileWriter {
  private let path: String
  private let temporary: String
  private let permissions: mode_t
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  /// Bytes written so far.
  package private(set) var count = 0

  private static let bufferSize = 1 << 18

  /// Begins a file beside `path`, to replace it.
  ///
  /// - Parameters:
  ///   - path: The file to replace.
  ///   - mode: Permission bits of a new file; an existing file keeps its own.
  /// - Throws: ``FileError`` if the directory cannot be written to.
  package init(_ path: String, mode: UInt32 = 0o644) throws(FileError) {
    self.path = path
    var status = stat()
    permissions = unsafe stat(path, &status) == 0 ? status.st_mode & 0o7777 : mode_t(mode)
    temporary = "\(path).ksym-\(getpid()).tmp"
    descriptor = unsafe open(
      temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
    guard descriptor >= 0 else {
      throw FileError(path: temporary, cause: .system(operation: "create", errno: errno))
    }
    buffer.reserveCapacity(AtomicFileWriter.bufferSize)
  }

  /// Appends bytes.
  ///
  /// - Throws: ``FileError`` if they cannot be written.
  package func append(_ bytes: RawSpan) throws(FileError) {
    count += bytes.byteCount
    unsafe bytes.withUnsafeBytes { unsafe buffer.append(contentsOf: $0) }
    if buffer.count >= AtomicFileWriter.bufferSize { try flush() }
  }

  /// Appends bytes.
  ///
  /// - Throws: ``FileError`` if they cannot be written.
  package func append(_ bytes: [UInt8]) throws(FileError) {
    count += bytes.count
    buffer.append(contentsOf: bytes)
    if buffer.count >= AtomicFileWriter.bufferSize { try flush() }
  }

  /// Writes bytes over what was appended, from the beginning.
  ///
  /// - Throws: ``FileError`` if they cannot be written.
  package func overwriteStart(_ bytes: [UInt8]) throws(FileError) {
    try flush()
    guard lseek(descriptor, 0, SEEK_SET) == 0, writeAll(bytes, to: descriptor),
      lseek(descriptor, 0, SEEK_END) >= 0
    else { throw failure() }
  }

  /// Makes what was written the file.
  ///
  /// - Throws: ``FileError`` if that fails; then the file is as before.
  package func commit() throws(FileError) {
    try flush()
    guard fchmod(descriptor, permissions) == 0, fsync(descriptor) == 0 else { throw failure() }
    guard unsafe rename(temporary, path) == 0 else {
      throw FileError(path: path, cause: .system(operation: "replace", errno: errno))
    }
    close(descriptor)
    descriptor = -1
  }

  private func flush() throws(FileError) {
    defer { buffer.removeAll(keepingCapacity: true) }
    guard writeAll(buffer, to: descriptor) else { throw failure() }
  }

  private func failure() -> FileError {
    FileError(path: temporary, cause: .system(operation: "write", errno: errno))
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    _ = unsafe unlink(temporary)
  }
}
