package import KernelReleases
package import Livepatching

/// What becomes of a livepatch: in the loader, then in the livepatch core.
package struct LivepatchOutcome: Sendable {
  /// What the loader makes of it.
  package let load: LoadOutcome
  /// What it patches and names; `nil` if it could not be read so far.
  package let patch: Livepatch?
  /// What the livepatch core does when the module's init runs; `nil` if it never does.
  package let decision: LivepatchDecision?
  /// The resolution of each patched function, in order.
  package let functions: [LivepatchFinding]
  /// The resolution of each symbol that relocations name, each once, in order.
  package let symbols: [LivepatchFinding]
  /// What its author should know.
  package let advice: [LivepatchAdvice]

  init(_ load: LoadOutcome, _ patch: Livepatch?, _ resolver: LivepatchResolver?) {
    self.load = load
    guard let patch, let resolver else {
      (self.patch, decision, functions, symbols, advice) = (nil, nil, [], [], [])
      return
    }
    let judge = LivepatchJudge(patch, resolver)
    self.patch = patch
    decision = load.verdict == .loads ? judge.enable() : nil
    functions = judge.functions()
    symbols = judge.symbols()
    advice = judge.advice()
  }

  /// The verdict: the loader's refusal, or what its init makes of it.
  package var verdict: LivepatchDecision.Verdict {
    switch load.verdict {
    case .refused: .refused
    case .crashes: .crashes
    case .undecided: .undecided
    case .loads: decision?.verdict ?? .undecided
    }
  }

  /// The error that the load returns, from whichever stage.
  package var errno: LoadErrno? { load.errno ?? decision?.errno }

  /// The log lines of both stages.
  package var log: [String] { load.log + (decision?.log ?? []) }

  /// What had to be assumed in both stages, each once.
  package var assumed: [LoadAssumption] {
    var seen: Set<LoadAssumption> = []
    let isOpen = verdict == .undecided
    return (load.assumed + (decision?.assumed ?? [])).filter {
      // What is left open is not assumed.
      !(isOpen && $0.code == .kernelSymbolsUnknown) && seen.insert($0).inserted
    }
  }
}
