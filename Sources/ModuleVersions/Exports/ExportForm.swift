internal import ELFFormat

/// How the entries of `__ksymtab` are laid out (`struct kernel_symbol`).
///
/// | kernels | place-relative (x86, arm64) | 32-bit | 64-bit |
/// |---|---|---|---|
/// | up to 4.18 | - | 8 | 16 |
/// | 4.19 to 5.3 | 8 | 8 | 16 |
/// | 5.4 and later | 12 | 12 | 24 |
package struct ExportEntryLayout: Sendable, Hashable {
  /// Whether fields are signed 32-bit offsets from their own address.
  package let isPlaceRelative: Bool
  package let hasNamespace: Bool
  /// Size of a field in bytes.
  package let fieldSize: Int

  package var entrySize: Int { fieldSize * (hasNamespace ? 3 : 2) }

  /// The layouts that kernels of a word size have used, likeliest first.
  static func candidates(_ layout: ELFLayout) -> [ExportEntryLayout] {
    let word = layout.wordSize
    return [
      ExportEntryLayout(isPlaceRelative: true, hasNamespace: true, fieldSize: 4),
      ExportEntryLayout(isPlaceRelative: false, hasNamespace: true, fieldSize: word),
      ExportEntryLayout(isPlaceRelative: true, hasNamespace: false, fieldSize: 4),
      ExportEntryLayout(isPlaceRelative: false, hasNamespace: false, fieldSize: word),
    ]
  }
}

/// How a kernel keeps its exports: entries, CRCs and licences.
package struct ExportForm: Sendable, Hashable {
  /// How CRCs are kept.
  package enum CRCs: String, Sendable, Hashable {
    /// No CRCs: the kernel was built without modversions.
    case none
    /// Numbers of 32 bits (4.10 and later).
    case word32
    /// Numbers of the size of a `long`, 64 bits (up to 4.9).
    case word64
    /// 32-bit offsets from their own place to the number (`MODULE_REL_CRCS`, 4.10 to 5.18).
    case placeRelative
  }

  package let entries: ExportEntryLayout
  package let crcs: CRCs
  /// Whether licences are in `__kflagstab` (7.1 and later); else GPL-only exports have a table.
  package let hasFlagTable: Bool
}
