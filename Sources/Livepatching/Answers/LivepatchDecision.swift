package import KernelReleases

/// The livepatch core's decision.
package struct LivepatchDecision: Sendable {
  /// What becomes of a livepatch.
  package enum Verdict: String, Sendable, CaseIterable {
    /// Its functions are patched.
    case applies
    /// The loader refuses it.
    case refused
    /// The loader takes it, and its init returns an error.
    case initFailed = "init-failed"
    /// Its init kills the kernel.
    case crashes
    /// The files do not say.
    case undecided
  }

  /// The decision.
  package var verdict: Verdict
  /// The error that the load returns.
  package var errno: LoadErrno?
  /// The core's log lines, in order.
  package var log: [String] = []
  /// What had to be assumed.
  package var assumed: [LoadAssumption] = []

  init(_ verdict: Verdict, _ errno: LoadErrno? = nil, log: [String] = []) {
    self.verdict = verdict
    self.errno = errno
    self.log = log
  }
}
