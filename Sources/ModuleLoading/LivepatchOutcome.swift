public import Livepatching

/// What becomes of a livepatch once the loader has taken it, and what is known of it.
public struct LivepatchOutcome: Sendable {
  /// What it patches and names.
  public let patch: Livepatch
  /// What the livepatch core does when the module's init runs; `nil` if it never does.
  public let decision: LivepatchDecision?
  /// What every function that is patched means in this kernel, in order.
  public let functions: [LivepatchFinding]
  /// What every symbol that its relocations name means in this kernel, each once, in order.
  public let symbols: [LivepatchFinding]
  /// What people should know.
  public let advice: [String]
}

extension LoadOutcome {
  /// The verdict on a livepatch: the loader's refusal, or what its init makes of it.
  public var livepatchVerdict: LivepatchDecision.Verdict {
    switch verdict {
    case .refused: .refused
    case .undecided: .undecided
    case .loads: livepatch?.decision?.verdict ?? .undecided
    }
  }

  /// The error that the load of a livepatch returns, from whichever stage.
  public var livepatchErrno: String? { errno?.rawValue ?? livepatch?.decision?.errno?.rawValue }

  /// The log lines of both stages.
  public var livepatchLog: [String] { log + (livepatch?.decision?.log ?? []) }

  /// What had to be assumed in both stages, each once.
  public var livepatchAssumptions: [String] {
    var seen: Set<String> = []
    return (assumed + (livepatch?.decision?.assumed ?? [])).filter { seen.insert($0).inserted }
  }
}
