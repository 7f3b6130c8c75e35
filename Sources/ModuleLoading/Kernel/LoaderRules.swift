package import KernelReleases

/// A behaviour of the loader that some releases have and others have not.
package enum LoaderBehaviour: Int, Sendable, CaseIterable {
  /// Every ELF header check has a log line of its own.
  case namesHeaderDefects
  /// Header defects that are not named get one common line.
  case summarizesHeaderDefects
  /// Sections are validated by the code of 6.4: one symbol table, one module structure.
  case countsSpecialSections
  /// Sections are validated step by step.
  case validatesStepByStep
  /// …and so is the string table.
  case validatesStringTables
  /// The module structure must have the kernel's size.
  case checksStructureSize
  /// Architecture flags are checked too.
  case checksArchitectureFlags
  /// Blacklist, layout and vermagic are checked before memory is laid out; taints come after.
  case checksEarly
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
  /// Exports are stored as 32-bit offsets, on architectures that can.
  case storesExportsAsOffsets
  /// The memory of a module is freed kind by kind, that of writable data last.
  case freesMemoryByKind
  /// A relocation target that is not zero is called invalid; before, it is skipped.
  case callsRelocationsInvalid
  /// …and the log line says in which section, and which relocation.
  case namesRelocationPlace
  /// A record of the log has room for 1,024 bytes; before, the prefix was taken off them.
  case hasLongRecords
  /// Modules that test something say so, which taints the kernel.
  case marksTestModules
  /// No module may be called vmlinux if the kernel has the livepatch core.
  case reservesKernelName
  /// `strlen` of a name without a NUL ends in a panic if the kernel is fortified.
  case measuresFields
  /// A line says that there is no memory for a module.
  case reportsFullMemory
  /// Flag COMPRESSED_FILE (4) is known: the kernel unpacks modules itself, if it is built to.
  case unpacksModules
}

