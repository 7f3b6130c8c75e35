/// A kernel release, as far as rules depend on it.
package struct KernelRelease: Sendable, Hashable, Comparable {
  /// The three numbers of `6.12.107`.
  package let major, minor, patch: Int

  /// Creates a release.
  package init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// The numbers at the start of a release string such as `6.12.107+deb13-amd64`; `nil` without two.
  package init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    func number(_ index: Int) -> Int? {
      guard index < parts.count else { return nil }
      return Int(parts[index].prefix { $0.isASCII && $0.isNumber })
    }
    guard let major = number(0), let minor = number(1) else { return nil }
    self.init(major, minor, number(2) ?? 0)
  }

  /// Whether a release came before another.
  package static func < (left: Self, right: Self) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }
}

/// A behaviour of the loader that some releases have and others have not.
package enum LoaderBehaviour: Sendable, Hashable, CaseIterable {
  /// Every ELF header check has a log line of its own.
  case namesHeaderDefects
  /// Header defects that are not named get one common line.
  case summarizesHeaderDefects
  /// Sections are validated by the code of 6.4: one symbol table, one module structure.
  case countsSpecialSections
  /// Sections are validated step by step, string tables included.
  case validatesStringTables
  /// The module structure must have the kernel's size.
  case checksStructureSize
  /// Architecture flags are checked too.
  case checksArchitectureFlags
  /// Blacklist, layout and vermagic are checked before memory is laid out; taints come after.
  case checksEarly
  /// Extended versions are read, and count alone.
  case readsExtendedVersions
  /// A needed symbol that is missing in the version table is accepted (upstream).
  case acceptsMissingVersions
  /// Exports have namespaces.
  case hasNamespaces
  /// `module:` namespaces name the modules that may use an export.
  case hasModuleNamespaces
  /// The licence of exports is in a table of flags, not in the section's name.
  case hasFlagTable
  /// Using a proprietary module's symbols makes a module proprietary.
  case inheritsTaint
  /// …and the log line says which symbol.
  case namesInheritedSymbol
  /// A symbol's section index is checked.
  case checksSymbolSections
  /// Flag IGNORE_MODVERSIONS and IGNORE_VERMAGIC make a signature count as absent.
  case hasModuleSignaturePolicy
  /// Sections that are writable and executable are refused.
  case refusesWritableCode
  /// Section defects have log lines of their own.
  case namesSectionDefects
  /// An unknown symbol's line shows the error number, not 0.
  case showsUnknownSymbolError
  /// Two sections of one name cannot both be shown in sysfs, which ends the load.
  case refusesDuplicateSections
}

/// Which releases have a behaviour, and where that was read.
struct LoaderRule: Sendable {
  let behaviour: LoaderBehaviour
  /// First release with it.
  let since: KernelRelease
  /// First release without it again.
  let until: KernelRelease?
  /// File and function, and the release in which it was read.
  let source: String

  init(
    _ behaviour: LoaderBehaviour, since: KernelRelease, until: KernelRelease? = nil,
    _ source: String
  ) {
    self.behaviour = behaviour
    self.since = since
    self.until = until
    self.source = source
  }

