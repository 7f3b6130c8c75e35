/// What a name that a livepatch uses means in a kernel.
public struct LivepatchFinding: Sendable {
  /// The kernel's answer.
  public enum Status: String, Sendable {
    /// There is such a symbol.
    case found
    /// There is none.
    case missing = "not-found"
    /// There are several, and no position.
    case ambiguous
    /// There are fewer than the position says.
    case noPosition = "no-position"
    /// The name of the symbol, or of its section, is incorrectly formatted.
    case malformed
    /// The symbol is not marked as one of a livepatch.
    case unmarked
    /// A section for a module names a symbol of vmlinux.
    case forbidden
    /// The module that it belongs to is not loaded: the kernel looks when it is.
    case waiting = "not-loaded"
    /// What there is to look in could not be read.
    case unknown
  }

  /// `vmlinux` or a module.
  public let object: String
  /// The name.
  public let name: String
  /// The position that the livepatch gives.
  public let position: UInt64
  /// The kernel's answer.
  public var status: Status
  /// Number of symbols that count as of this name.
  public var count = 0
  /// The address found in vmlinux.
  public var address: UInt64?
  /// The place found in a module: section and offset.
  public var place: String?
  /// Size of what was found, in bytes, as the kernel computes it.
  public var size: UInt64?
  /// Whether ftrace can patch it; `nil` if that is not known, or does not matter.
  public var isTraceable: Bool?
  /// Size of the new function, in bytes.
  public var newSize: UInt64?
  /// Index of the symbol in the kernel's table.
  var symbol: Int?

  init(_ object: String, _ name: String, _ position: UInt64, _ status: Status) {
    self.object = object
    self.name = name
    self.position = position
    self.status = status
  }

  /// The name and the position as sysfs shows them.
  public var title: String { "\(name),\(position == 0 ? 1 : position)" }
}

/// The livepatch core's decision.
public struct LivepatchDecision: Sendable {
  /// What becomes of a livepatch.
  public enum Verdict: String, Sendable, CaseIterable {
    /// Its functions are patched.
    case applies
    /// The loader refuses it.
    case refused
    /// The loader takes it, and its init returns an error.
    case initFailed = "init-failed"
    /// Its init kills the kernel.
    case crashes
    /// The files do not tell.
    case undecided
  }

  /// Error numbers of the core.
  public enum Failure: String, Sendable { case EINVAL, EEXIST, ENOEXEC }

  /// The decision.
  public var verdict: Verdict
  /// The error that the load returns.
  public var errno: Failure?
  /// The core's log lines, in order.
  public var log: [String] = []
  /// What had to be assumed, for people.
  public var assumed: [String] = []

  init(_ verdict: Verdict, _ errno: Failure? = nil, log: [String] = []) {
    self.verdict = verdict
    self.errno = errno
    self.log = log
  }
}
