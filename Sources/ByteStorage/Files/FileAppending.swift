internal import Glibc

package enum FileAppending {
  /// Writes behind what a file has, and makes it if it is not there; `false` if that fails.
  package static func append(_ bytes: [UInt8], to path: String) -> Bool {
    let file = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { return false }
    defer { close(file) }
    return writeAll(bytes, to: file)
  }
}
