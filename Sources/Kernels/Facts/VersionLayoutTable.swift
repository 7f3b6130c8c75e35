internal import ELFFormat
package import KernelImages
internal import KernelReleases
package import ModuleVersions

/// What a kernel's options make of symbol versions: for each layout whether its modpost writes it, its
/// loader reads it, and its tools (kmod) can show it; and what follows from the options.
///
/// - Note: kernel/module/Kconfig, scripts/Makefile.modpost, kernel/module/version.c, init/Kconfig (6.13,
///   6.14, 7.3); kmod 34 reads `__versions` of 64-byte records only.
package struct VersionLayoutTable: Sendable {
  /// One layout.
  package struct Row: Sendable, Hashable {
    /// The layout.
    package let layout: VersionLayout
    /// Whether modules of the kernel's build get it.
    package let isWritten: Bool
    /// Whether the kernel's loader reads it.
    package let isRead: Bool
    /// Whether modprobe and depmod read it.
    package let isReadByTools: Bool
    /// Longest name it holds, in bytes; `nil` for any.
    package let longestName: Int?
  }

  /// An option, and what it means or would mean.
  package struct Effect: Sendable, Hashable {
    /// The option.
    package let option: String
    /// Whether it is set.
    package let isSet: Bool
    /// What follows, for people.
    package let words: String
  }

  /// The layouts, in the order to show them.
  package let rows: [Row]
  /// What follows from options, in the order to show it.
  package let effects: [Effect]

  /// Reads the options.
  ///
  /// - Parameters:
  ///   - config: The kernel's configuration.
  ///   - facts: The facts of the kernel; its ``KernelFacts/basis`` decides.
  package init(_ config: KernelConfig, of facts: KernelFacts) {
    let options = ModversionsOptions(config, of: facts)
    let is64Bit = facts.layout?.value.is64Bit ?? (config.isSet("64BIT") || config.isSet("X86_64"))
    let longest = is64Bit ? 55 : 59
    rows = VersionLayout.allCases.map { layout in
      Row(
        layout: layout, isWritten: options.writes.contains(layout),
        isRead: options.reads.contains(layout), isReadByTools: layout == .basic,
        longestName: layout == .basic ? longest : nil)
    }
    let release = facts.basis.release
    effects =
      VersionLayoutTable.versionEffects(
        config, options, hasExtended: release.has(.readsExtendedVersions))
      + VersionLayoutTable.otherEffects(config, longestSymbolName: release.symbolNameLength - 1)
  }

  private static func versionEffects(
    _ config: KernelConfig, _ options: ModversionsOptions, hasExtended: Bool
  ) -> [Effect] {
    func effect(_ option: String, set: String, unset: String) -> Effect {
      let isSet = config.isSet(option)
      return Effect(option: option, isSet: isSet, words: isSet ? set : unset)
    }
    guard options.isEnabled else {
      let words = "modules carry no versions and none are checked; the release in vermagic decides"
      return [Effect(option: "MODVERSIONS", isSet: false, words: words)]
    }
    var found = [
      effect(
        "GENDWARFKSYMS",
        set: "CRCs come from debug information (needs DEBUG_INFO, excludes LTO): those of genksyms "
          + "never match them",
        unset: "CRCs come from genksyms, which cannot read Rust")
    ]
    guard hasExtended else {
      let words = "cannot be set together with MODVERSIONS before 6.14"
      return found + [Effect(option: "RUST", isSet: config.isSet("RUST"), words: words)]
    }
    let extended = config.isSet("EXTENDED_MODVERSIONS")
    found.append(
      effect(
        "BASIC_MODVERSIONS",
        set: extended
          ? "old kernels and kmod read the modules' versions; long names are left out of __versions"
          : "a name that does not fit __versions stops the build (too long symbol)",
        unset: extended
          ? "kmod sees no versions (depmod -e -E reports false mismatches), and the loader wants the "
            + "exact release, as for modules without versions"
          : "modules get no versions at all: the loader refuses them, but with MODULE_FORCE_LOAD"))
    found.append(
      effect(
        "EXTENDED_MODVERSIONS",
        set:
          "names of any length get versions; where both tables are, the loader looks at this one",
        unset:
          "set, it would give names of any length versions, in sections that kernels up to 6.13 "
          + "and kmod ignore; the loader reads them already"))
    found.append(
      effect(
        "RUST", set: "selects EXTENDED_MODVERSIONS; needs GENDWARFKSYMS",
        unset: "set, it would select EXTENDED_MODVERSIONS, and need GENDWARFKSYMS"))
    return found
  }

  private static func otherEffects(_ config: KernelConfig, longestSymbolName: Int) -> [Effect] {
    let meanings: [(option: String, words: String)] = [
      (
        "LTO_CLANG_THIN",
        "static functions may be called NAME.llvm.NUMBER in kallsyms; excludes GENDWARFKSYMS"
      ),
      ("LTO_CLANG_FULL", "static names may get numbers (NAME.1); excludes GENDWARFKSYMS"),
      (
        "TRIM_UNUSED_KSYMS",
        "only symbols that the build's own modules use are exported: others are unknown"
      ),
      (
        "MODULE_SIG_FORCE",
        "modules without a valid signature are refused: a changed one must be signed again"
      ),
      ("MODULE_SIG", "a changed module counts as unsigned; with a stale signature it is refused"),
      (
        "MODULE_FORCE_LOAD", "modules without versions or vermagic load, and taint the kernel"
      ),
      (
        "LIVEPATCH",
        "livepatches name symbols in .klp.sym entries, whatever the version tables hold"
      ),
      (
        "KALLSYMS",
        "names in kallsyms have up to \(longestSymbolName) bytes; version tables are apart"
      ),
    ]
    return meanings.filter { config.isSet($0.option) }.map {
      Effect(option: $0.option, isSet: true, words: $0.words)
    }
  }
}
