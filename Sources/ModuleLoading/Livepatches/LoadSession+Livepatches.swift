internal import Livepatching

extension LoadSession {
  /// `apply_relocations`: what stops first, the architecture's code or the livepatch core's names.
  func relocate(_ module: inout InspectedModule) {
    var stop = module.relocationRefusal.map { (section: $0.section, errno: LoadErrno.ENOEXEC) }
    var line = module.relocationRefusal?.line
    if let patch = module.livepatch, let livepatches {
      let answer = LivepatchJudge(patch, livepatches).load()
      if answer.isUndecided { module.outcome.assumed.append(LoadAssumption(.kernelSymbolsUnknown)) }
      if let refusal = answer.refusal, refusal.section < stop?.section ?? .max {
        stop = (refusal.section, .EINVAL)
        line = refusal.line
      }
      for section in patch.sections
      where section.isApplied && section.name?.object == "vmlinux"
        && section.index < stop?.section ?? .max
      {
        guard let words = module.livepatchRefusals[section.index] else { continue }
        stop = (section.index, .ENOEXEC)
        line = words
      }
    }
    guard let stop else { return }
    module.outcome.refuse(stop.errno, line)
  }

  /// Adds what the livepatch core does when the module's init runs, and what is to be known of the
  /// names that the livepatch uses.
  func judgeLivepatch(_ number: Int, _ outcome: inout LoadOutcome) {
    guard let livepatches, let patch = modules[number].livepatch else { return }
    let judge = LivepatchJudge(patch, livepatches)
    outcome.livepatch = LivepatchOutcome(
      patch: patch, decision: outcome.verdict == .loads ? judge.enable() : nil,
      functions: judge.functions(), symbols: judge.symbols(), advice: judge.advice())
  }
}
