internal import KernelReleases
internal import Livepatching

/// What ends a load: the error that it returns, and what is known about the reason.
struct Refusal: Sendable {
  /// `nil` if the kernel crashes.
  let errno: LoadErrno?
  /// What the kernel logs, in order.
  var lines: [String] = []
  /// Likely causes.
  var causes: [LoadCause] = []
  /// The symbol that the kernel stops at.
  var problem: SymbolProblem?

  init(_ errno: LoadErrno, _ line: String? = nil) {
    self.errno = errno
    if let line { lines = [line] }
  }

  /// The kernel crashes.
  init(crash cause: LoadCause.Code) {
    errno = nil
    causes = [LoadCause(cause)]
  }
}
