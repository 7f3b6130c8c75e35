internal import KernelReleases
internal import Livepatching

/// What the kernel makes of a module, so far.
struct Verdict: Sendable {
  var log = BootLog()
  /// The error that ends the load; `nil` as long as nothing does.
  private(set) var errno: LoadErrno?
  private(set) var isUndecided = false
  /// Whether nobody can say what the kernel does from here on.
  private(set) var isOpen = false
  private(set) var isCrash = false
  var problems: [SymbolProblem] = []
  var causes: [LoadCause] = []
  /// Symbols whose versions agree, and of which depmod says that they do not.
  var depmodErrs: [String] = []
  var assumed: [LoadAssumption] = []

  /// Whether the load has ended, in an error or in a crash.
  var isRefused: Bool { errno != nil || isCrash }

  /// Ends the load. A later refusal, of another symbol, replaces the error and adds its lines.
  mutating func refuse(_ refusal: Refusal) {
    guard !isOpen else { return }
    errno = refusal.errno
    isCrash = refusal.errno == nil
    for line in refusal.lines { log.say(line) }
    causes += refusal.causes
    if let problem = refusal.problem { problems.append(problem) }
  }

  /// What follows a refusal: a kernel that frees the structure before other memory of the module crashes.
  mutating func cleanUp(_ later: LaterRefusals) {
    guard errno != nil, later.freesStructureEarly else { return }
    errno = nil
    isCrash = true
    causes.append(LoadCause(.structureReadOnly))
  }

  /// Leaves the answer open, unless something refuses the module anyway.
  mutating func doubt(_ code: LoadCause.Code) { doubt(LoadCause(code)) }

  mutating func doubt(_ cause: LoadCause) {
    isUndecided = true
    causes.append(cause)
  }

  /// Leaves the answer open, whatever comes later.
  mutating func leaveOpen(_ code: LoadCause.Code) {
    isOpen = true
    log.end()
    doubt(code)
  }

  /// The answer.
  var answer: LoadVerdict {
    isCrash ? .crashes : isRefused ? .refused : isUndecided ? .undecided : .loads
  }
}
