package import ByteStorage
package import ModuleLoading

/// What becomes of an external module on one kernel.
package struct GateJudgement: Sendable {
  package let candidate: TreeGate.Candidate
  /// What the loader says; a failure if the file cannot be read.
  package let result: Result<LoadOutcome, FileError>
  /// Names of symbols that keep it from loading, in bytewise order.
  package internal(set) var symbols: [String] = []
  /// What keeps it from loading, where no symbol does: what the kernel logs.
  package internal(set) var reason: String?

  package init(candidate: TreeGate.Candidate, result: Result<LoadOutcome, FileError>) {
    (self.candidate, self.result) = (candidate, result)
  }

  /// Whether the kernel loads it.
  package var isCompatible: Bool {
    if case .success(let outcome) = result { outcome.verdict == .loads && fits } else { false }
  }

  /// Whether it is known that the kernel loads it, or that it does not.
  var isDecided: Bool {
    if case .success(let outcome) = result { outcome.verdict != .undecided || !fits } else { false }
  }

  /// Whether a link to it belongs in weak-updates: the kernel loads it, or has no other reason not to than
  /// the module's own kernel has.
  package var fits: Bool { symbols.isEmpty && reason == nil }
}

/// The rounds of judging modules that may need each other: who uses what a refused one exports is refused
/// in the next round.
struct GateRounds {
  let kernel: GateKernel
  /// The kernel that a module was built for, if it is installed.
  let home: (String) -> GateKernel?
  private let candidates: [TreeGate.Candidate]
  private let results: [String: Result<LoadOutcome, FileError>]
  /// Numbers of the candidates that export a name.
  private var exporters: [[UInt8]: [Int]] = [:]

  init(
    _ candidates: [TreeGate.Candidate], on kernel: GateKernel,
    home: @escaping (String) -> GateKernel?
  ) {
    (self.candidates, self.kernel, self.home) = (candidates, kernel, home)
    results = kernel.load(candidates.map(\.path))
    for (number, candidate) in candidates.enumerated() {
      for name in candidate.module.exports.keys { exporters[name, default: []].append(number) }
    }
  }

  /// The judgements of all modules; those that are refused, in the order of the rounds, come first.
  func judge() -> (refused: [GateJudgement], kept: [GateJudgement]) {
    var refused: [GateJudgement] = []
    var present = Array(candidates.indices)
    while true {
      let links = Set(present)
      let judged = present.map { (number: $0, judgement: judgement($0, present: links)) }
      let kept = judged.filter(\.judgement.fits)
      refused += judged.filter { !$0.judgement.fits }.map(\.judgement)
      if kept.count == judged.count { return (refused, kept.map(\.judgement)) }
      present = kept.map(\.number)
    }
  }

  private func judgement(_ number: Int, present: Set<Int>) -> GateJudgement {
    let candidate = candidates[number]
    guard case .success(let outcome)? = results[candidate.path] else {
      let result =
        results[candidate.path]
        ?? .failure(FileError(path: candidate.path, cause: .notSuitable("is not a module")))
      var judgement = GateJudgement(candidate: candidate, result: result)
      judgement.reason = "cannot be read"
      return judgement
    }
    let module = candidate.module
    var judgement = GateJudgement(candidate: candidate, result: .success(outcome))
    var answers: [[UInt8]: SymbolProblem] = [:]
    for answer in outcome.symbols { answers[Array(answer.name.utf8)] = answer }
    var isForgiven = false
    var failing: Set<String> = []
    for need in module.needs {
      let answer = answers.removeValue(forKey: need.name)
      // A version of what the module does not use is not looked at.
      if answer == nil, outcome.verdict == .loads { continue }
      switch kernel.fit(of: need, module, answer, { other($0, than: number, present) }) {
      case .fits: break
      case .forgiven: isForgiven = true
      case .fails: failing.insert(need.name.rawSpan.text)
      }
    }
    // Weak references, and what is not the name of a need.
    for (name, answer) in answers where answer.problem != nil {
      let need = GateModule.Need(name: name, version: answer.required)
      switch kernel.fit(of: need, module, answer, { _ in nil }) {
      case .fits: break
      case .forgiven: isForgiven = true
      case .fails: failing.insert(answer.name)
      }
    }
    judgement.symbols = failing.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    if failing.isEmpty, !isForgiven { judgement.reason = reason(outcome, candidate) }
    return judgement
  }

  /// What the loader refuses a module for that has all symbols, unless its own kernel does so, too.
  private func reason(_ outcome: LoadOutcome, _ candidate: TreeGate.Candidate) -> String? {
    guard outcome.verdict == .refused || outcome.verdict == .crashes else { return nil }
    if let home = home(candidate.release),
      case .success(let other)? = home.load([candidate.path])[candidate.path],
      other.verdict == outcome.verdict, other.errno == outcome.errno,
      other.firstLine == outcome.firstLine
    {
      return nil
    }
    return outcome.firstLine
  }

  /// What another of the modules exports under a name.
  private func other(
    _ name: [UInt8], than number: Int, _ present: Set<Int>
  ) -> GateKernel.OtherExport? {
    var dropped: GateKernel.OtherExport?
    for other in exporters[name] ?? [] where other != number {
      guard let crc = candidates[other].module.exports[name] else { continue }
      if present.contains(other) { return .present(crc) }
      if case .success(let outcome)? = results[candidates[other].path] {
        dropped = .dropped(outcome.name)
      }
    }
    return dropped
  }
}
