internal import Glibc

/// A directory of a test's own, removed with everything in it when the value goes away.
package final class ScratchDirectory: Sendable {
  /// Absolute path, without a slash at the end.
  package let path: String

  /// Makes the directory below the system's place for temporary files.
  package init() throws(ScratchError) {
    let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/ksym-test-XXXXXX".utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { buffer -> String? in
      guard let start = buffer.baseAddress, let name = unsafe mkdtemp(start) else { return nil }
      return unsafe String(cString: name)
    }
    guard let made else { throw ScratchError(words: "mkdtemp failed") }
    path = made
  }

  /// Path of a file in the directory.
  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file; returns its path.
  @discardableResult
  package func write(_ bytes: [UInt8], to name: String) throws(ScratchError) -> String {
    let target = file(name)
    guard let handle = unsafe fopen(target, "wb") else {
      throw ScratchError(words: "cannot create \(target)")
    }
    defer { unsafe fclose(handle) }
    let written = unsafe bytes.withUnsafeBytes { buffer -> Int in
      guard let start = buffer.baseAddress else { return 0 }
      return unsafe fwrite(start, 1, buffer.count, handle)
    }
    guard written == bytes.count else { throw ScratchError(words: "cannot write \(target)") }
    return target
  }

  /// Makes a directory in the directory; returns its path.
  @discardableResult
  package func makeDirectory(_ name: String) -> String {
    _ = unsafe mkdir(file(name), 0o755)
    return file(name)
  }

  /// Makes a symbolic link.
  package func link(_ name: String, to target: String) { _ = unsafe symlink(target, file(name)) }

  /// Makes a FIFO; returns its path.
  package func makeFIFO(_ name: String) -> String {
    _ = unsafe mkfifo(file(name), 0o644)
    return file(name)
  }

  /// Makes an empty file whose name may be no text; `false` if the file system refuses the name.
  package func writeRaw(name: [UInt8]) -> Bool {
    let full = (Array(path.utf8) + [0x2f] + name + [0]).map { CChar(bitPattern: $0) }
    guard let handle = unsafe fopen(full, "wb") else { return false }
    return unsafe fclose(handle) == 0
  }

  /// Makes a socket that nobody listens to; returns its path.
  package func makeSocket(_ name: String) -> String {
    _ = unsafe mknod(file(name), S_IFSOCK | 0o644, 0)
    return file(name)
  }

  deinit { removeTree(path) }
}

/// Why a scratch file could not be made.
package struct ScratchError: Error { let words: String }

/// The bytes of a file, as they are.
///
/// - Throws: ``ScratchError`` if it cannot be read.
package func contents(of path: String) throws(ScratchError) -> [UInt8] {
  guard let handle = unsafe fopen(path, "rb") else {
    throw ScratchError(words: "cannot open \(path)")
  }
  defer { unsafe fclose(handle) }
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let got = unsafe block.withUnsafeMutableBytes { buffer -> Int in
      guard let start = buffer.baseAddress else { return 0 }
      return unsafe fread(start, 1, buffer.count, handle)
    }
    if got == 0 { return bytes }
    bytes.append(contentsOf: block[..<got])
  }
}

/// The permission bits of a file, or `nil`.
package func permissions(of path: String) -> UInt32? {
  var status = stat()
  return unsafe stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
}

/// The value of an environment variable, or `nil`.
package func environment(_ name: String) -> String? {
  unsafe getenv(name).map { unsafe String(cString: $0) }
}

private func removeTree(_ path: String) { removeTree(Array(path.utf8CString)) }

/// Removes a tree by its path with its NUL: names need not be text.
private func removeTree(_ path: [CChar]) {
  if unsafe unlink(path) == 0 { return }
  if let handle = unsafe opendir(path) {
    while let entry = unsafe readdir(handle) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        let text = unsafe UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self)
        return unsafe Array(UnsafeBufferPointer(start: text, count: strlen(text) + 1))
      }
      // `.` and `..`
      if name == [0x2e, 0] || name == [0x2e, 0x2e, 0] { continue }
      removeTree(path.dropLast() + [0x2f] + name)
    }
    unsafe closedir(handle)
  }
  _ = unsafe rmdir(path)
}