  /// All rules. A behaviour may have several rows: stable releases received some later.
  static let table: [LoaderRule] = [
    LoaderRule(
      .namesHeaderDefects, since: KernelRelease(5, 15),
      "kernel/module/main.c elf_validity_check, 6.1; 5.15 has the same texts"),
    LoaderRule(
      .summarizesHeaderDefects, since: KernelRelease(5, 10), until: KernelRelease(5, 15),
      "kernel/module.c load_module, 5.10.223: Module has invalid ELF structures"),
    LoaderRule(
      .countsSpecialSections, since: KernelRelease(6, 4), until: KernelRelease(6, 13),
      "kernel/module/main.c elf_validity_cache_copy, 6.12"),
    LoaderRule(
      .validatesStringTables, since: KernelRelease(6, 13),
      "kernel/module/main.c elf_validity_cache_strtab, 7.2"),
    LoaderRule(
      .checksStructureSize, since: KernelRelease(6, 4),
      "kernel/module/main.c elf_validity_cache_copy, 6.12; elf_validity_cache_index_mod, 7.2"),
    LoaderRule(
      .checksArchitectureFlags, since: KernelRelease(6, 4),
      "kernel/module/main.c: module_elf_check_arch, 6.12"),
    LoaderRule(
      .checksEarly, since: KernelRelease(6, 4), "kernel/module/main.c early_mod_check, 6.12"),
    LoaderRule(
      .readsExtendedVersions, since: KernelRelease(6, 14),
      "kernel/module/version.c check_version, 7.2"),
    LoaderRule(
      .acceptsMissingVersions, since: KernelRelease(4, 9),
      "kernel/module/version.c check_version, upstream; Debian's trees refuse"),
    LoaderRule(
      .hasNamespaces, since: KernelRelease(5, 4), "kernel/module.c verify_namespace_is_imported"),
    LoaderRule(
      .hasModuleNamespaces, since: KernelRelease(6, 16),
      "kernel/module/main.c verify_module_namespace, 7.2"),
    LoaderRule(
      .hasFlagTable, since: KernelRelease(7, 1),
      "kernel/module/main.c check_export_symbol_sections, 7.2"),
    LoaderRule(.inheritsTaint, since: KernelRelease(5, 9), "kernel/module.c inherit_taint, 5.10"),
    LoaderRule(
      .namesInheritedSymbol, since: KernelRelease(5, 16), "kernel/module/main.c inherit_taint, 6.1"),
    LoaderRule(
      .checksSymbolSections, since: KernelRelease(7, 0),
      "kernel/module/main.c simplify_symbols, 7.2"),
    LoaderRule(
      .checksSymbolSections, since: KernelRelease(6, 12, 107), until: KernelRelease(6, 13),
      "kernel/module/main.c simplify_symbols, 6.12.107; patch level of the backport not known"),
    LoaderRule(
      .checksSymbolSections, since: KernelRelease(6, 1, 176), until: KernelRelease(6, 2),
      "kernel/module/main.c simplify_symbols, 6.1.176; patch level of the backport not known"),
    LoaderRule(
      .hasModuleSignaturePolicy, since: KernelRelease(5, 4),
      "kernel/module/signing.c module_sig_check, 6.1"),
    LoaderRule(
      .namesSectionDefects, since: KernelRelease(5, 10),
      "kernel/module.c elf_validity_check, 5.10; before: Module len %lu truncated"),
    LoaderRule(
      .showsUnknownSymbolError, since: KernelRelease(4, 10),
      "kernel/module.c simplify_symbols: 4.4 and 4.9 print PTR_ERR(NULL)"),
    LoaderRule(
      .refusesDuplicateSections, since: KernelRelease(6, 12),
      "kernel/module/sysfs.c add_sect_attrs, seen on 6.12.107 and 7.2.13; not on 6.1.176"),
    LoaderRule(
      .refusesWritableCode, since: KernelRelease(5, 8),
      "kernel/module.c module_enforce_rwx_sections, 5.10"),
  ]
}

/// The rules of one release.
package struct LoaderRules: Sendable {
  private let behaviours: Set<LoaderBehaviour>
  /// The release they are of.
  package let release: KernelRelease

  /// The newest release whose source was read.
  package static let newestKnown = KernelRelease(7, 3)

  /// The rules of a release.
  package init(_ release: KernelRelease) {
    self.release = release
    behaviours = Set(
      LoaderRule.table.filter { rule in
        release >= rule.since && (rule.until.map { release < $0 } ?? true)
      }.map(\.behaviour))
  }

  /// Whether the release behaves so.
  package func has(_ behaviour: LoaderBehaviour) -> Bool { behaviours.contains(behaviour) }

  /// Where a behaviour of this release was read.
  package func sources(of behaviour: LoaderBehaviour) -> [String] {
    LoaderRule.table.filter { $0.behaviour == behaviour }.map(\.source)
  }
}
