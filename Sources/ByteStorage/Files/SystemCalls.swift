internal import Glibc

func systemMessage(_ code: Int32) -> String {
  // SAFETY: strerror returns a NUL-terminated string or NULL; it is copied at once.
  guard let words = unsafe strerror(code) else { return "error \(code)" }
  return unsafe String(cString: words)
}

/// Repeats a system call while it is interrupted by signals.
@inline(__always) func retryingInterrupted(_ call: () -> Int) -> Int {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}
