internal import ByteStorage
internal import ModuleLoading

extension CheckReport {
  /// One annotation for a module that does not load, with the kernel's lines and the causes.
  mutating func annotate(_ outcome: LoadOutcome) {
    guard outcome.verdict != .loads else { return }
    let kernel = verdicts.release ?? verdicts.kernelPath
    let symbols = outcome.symbols.filter { $0.problem != nil }.prefix(CheckReport.mostShown)
    annotate(
      outcome.verdict == .undecided ? .warning : .error,
      "\(outcome.name) on \(kernel): \(outcome.verdict.rawValue)",
      ["\(outcome.path)\(outcome.errno.map { ": \($0)" } ?? "")"]
        + outcome.log.prefix(CheckReport.mostShown)
        + symbols.map { "\($0.name): \($0.words)" } + outcome.causes.map { "=> \($0.words)" })
  }

  /// One annotation for a module that cannot be read.
  mutating func annotate(_ error: FileError) {
    annotate(.warning, "a module cannot be read", [error.explained])
  }

  private mutating func annotate(
    _ level: GitHubAnnotation.Level, _ title: String, _ message: [String]
  ) {
    GitHubAnnotation(level: level, title: plain(title), message: message.map(plain))
      .write(to: &verdicts.output)
  }
}
