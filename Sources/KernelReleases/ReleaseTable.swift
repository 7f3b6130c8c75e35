/// Releases from one to another.
package struct ReleaseRange: Sendable, Hashable {
  /// The first release; `nil` for the first of all.
  package let since: KernelRelease?
  /// The first release after the range; `nil` for none so far.
  package let until: KernelRelease?

  /// Creates a range.
  package init(since: KernelRelease?, until: KernelRelease?) {
    self.since = since
    self.until = until
  }

  /// The last release of the range; `nil` for none so far.
  package var through: KernelRelease? { until?.previous }

  /// The releases before the range.
  package var before: ReleaseRange { ReleaseRange(since: nil, until: since) }

  /// Whether a release is in the range.
  package func contains(_ release: KernelRelease) -> Bool {
    (since.map { $0 <= release } ?? true) && (until.map { release < $0 } ?? true)
  }

  /// Whether a release is in both ranges.
  package func overlaps(_ other: ReleaseRange) -> Bool {
    func begins(_ one: ReleaseRange, beforeEndOf other: ReleaseRange) -> Bool {
      guard let since = one.since, let until = other.until else { return true }
      return since < until
    }
    return begins(self, beforeEndOf: other) && begins(other, beforeEndOf: self)
  }
}

/// Which releases have which behaviours, and where that was read: the one form of everything that differs
/// by release. Code asks a table and compares no releases itself.
///
/// `Documentation/Releases.md` lists the rows of all tables.
package struct ReleaseTable<Behaviour: Hashable & Sendable>: Sendable {
  /// A behaviour and the releases that have it. A behaviour has several rows where stable releases received
  /// it later, or where it came and went.
  package struct Row: Sendable {
    /// The behaviour.
    package let behaviour: Behaviour
    /// The releases.
    package let range: ReleaseRange
    /// File and function of the kernel, or a commit, and the release in which it was read.
    package let source: String
    /// Whether both ends are known exactly: backports were not all looked up.
    package let isCertain: Bool

    /// Creates a row.
    ///
    /// - Parameters:
    ///   - behaviour: The behaviour.
    ///   - since: The first release with it; `nil` for the first of all.
    ///   - until: The first release without it again; `nil` for none so far.
    ///   - source: Where it was read.
    ///   - isCertain: Whether both ends are known exactly.
    package init(
      _ behaviour: Behaviour, since: KernelRelease? = nil, until: KernelRelease? = nil,
      _ source: String, isCertain: Bool = true
    ) {
      self.behaviour = behaviour
      range = ReleaseRange(since: since, until: until)
      self.source = source
      self.isCertain = isCertain
    }
  }

  /// What the table is about: its title in the documentation.
  package let name: String
  /// All rows, in the order to show them.
  package let rows: [Row]

  /// Creates a table.
  package init(named name: String, _ rows: [Row]) {
    self.name = name
    self.rows = rows
  }

  /// All behaviours of a release.
  package func behaviours(of release: KernelRelease) -> Set<Behaviour> {
    Set(rows.lazy.filter { $0.range.contains(release) }.map(\.behaviour))
  }

  /// Whether a release has a behaviour.
  package func has(_ behaviour: Behaviour, in release: KernelRelease) -> Bool {
    rows.contains { $0.behaviour == behaviour && $0.range.contains(release) }
  }

  /// The first row that holds for a release: the only one, in tables that give each release one behaviour.
  package func row(for release: KernelRelease) -> Row? { rows.first { $0.range.contains(release) } }

  /// The releases of a behaviour: of its first row, which is that of the mainline.
  package func range(of behaviour: Behaviour) -> ReleaseRange? {
    rows.first { $0.behaviour == behaviour }?.range
  }

  /// Where a behaviour was read.
  package func sources(of behaviour: Behaviour) -> [String] {
    rows.filter { $0.behaviour == behaviour }.map(\.source)
  }
}
