package import KernelReleases
package import SymbolTables

/// A behaviour of the livepatch core that differs by release.
package enum LivepatchBehaviour: Sendable, Hashable, CaseIterable {
  /// Relocations to vmlinux are applied, and refused, when the module is loaded; before, when its
  /// init enables the patch.
  case resolvesWhileLoading
  /// Relocation sections of modules may not name symbols of vmlinux.
  case separatesVmlinux
  /// Symbols of vmlinux are matched as kallsyms matches names, whatever it cuts from them; before,
  /// they are compared as they are.
  case matchesAsKallsyms
  /// The kernel searches the whole function for its fentry site; before, only its first byte.
  case findsSitesInside
  /// The message about a symbol that is not marked says where it is used.
  case locatesUnmarkedSymbols
  /// A function without a name is refused; before, it ends the list if nothing else is set.
  case refusesUnnamedFunctions
}

extension LivepatchBehaviour {
  /// Which releases have which behaviour.
  package static let table = ReleaseTable<LivepatchBehaviour>(
    named: "Livepatching",
    [
      .init(
        .resolvesWhileLoading, since: KernelRelease(5, 8),
        "kernel/module.c apply_relocations; 7c8e2bdd5f0d"),
      .init(
        .separatesVmlinux, since: KernelRelease(5, 8),
        "kernel/livepatch/core.c klp_resolve_symbols; ca376a937486"),
      .init(
        .matchesAsKallsyms, since: KernelRelease(6, 2),
        "kernel/livepatch/core.c klp_find_object_symbol, 6.12; not in 6.1.176"),
      .init(
        .findsSitesInside, since: KernelRelease(5, 18),
        "kernel/trace/ftrace.c ftrace_location; before klp_get_ftrace_location"),
      .init(
        .locatesUnmarkedSymbols, since: KernelRelease(6, 19),
        "kernel/livepatch/core.c klp_resolve_symbols, 7.2; not in 6.12, first release unsure",
        isCertain: false),
      .init(
        .refusesUnnamedFunctions, since: KernelRelease(7, 3),
        "kernel/livepatch/core.c klp_enable_patch, 7.3; not in 7.2"),
    ])
}

/// The rules of the livepatch core of one release.
package struct LivepatchRules: Sendable {
  /// The release.
  package let release: KernelRelease
  private let behaviours: Set<LivepatchBehaviour>

  /// The rules of a release, by which another kernel's names are matched if `own` gives its release: where
  /// ftrace finds sites is part of how the kernel was built (X86_KERNEL_IBT, 5.18), and stays its own.
  package init(_ release: KernelRelease, ofKernel own: KernelRelease? = nil) {
    self.release = release
    var behaviours = LivepatchBehaviour.table.behaviours(of: release)
    if let own {
      let sites = LivepatchBehaviour.table.behaviours(of: own).intersection([.findsSitesInside])
      behaviours = behaviours.subtracting([.findsSitesInside]).union(sites)
    }
    self.behaviours = behaviours
  }

  /// Whether the release behaves so.
  package func has(_ behaviour: LivepatchBehaviour) -> Bool { behaviours.contains(behaviour) }

  /// Most characters of a symbol's name: `KSYM_NAME_LEN` - 1.
  package var longestName: Int { release.symbolNameLength - 1 }
  /// Most characters of a module's name: `MODULE_NAME_LEN` - 1 on 64-bit kernels.
  package static let longestModuleName = 55

  /// The era by which names are matched in vmlinux.
  package func era(_ configuration: LookupEra.Configuration) -> LookupEra {
    let matching =
      has(.matchesAsKallsyms) ? configuration : LookupEra.Configuration(hasClangLTO: false)
    return LookupEra.of(release, matching)
  }
}
