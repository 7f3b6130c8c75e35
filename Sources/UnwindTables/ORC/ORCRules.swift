package import KernelReleases

/// What differs by release in the meaning of ORC entries, and does not show in them.
package enum ORCRule: Sendable, Hashable, CaseIterable {
  /// The offset of an entry with the base "SP, indirect" counts from the word that SP points to, not
  /// from SP.
  case offsetsIndirectWord

  package static let table = ReleaseTable<ORCRule>(
    named: "ORC",
    [
      .init(
        .offsetsIndirectWord, since: KernelRelease(5, 12),
        "arch/x86/kernel/unwind_orc.c unwind_next_frame, 5.10 and 7.2; aa5cacdc29d7",
        isCertain: false)
    ])
}
