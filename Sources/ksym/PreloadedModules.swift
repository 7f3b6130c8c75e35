internal import ModuleLoading

extension ModuleChecker.Answer {
  /// Says that a module of `--with` is left out, where it cannot be read or is not loaded.
  ///
  /// - Returns: The status that this gives.
  func complainIfNotPreloaded() -> ExitStatus {
    switch self {
    case .unreadable(let error):
      Terminal.complain("--with \(error)")
      return .trouble
    case .outcome(let outcome):
      guard outcome.verdict != .loads else { return .yes }
      let reason = outcome.log.last ?? outcome.causes.first ?? outcome.errno?.rawValue ?? ""
      Terminal.complain("--with \(outcome.path): \(outcome.verdict.rawValue), left out: \(reason)")
      return .yes
    }
  }
}
