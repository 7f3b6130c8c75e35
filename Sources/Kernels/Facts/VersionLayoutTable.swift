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
    package let option: String
    package let isSet: Bool
    package let code: Code
    /// Longest name in kallsyms, in bytes; `nil` for other codes.
    package var longestName: Int?

    /// What follows from an option.
    package struct Code: RawRepresentable, Sendable, Hashable {
      package let rawValue: String

      package init(rawValue: String) { self.rawValue = rawValue }

      /// Modules carry no versions, and none are checked.
      package static let unversioned = Code(rawValue: "unversioned")
      package static let typesFromDebugInformation = Code(rawValue: "crcs-of-gendwarfksyms")
      package static let typesFromSource = Code(rawValue: "crcs-of-genksyms")
      /// It excludes MODVERSIONS (up to 6.13).
      package static let excludesVersions = Code(rawValue: "excludes-versions")
      package static let basicBeside = Code(rawValue: "basic-beside-extended")
      package static let longNamesStopBuild = Code(rawValue: "long-names-stop-build")
      package static let extendedOnly = Code(rawValue: "extended-only")
      package static let noTable = Code(rawValue: "no-table")
      package static let anyLength = Code(rawValue: "any-length")
      /// Names of any length would get versions.
      package static let basicOnly = Code(rawValue: "basic-only")
      /// It selects, or would select, EXTENDED_MODVERSIONS.
      package static let selectsExtended = Code(rawValue: "selects-extended")
      package static let hashSuffixes = Code(rawValue: "hash-suffixes")
      package static let numberSuffixes = Code(rawValue: "number-suffixes")
      package static let trimmedExports = Code(rawValue: "trimmed-exports")
      package static let signatureForced = Code(rawValue: "signature-forced")
      /// Modules with a stale signature are refused.
      package static let signatureChecked = Code(rawValue: "signature-checked")
      package static let forcedLoading = Code(rawValue: "forced-loading")
      /// Livepatches name symbols apart from version tables.
      package static let livepatchSymbols = Code(rawValue: "livepatch-symbols")
      /// Names in kallsyms have a limit; it is given.
      package static let symbolNameLimit = Code(rawValue: "symbol-name-limit")
    }
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
    func effect(_ option: String, _ set: Effect.Code, _ unset: Effect.Code) -> Effect {
      let isSet = config.isSet(option)
      return Effect(option: option, isSet: isSet, code: isSet ? set : unset)
    }
    guard options.isEnabled else {
      return [Effect(option: "MODVERSIONS", isSet: false, code: .unversioned)]
    }
    let generator = effect("GENDWARFKSYMS", .typesFromDebugInformation, .typesFromSource)
    guard hasExtended else {
      return [generator, effect("RUST", .excludesVersions, .excludesVersions)]
    }
    return [
      generator,
      config.isSet("EXTENDED_MODVERSIONS")
        ? effect("BASIC_MODVERSIONS", .basicBeside, .extendedOnly)
        : effect("BASIC_MODVERSIONS", .longNamesStopBuild, .noTable),
      effect("EXTENDED_MODVERSIONS", .anyLength, .basicOnly),
      effect("RUST", .selectsExtended, .selectsExtended),
    ]
  }

  private static func otherEffects(_ config: KernelConfig, longestSymbolName: Int) -> [Effect] {
    let meanings: [(option: String, code: Effect.Code)] = [
      ("LTO_CLANG_THIN", .hashSuffixes), ("LTO_CLANG_FULL", .numberSuffixes),
      ("TRIM_UNUSED_KSYMS", .trimmedExports), ("MODULE_SIG_FORCE", .signatureForced),
      ("MODULE_SIG", .signatureChecked), ("MODULE_FORCE_LOAD", .forcedLoading),
      ("LIVEPATCH", .livepatchSymbols), ("KALLSYMS", .symbolNameLimit),
    ]
    return meanings.filter { config.isSet($0.option) }.map {
      Effect(
        option: $0.option, isSet: true, code: $0.code,
        longestName: $0.code == .symbolNameLimit ? longestSymbolName : nil)
    }
  }
}
