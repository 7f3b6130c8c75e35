/// What differs by release in the kernel's verification of a module's BTF.
///
/// - Note: kernel/bpf/btf.c of 6.1, 6.12 and 7.2.
package struct BTFRules: Sendable, Hashable {
  /// Size of the header that the kernel knows, in bytes: 24, or 32 with the layout section.
  package var headerSize = 24
  /// Whether `info` holds 24 bits of number and 7 of kind, not 16 and 5.
  package var hasWideInfo = false
  /// The greatest number of a kind: 15 (DATASEC) in 5.11, 19 (ENUM64) from 6.0 on.
  package var greatestKind: UInt32 = 19
  /// The longest name, in bytes (`KSYM_NAME_LEN`).
  package var longestName = 512
  /// Whether type tags must come before the modifiers of a chain.
  package var ordersTypeTags = true
  /// Whether TYPE_TAG and DECL_TAG may have the kind flag.
  package var allowsFlaggedTags = false
  /// Whether a DATASEC may have any printable name, not identifiers only.
  package var allowsPrintableSectionNames = true
  /// Whether `.BTF.base` is read.
  package var readsDistilledBase = true
  /// Whether `MODULE_ALLOW_BTF_MISMATCH` silences the lines that show types of a blob with a base.
  package var isQuiet = false

  package init() {}
}

/// Why a kernel does not take BTF: the error that it returns.
package enum BTFError: Error, Sendable, Hashable {
  case invalid
  case tooBig
  case tooManyLinks
  case missing
  /// The kernel's own `ENOTSUPP` (524), for which user space has no name.
  case notSupported
}
