/// A trait of releases that several targets ask for. What only one asks for is in a table of its own.
package enum ReleaseTrait: Sendable, Hashable, CaseIterable {
  /// The loader reads extended version tables where they are, and modpost can write them.
  case readsExtendedVersions
  /// Ubuntu's kernels write and read packed version tables.
  case packsVersionsInUbuntu

  /// Which releases have which trait.
  package static let table = ReleaseTable<ReleaseTrait>(
    named: "Shared",
    [
      .init(
        .readsExtendedVersions, since: KernelRelease(6, 14),
        "kernel/module/version.c check_version, 7.2; scripts/Makefile.modpost, 6.14"),
      .init(
        .packsVersionsInUbuntu, since: KernelRelease(6, 2), until: KernelRelease(6, 12),
        "Ubuntu's patch \"modpost: support arbitrary symbol length\", 6.2 to 6.11"),
    ])

  /// The releases that have it.
  package var range: ReleaseRange {
    ReleaseTrait.table.range(of: self) ?? ReleaseRange(since: nil, until: nil)
  }
}

extension KernelRelease {
  /// Whether the release has a trait.
  package func has(_ trait: ReleaseTrait) -> Bool { ReleaseTrait.table.has(trait, in: self) }

  /// `KSYM_NAME_LEN`, in bytes with the terminating NUL.
  package static let symbolNameLengths = ReleaseTable<Int>(
    named: "KSYM_NAME_LEN",
    [
      .init(128, until: KernelRelease(6, 1), "include/linux/kallsyms.h KSYM_NAME_LEN, 6.0"),
      .init(
        512, since: KernelRelease(6, 1),
        "include/linux/kallsyms.h KSYM_NAME_LEN, 6.1; b8a94bfb3395"),
    ])

  /// `KSYM_NAME_LEN` of the release, in bytes with the terminating NUL.
  package var symbolNameLength: Int {
    KernelRelease.symbolNameLengths.row(for: self)?.behaviour ?? 512
  }
}
