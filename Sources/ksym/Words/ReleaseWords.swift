internal import KernelReleases

extension ReleaseRange {
  /// As users read it: `6.4 to 6.19`, `up to 6.13`, `6.14 and later`, `6.1`, `all`.
  var words: String {
    switch (since, through) {
    case (nil, nil): "all"
    case (let since?, nil): "\(since) and later"
    case (nil, let through?): "up to \(through)"
    case (let since?, let through?): since == through ? "\(since)" : "\(since) to \(through)"
    }
  }
}

extension ReleaseBasis {
  /// What was assumed; `nil` if the release is known.
  var assumption: String? { isAssumed ? "release=\(release) (not found)" : nil }

  /// The same as a list, which is empty if the release is known.
  var assumptions: [String] { assumption.map { [$0] } ?? [] }
}