extension LoaderBehaviour {
  /// Which releases have which behaviour. A behaviour may have several rows: stable releases received some
  /// later.
  package static let table = ReleaseTable<LoaderBehaviour>(
    named: "Loader",
    [
      .init(
        .namesHeaderDefects, since: KernelRelease(5, 15),
        "kernel/module/main.c elf_validity_check, 6.1; 5.15 has the same texts"),
      .init(
        .summarizesHeaderDefects, since: KernelRelease(5, 10), until: KernelRelease(5, 15),
        "kernel/module.c load_module, 5.10.223: Module has invalid ELF structures"),
      .init(
        .countsSpecialSections, since: KernelRelease(6, 4), until: KernelRelease(6, 12, 108),
        "kernel/module/main.c elf_validity_cache_copy, 6.12.107", isCertain: false),
      .init(
        .validatesStepByStep, since: KernelRelease(6, 13),
        "kernel/module/main.c elf_validity_cache_copy, 7.2"),
      .init(
        .validatesStepByStep, since: KernelRelease(6, 12, 108), until: KernelRelease(6, 13),
        "kernel/module/main.c elf_validity_cache_copy, 6.12.117; not in 6.12.107", isCertain: false),
      .init(
        .validatesStringTables, since: KernelRelease(6, 13),
        "kernel/module/main.c elf_validity_cache_strtab, 7.2"),
      .init(
        .checksStructureSize, since: KernelRelease(6, 4),
        "kernel/module/main.c elf_validity_cache_copy, 6.12; elf_validity_cache_index_mod, 7.2"),
      .init(
        .checksArchitectureFlags, since: KernelRelease(6, 4),
        "kernel/module/main.c: module_elf_check_arch, 6.12"),
      .init(.checksEarly, since: KernelRelease(6, 4), "kernel/module/main.c early_mod_check, 6.12"),
      .init(
        .acceptsMissingVersions, since: KernelRelease(4, 9),
        "kernel/module/version.c check_version, upstream; Debian's trees refuse"),
      .init(
        .hasNamespaces, since: KernelRelease(5, 4), "kernel/module.c verify_namespace_is_imported"),
      .init(
        .hasModuleNamespaces, since: KernelRelease(6, 16),
        "kernel/module/main.c verify_module_namespace, 7.2"),
      .init(
        .hasFlagTable, since: KernelRelease(7, 1),
        "kernel/module/main.c check_export_symbol_sections, 7.2"),
      .init(.inheritsTaint, since: KernelRelease(5, 9), "kernel/module.c inherit_taint, 5.10"),
      .init(
        .namesInheritedSymbol, since: KernelRelease(5, 16),
        "kernel/module/main.c inherit_taint, 6.1"),
      .init(
        .checksSymbolSections, since: KernelRelease(7, 0),
        "kernel/module/main.c simplify_symbols, 7.2"),
      .init(
        .checksSymbolSections, since: KernelRelease(6, 12, 107), until: KernelRelease(6, 13),
        "kernel/module/main.c simplify_symbols, 6.12.107; patch level of the backport not known",
        isCertain: false),
      .init(
        .checksSymbolSections, since: KernelRelease(6, 1, 176), until: KernelRelease(6, 2),
        "kernel/module/main.c simplify_symbols, 6.1.176; patch level of the backport not known",
        isCertain: false),
      .init(
        .reportsFullMemory, since: KernelRelease(6, 10), "mm/execmem.c __execmem_alloc, 6.12"),
      .init(
        .hasModuleSignaturePolicy, since: KernelRelease(5, 4),
        "kernel/module/signing.c module_sig_check, 6.1"),
      .init(
        .namesSectionDefects, since: KernelRelease(5, 10),
        "kernel/module.c elf_validity_check, 5.10; before: Module len %lu truncated"),
      .init(
        .showsUnknownSymbolError, since: KernelRelease(4, 10),
        "kernel/module.c simplify_symbols: 4.4 and 4.9 print PTR_ERR(NULL)"),
      .init(
        .refusesDuplicateSections, since: KernelRelease(6, 12),
        "kernel/module/sysfs.c add_sect_attrs, seen on 6.12.107 and 7.2.13; not on 6.1.176"),
      .init(
        .refusesWritableCode, since: KernelRelease(5, 8),
        "kernel/module.c module_enforce_rwx_sections, 5.10"),
      .init(
        .storesExportsAsOffsets, since: KernelRelease(4, 19),
        "include/linux/export.h HAVE_ARCH_PREL32_RELOCATIONS, 4.19"),
      .init(
        .freesMemoryByKind, since: KernelRelease(6, 4),
        "kernel/module/main.c free_mod_mem, 6.12; in 6.1 the structure's memory is freed last"),
      .init(
        .callsRelocationsInvalid, since: KernelRelease(6, 4),
        "arch/x86/kernel/module.c __write_relocate_add, 6.12; before: Skipping invalid"),
      .init(
        .namesRelocationPlace, since: KernelRelease(6, 13),
        "arch/x86/kernel/module.c __write_relocate_add, 7.2"),
      .init(
        .hasLongRecords, since: KernelRelease(6, 3),
        "kernel/printk/internal.h PRINTKRB_RECORD_MAX, 6.12; LOG_LINE_MAX, 6.1"),
      .init(
        .marksTestModules, since: KernelRelease(6, 0), "kernel/module/main.c check_modinfo, 6.1"),
      .init(
        .reservesKernelName, since: KernelRelease(5, 8),
        "kernel/livepatch/core.c klp_module_coming, 5.10"),
      .init(
        .measuresFields, since: KernelRelease(5, 11),
        "include/linux/fortify-string.h strlen, 6.1; seen on 6.1.176 and 6.12.107, not on 5.10.223"),
      .init(
        .unpacksModules, since: KernelRelease(5, 17),
        "kernel/module.c finit_module, MODULE_INIT_COMPRESSED_FILE; not in 5.10.223",
        isCertain: false),
    ])
}

/// The rules of one release.
package struct LoaderRules: Sendable {
  /// Whether it behaves so, by the behaviour's number: asked many times a module.
  private let behaviours: [Bool]
  private let architectures: Set<ArchitectureBehaviour>
  private let traits: Set<ReleaseTrait>
  /// The release they are of.
  package let release: KernelRelease

  /// The rules of a release.
  package init(_ release: KernelRelease) {
    self.release = release
    let present = LoaderBehaviour.table.behaviours(of: release)
    behaviours = LoaderBehaviour.allCases.map(present.contains)
    architectures = ArchitectureBehaviour.table.behaviours(of: release)
    traits = ReleaseTrait.table.behaviours(of: release)
  }

  /// Whether the release behaves so.
  package func has(_ behaviour: LoaderBehaviour) -> Bool { behaviours[behaviour.rawValue] }

  /// Whether an architecture's part of the loader behaves so in the release.
  package func has(_ behaviour: ArchitectureBehaviour) -> Bool {
    architectures.contains(behaviour)
  }

  /// Most bytes of a log line, without its level: what a record holds less the level and a NUL.
  func mostLineBytes(logsCallers: Bool) -> Int {
    has(.hasLongRecords) ? 1021 : logsCallers ? 973 : 989
  }

  /// Whether the release has a trait that others ask for, too.
  package func has(_ trait: ReleaseTrait) -> Bool { traits.contains(trait) }
}
