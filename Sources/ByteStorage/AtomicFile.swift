internal import Glibc

/// Writing a file so that readers see the old content or the new, never a part.
public enum AtomicFile {
  /// Writes `bytes` to a temporary file beside `path`, then renames it over `path`.
  ///
  /// - Parameters:
  ///   - bytes: The new content.
  ///   - path: The file to replace.
  ///   - mode: Permission bits of a new file; an existing file keeps its own.
  /// - Throws: ``FileError``; then nothing is left behind and `path` is as before.
  public static func write(
    _ bytes: [UInt8], to path: String, mode: UInt32 = 0o644
  ) throws(FileError) {
    var status = stat()
    let permissions = unsafe stat(path, &status) == 0 ? status.st_mode & 0o7777 : mode
    let temporary = "\(path).ksym-\(getpid()).tmp"
    let file = unsafe open(
      temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(permissions))
    guard file >= 0 else {
      throw FileError(path: temporary, cause: .system(operation: "create", errno: errno))
    }
    guard writeAll(bytes, to: file), fchmod(file, permissions) == 0, fsync(file) == 0 else {
      let code = errno
      close(file)
      _ = unsafe unlink(temporary)
      throw FileError(path: temporary, cause: .system(operation: "write", errno: code))
    }
    close(file)
    guard unsafe rename(temporary, path) == 0 else {
      let code = errno
      _ = unsafe unlink(temporary)
      throw FileError(path: path, cause: .system(operation: "replace", errno: code))
    }
  }
}
