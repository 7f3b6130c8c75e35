package import KernelImages
internal import KernelReleases
package import ModuleVersions

/// What a kernel's configuration says of symbol versions: how its build makes them, which layouts its
/// modules get, and which its loader reads.
///
/// | releases | modules get | the loader reads |
/// |---|---|---|
/// | up to 6.13 | basic | basic |
/// | 6.14 and later | basic if BASIC_MODVERSIONS, extended if EXTENDED_MODVERSIONS | both |
/// | Ubuntu 6.2 to 6.11 | packed | packed |
///
/// - Note: scripts/Makefile.modpost and kernel/module/Kconfig (6.13, 6.14, 7.3); the loader's reading
///   does not depend on the options that tell modpost what to write (kernel/module/version.c).
package struct ModversionsOptions: Sendable, Hashable {
  /// The program that computes CRCs.
  package enum Generator: String, Sendable, Hashable { case genksyms, gendwarfksyms }

  /// `MODVERSIONS`.
  package let isEnabled: Bool
  /// What computes CRCs; `nil` without modversions.
  package let generator: Generator?
  /// Layouts that modules of the kernel's build get.
  package let writes: [VersionLayout]
  /// Layouts that the kernel's loader reads.
  package let reads: [VersionLayout]

  /// Options worth showing, in the order to show them: those that decide how symbols are named and
  /// versioned, and what may be loaded.
  package static let shownOptions = [
    "MODULES", "MODVERSIONS", "BASIC_MODVERSIONS", "EXTENDED_MODVERSIONS", "ASM_MODVERSIONS",
    "GENKSYMS", "GENDWARFKSYMS", "MODULE_REL_CRCS", "TRIM_UNUSED_KSYMS", "MODULE_FORCE_LOAD",
    "MODULE_SRCVERSION_ALL", "MODULE_SIG", "MODULE_SIG_FORCE", "MODULE_SIG_ALL", "MODULE_SIG_HASH",
    "MODULE_COMPRESS", "RUST", "LTO_CLANG", "LTO_CLANG_THIN", "LTO_CLANG_FULL", "CFI",
    "CFI_CLANG", "KALLSYMS", "KALLSYMS_ALL", "KALLSYMS_BASE_RELATIVE", "KALLSYMS_ABSOLUTE_PERCPU",
    "LIVEPATCH", "KLP_BUILD", "RANDOMIZE_BASE", "IKCONFIG", "DEBUG_INFO_BTF_MODULES",
  ]

  /// Reads the options.
  package init(_ config: KernelConfig, of facts: KernelFacts) {
    isEnabled = config.isSet("MODVERSIONS")
    guard isEnabled else {
      generator = nil
      writes = []
      reads = []
      return
    }
    generator = config.isSet("GENDWARFKSYMS") ? .gendwarfksyms : .genksyms
    let release = facts.basis.release
    if release.has(.readsExtendedVersions) {
      writes =
        (config.isSet("BASIC_MODVERSIONS") ? [.basic] : [])
        + (config.isSet("EXTENDED_MODVERSIONS") ? [.extended] : [])
      reads = [.basic, .extended]
    } else if facts.build?.isUbuntu ?? false, release.has(.packsVersionsInUbuntu) {
      writes = [.packed]
      reads = [.packed]
    } else {
      writes = [.basic]
      reads = [.basic]
    }
  }
}
