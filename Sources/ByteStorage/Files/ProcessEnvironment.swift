internal import Glibc

package enum ProcessEnvironment {
  /// The value of a variable; `nil` if it is not set, or empty.
  package static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    // SAFETY: values are NUL-terminated; nothing here changes the environment.
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// The user's directory for what can be made again (XDG_CACHE_HOME, or `~/.cache`); `nil` if there is
  /// none.
  package static var cacheDirectory: String? {
    variable("XDG_CACHE_HOME") ?? variable("HOME").map { "\($0)/.cache" }
  }

  /// Makes a directory; that it exists already is no error.
  package static func makeDirectory(_ path: String) { _ = unsafe mkdir(path, 0o755) }

  /// Runs a command of the shell, whose text must have nothing from outside that the shell could take for
  /// its own.
  ///
  /// - Returns: The first line that it writes, up to 4096 bytes; `nil` if that is empty.
  package static func firstLine(of command: String) -> String? {
    guard let pipe = unsafe popen(command, "r") else { return nil }
    defer { unsafe pclose(pipe) }
    var line: [UInt8] = []
    while line.count < 4096 {
      let byte = unsafe getc(pipe)
      guard byte >= 0, byte != 0x0a else { break }
      line.append(UInt8(truncatingIfNeeded: byte))
    }
    return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
  }
}
