internal import ModuleLoading

/// Why most of many modules do not load.
struct CauseFrequencies {
  private var counts: [String: Int] = [:]

  /// Most causes to show.
  private static let shown = 5

  mutating func add(_ outcome: LoadOutcome) {
    guard outcome.verdict != .loads else { return }
    var words: Set<String> = []
    for problem in outcome.symbols where problem.problem != nil {
      words.insert("\(problem.name): \(problem.words)")
    }
    for cause in outcome.causes { words.insert(cause.words) }
    if words.isEmpty { words.insert(outcome.log.first ?? outcome.verdict.rawValue) }
    for word in words { counts[word, default: 0] += 1 }
  }

  /// Those of several modules, the most frequent first.
  var lines: [String] {
    counts.filter { $0.value > 1 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .prefix(CauseFrequencies.shown).map { "\(counted($0.value, "module")): \($0.key)" }
  }
}
