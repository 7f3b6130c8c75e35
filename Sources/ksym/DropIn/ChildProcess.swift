internal import Glibc

/// A program that is run and waited for; its output goes where the command's goes.
enum ChildProcess {
  /// Returns whether it ended with status 0.
  static func run(_ words: [String]) -> Bool {
    guard let program = words.first else { return false }
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var child = pid_t()
    let code = unsafe posix_spawnp(&child, program, nil, nil, &arguments, environ)
    guard code == 0 else {
      // SAFETY: strerror gives a text that ends with NUL, which is copied at once.
      Terminal.complain("\(program): \(unsafe String(cString: strerror(code)))")
      return false
    }
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
    return status == 0
  }
}
