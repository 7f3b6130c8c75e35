/// The sections that hold exports of one licence class: `__ksymtab*` and its CRCs, entry by entry.
///
/// - Note: include/asm-generic/vmlinux.lds.h: the last three up to 5.11, `_gpl` up to 7.0; since 7.1
///   `__ksymtab` holds all, and `__kflagstab` their licences.
package struct ExportSections: Sendable {
  package let symbols: StaticString
  package let crcs: StaticString
  /// What the section's name says of the licence.
  package let licence: ExportLicence

  /// Every pair that kernels have used, in the order in which they search them.
  package static let all = [
    ExportSections(symbols: "__ksymtab", crcs: "__kcrctab", licence: .any),
    ExportSections(symbols: "__ksymtab_gpl", crcs: "__kcrctab_gpl", licence: .gplOnly),
    ExportSections(
      symbols: "__ksymtab_gpl_future", crcs: "__kcrctab_gpl_future", licence: .gplFuture),
    ExportSections(symbols: "__ksymtab_unused", crcs: "__kcrctab_unused", licence: .unused),
    ExportSections(
      symbols: "__ksymtab_unused_gpl", crcs: "__kcrctab_unused_gpl", licence: .unusedGPL),
  ]
}
