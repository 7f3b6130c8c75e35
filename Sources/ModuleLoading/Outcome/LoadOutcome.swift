package import KernelReleases
package import Livepatching

/// The answer for one module: yes, no, not known, or that the kernel dies of it. The set is closed.
package enum LoadVerdict: String, Sendable, Hashable { case loads, refused, crashes, undecided }

/// What the kernel would say and do.
package struct LoadOutcome: Sendable {
  /// Path of the module.
  package let path: String
  /// Its name, as far as it could be read.
  package let name: String
  /// The verdict.
  package let verdict: LoadVerdict
  /// The error that `finit_module` returns.
  package let errno: LoadErrno?
  /// The kernel's log lines, in order, without the taint notices that show once per boot.
  package let log: [String]
  /// The taint notices that a freshly booted kernel adds.
  package let taintLog: [String]
  /// Symbols with problems; all needed symbols if asked for.
  package let symbols: [SymbolProblem]
  /// Symbols about whose versions `depmod -e -E` reports a disagreement that no kernel finds.
  package let depmodErrs: [String]
  /// Whether it is a livepatch, which the livepatch core judges when its init runs.
  package let isLivepatch: Bool
  /// Likely causes.
  package private(set) var causes: [LoadCause]
  /// What had to be assumed.
  package internal(set) var assumed: [LoadAssumption]

  init(_ module: ModuleReading, _ verdict: Verdict) {
    path = module.path
    name = module.name
    self.verdict = verdict.answer
    errno = verdict.errno
    log = verdict.log.lines
    taintLog = verdict.log.taints
    symbols = verdict.problems
    causes = verdict.causes
    depmodErrs = verdict.depmodErrs
    isLivepatch = module.contents.livepatch?.isLivepatch ?? false
    assumed = verdict.assumed
  }

  /// Adds causes before the one that sums up what is missing.
  mutating func explain(_ more: [LoadCause]) {
    guard !more.isEmpty else { return }
    let place = causes.firstIndex { $0.code == .notExported } ?? causes.endIndex
    causes.insert(contentsOf: more, at: place)
  }
}
