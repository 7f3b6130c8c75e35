package import Livepatching

/// What becomes of a livepatch once the loader has taken it, and what is known of it.
package struct LivepatchOutcome: Sendable {
  /// What it patches and names.
  package let patch: Livepatch
  /// What the livepatch core does when the module's init runs; `nil` if it never does.
  package let decision: LivepatchDecision?
  /// What every function that is patched means in this kernel, in order.
  package let functions: [LivepatchFinding]
  /// What every symbol that its relocations name means in this kernel, each once, in order.
  package let symbols: [LivepatchFinding]
  /// What its author should know.
  package let advice: [LivepatchAdvice]
}

extension LoadOutcome {
  /// The verdict on a livepatch: the loader's refusal, or what its init makes of it.
  package var livepatchVerdict: LivepatchDecision.Verdict {
    switch verdict {
    case .refused: .refused
    case .undecided: .undecided
    case .loads: livepatch?.decision?.verdict ?? .undecided
    }
  }

  /// The error that the load of a livepatch returns, from whichever stage.
  package var livepatchErrno: LoadErrno? { errno ?? livepatch?.decision?.errno }

  /// The log lines of both stages.
  package var livepatchLog: [String] { log + (livepatch?.decision?.log ?? []) }

  /// What had to be assumed in both stages, each once.
  package var livepatchAssumptions: [LoadAssumption] {
    var seen: Set<LoadAssumption> = []
    return (assumed + (livepatch?.decision?.assumed ?? [])).filter { seen.insert($0).inserted }
  }
}
