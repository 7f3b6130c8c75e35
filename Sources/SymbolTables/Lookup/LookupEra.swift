package import KernelReleases

/// How `kallsyms_lookup_name` of a release finds a name among the kernel's own symbols. Kernels
/// built by Clang with LTO give promoted local symbols a suffix (`foo.llvm.123`), and for some
/// years kallsyms cut suffixes when it compared names. All other kernels compare exactly.
package struct LookupEra: Sendable, Hashable {
  /// What is cut from the name of a symbol before it is compared.
  package enum Cut: String, Sendable, Hashable {
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

  package struct Matching: Sendable, Hashable, CustomStringConvertible {
    package let cut: Cut
    package let search: Search
    package var description: String { "cut \(cut.rawValue), search \(search.rawValue)" }
  }

  package let cut: Cut
  package let search: Search
  /// Where the rule comes from.
  package let source: String
  /// Whether the first release of the era is known exactly; not all stable series were checked.
  package let isCertain: Bool

  package var isExact: Bool { cut == .nothing }
}

extension LookupEra {
  /// What of a kernel's configuration the rules depend on.
  package struct Configuration: Sendable, Hashable {
    /// `CONFIG_LTO_CLANG`.
    package var hasClangLTO: Bool
    /// `CONFIG_LTO_CLANG_THIN` with `CONFIG_CFI_CLANG`.
    package var hasCFIWithThinLTO: Bool

    package init(hasClangLTO: Bool, hasCFIWithThinLTO: Bool = false) {
      self.hasClangLTO = hasClangLTO
      self.hasCFIWithThinLTO = hasCFIWithThinLTO
    }
  }

  /// The eras of kernels built with Clang's LTO, latest first: each release has one.
  package static let table = ReleaseTable<Matching>(
    named: "Lookup by name in kernels built with Clang's LTO",
    [
      .init(
        .init(cut: .nothing, search: .linear), since: KernelRelease(6, 11),
        "020925ce9299, fb6a421fb615: names are compared as they are"),
      .init(
        .init(cut: .nothing, search: .linear), since: KernelRelease(6, 10, 7),
        until: KernelRelease(6, 11), "020925ce9299, fb6a421fb615 in 6.10.7"),
      .init(
        .init(cut: .llvm, search: .bisectionOfCutNames), since: KernelRelease(6, 5, 1),
        until: KernelRelease(6, 10, 7),
        "33f0467fe069: the stored name is always cut, the name asked for is not"),
      .init(
        .init(cut: .llvm, search: .bisectionBothWays), since: KernelRelease(6, 5),
        until: KernelRelease(6, 5, 1), "8cc32a9bbf29: cut at .llvm. only"),
      .init(
        .init(cut: .llvm, search: .bisectionOfCutNames), since: KernelRelease(6, 4, 14),
        until: KernelRelease(6, 5), "33f0467fe069 in 6.4.14"),
      .init(
        .init(cut: .llvm, search: .bisectionBothWays), since: KernelRelease(6, 4, 6),
        until: KernelRelease(6, 4, 14), "8cc32a9bbf29 in 6.4.6"),
      .init(
        .init(cut: .firstDot, search: .bisectionBothWays), since: KernelRelease(6, 2),
        until: KernelRelease(6, 4, 6), "60443c88f3a8: bisection over seqs_of_names"),
      .init(
        .init(cut: .llvm, search: .bisectionOfCutNames), since: KernelRelease(6, 1, 51),
        until: KernelRelease(6, 2), "33f0467fe069 as 583a8426abb3 in 6.1.51"),
      .init(
        .init(cut: .llvm, search: .bisectionBothWays), since: KernelRelease(6, 1, 42),
        until: KernelRelease(6, 1, 51), "8cc32a9bbf29 and 60443c88f3a8 in 6.1.42"),
      .init(
        .init(cut: .firstDot, search: .linear), since: KernelRelease(5, 16),
        until: KernelRelease(6, 1, 42), "6eb4bd92c1ce: cut at the first dot"),
      .init(
        .init(cut: .lastDollar, search: .linear), since: KernelRelease(5, 13),
        until: KernelRelease(5, 16), "8b8e6b5d3b01: cut the hash of jump-table CFI"),
      .init(
        .init(cut: .nothing, search: .linear), until: KernelRelease(5, 13), "before Clang's LTO"),
    ])

  /// Of kernels built without Clang's LTO.
  private static let exact = LookupEra(
    cut: .nothing, search: .linear, source: "names are compared as they are without LTO",
    isCertain: true)

  /// The rules of a release; exact comparison for kernels built without Clang's LTO.
  package static func of(_ release: KernelRelease, _ configuration: Configuration) -> LookupEra {
    guard configuration.hasClangLTO, let row = table.row(for: release) else { return exact }
    let matching = row.behaviour
    if matching.cut == .lastDollar && !configuration.hasCFIWithThinLTO { return exact }
    return LookupEra(
      cut: matching.cut, search: matching.search, source: row.source, isCertain: row.isCertain)
  }
}
