/// One difference between two kernels' exports.
package struct ExportChange: Sendable {
  /// What differs, in the order in which changes of one name are listed.
  package enum Kind: UInt8, Sendable, Hashable, CaseIterable {
    case added, removed, version, type, namespace, owner
  }

  /// Whether it breaks what uses the export.
  package enum Verdict: Sendable, Hashable {
    case breaking
    /// Nothing that loads on the old kernel fails for it.
    case harmless
    /// A rule, by its number, excuses it.
    case excused(rule: Int)
  }

  package let kind: Kind
  /// The row of the old kernel; -1 if there is none.
  package let old: Int
  /// The row of the new kernel; -1 if there is none.
  package let new: Int
  package let verdict: Verdict

  /// Whether it breaks modules, and no rule excuses it.
  package var isBreaking: Bool { verdict == .breaking }
}
