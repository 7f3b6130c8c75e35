/// How `kallsyms_lookup_name` of a release finds a name among the kernel's own symbols.
///
/// Kernels built by Clang with LTO give promoted local symbols a suffix (`foo.llvm.123`), and for
/// some years kallsyms cut suffixes when it compared names. All other kernels compare exactly.
package struct LookupEra: Sendable, Hashable {
  /// What is cut from the name of a symbol before it is compared.
  package enum Cut: String, Sendable, Hashable {
    /// Nothing.
    case nothing
    /// From the last `$` on (the hash of jump-table CFI).
    case lastDollar = "last-dollar"
    /// From the first `.` on: any suffix of any compiler.
    case firstDot = "first-dot"
    /// From the first `.llvm.` on.
    case llvm
  }

  /// How the table is searched.
  package enum Search: String, Sendable, Hashable {
    /// In table order, each symbol compared as it is, then cut.
    case linear
    /// By bisection over the symbols sorted by cut name; each compared as it is, then cut, but the
    /// way taken by the first comparison: names may be missed.
    case bisectionBothWays = "bisection-both-ways"
    /// By bisection over the symbols sorted by cut name, each compared cut: a name that has a
    /// suffix itself is never found.
    case bisectionOfCutNames = "bisection-of-cut-names"
  }

  /// First release of the era.
  package let since: KernelVersion
  /// First release after the era, within the series of a stable release; `nil` to this day.
  package let until: KernelVersion?
  /// What is cut.
  package let cut: Cut
  /// How it is searched.
  package let search: Search
  /// Where the rule comes from.
  package let source: String
  /// Whether the first release of the era is sure; stable series took the changes at points that
  /// were not all checked.
  package let isCertain: Bool

  /// Whether names are compared exactly.
  package var isExact: Bool { cut == .nothing }
}

extension LookupEra {
  /// What of a kernel's configuration the rules depend on.
  package struct Configuration: Sendable, Hashable {
    /// `CONFIG_LTO_CLANG`.
    package var hasClangLTO: Bool
    /// `CONFIG_LTO_CLANG_THIN` with `CONFIG_CFI_CLANG`.
    package var hasCFIWithThinLTO: Bool

    /// Creates a configuration.
    package init(hasClangLTO: Bool, hasCFIWithThinLTO: Bool = false) {
      self.hasClangLTO = hasClangLTO
      self.hasCFIWithThinLTO = hasCFIWithThinLTO
    }
  }

  /// The eras of kernels built with Clang's LTO, latest first; the rows of stable series come
  /// before those of the mainline they interrupt.
  package static let all: [LookupEra] = [
    row(
      KernelVersion(6, 11), nil, .nothing, .linear,
      "020925ce9299, fb6a421fb615: names are compared as they are"),
    row(
      KernelVersion(6, 10, 7), KernelVersion(6, 11), .nothing, .linear,
      "020925ce9299, fb6a421fb615 in 6.10.7"),
    row(
      KernelVersion(6, 5, 1), KernelVersion(6, 10, 7), .llvm, .bisectionOfCutNames,
      "33f0467fe069: the stored name is always cut, the name asked for is not"),
    row(
      KernelVersion(6, 5), KernelVersion(6, 5, 1), .llvm, .bisectionBothWays,
      "8cc32a9bbf29: cut at .llvm. only"),
    row(
      KernelVersion(6, 4, 14), KernelVersion(6, 5), .llvm, .bisectionOfCutNames,
      "33f0467fe069 in 6.4.14"),
    row(
      KernelVersion(6, 4, 6), KernelVersion(6, 4, 14), .llvm, .bisectionBothWays,
      "8cc32a9bbf29 in 6.4.6"),
    row(
      KernelVersion(6, 2), KernelVersion(6, 4, 6), .firstDot, .bisectionBothWays,
      "60443c88f3a8: bisection over seqs_of_names"),
    row(
      KernelVersion(6, 1, 51), KernelVersion(6, 2), .llvm, .bisectionOfCutNames,
      "33f0467fe069 as 583a8426abb3 in 6.1.51"),
    row(
      KernelVersion(6, 1, 42), KernelVersion(6, 1, 51), .llvm, .bisectionBothWays,
      "8cc32a9bbf29 and 60443c88f3a8 in 6.1.42"),
    row(
      KernelVersion(5, 16), KernelVersion(6, 1, 42), .firstDot, .linear,
      "6eb4bd92c1ce: cut at the first dot"),
    row(
      KernelVersion(5, 13), KernelVersion(5, 16), .lastDollar, .linear,
      "8b8e6b5d3b01: cut the hash of jump-table CFI"),
    row(KernelVersion(0, 0), KernelVersion(5, 13), .nothing, .linear, "before Clang's LTO"),
  ]

  private static func row(
    _ since: KernelVersion, _ until: KernelVersion?, _ cut: Cut, _ search: Search,
    _ source: String, certain: Bool = true
  ) -> LookupEra {
    LookupEra(
      since: since, until: until, cut: cut, search: search, source: source, isCertain: certain)
  }

  /// The era of a release.
  ///
  /// - Parameters:
  ///   - version: The release.
  ///   - configuration: How it was built.
  /// - Returns: The rules; exact comparison for kernels built without Clang's LTO.
  package static func of(_ version: KernelVersion, _ configuration: Configuration) -> LookupEra {
    let exact = row(
      KernelVersion(0, 0), nil, .nothing, .linear, "names are compared as they are without LTO")
    guard configuration.hasClangLTO else { return exact }
    let found = all.first { era in
      version >= era.since && era.until.map { version < $0 } ?? true
    }
    guard let era = found else { return exact }
    if era.cut == .lastDollar && !configuration.hasCFIWithThinLTO { return exact }
    return era
  }
}
