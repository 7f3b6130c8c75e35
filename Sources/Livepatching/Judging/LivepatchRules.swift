package import SymbolTables

/// A behaviour of the livepatch core that differs by release.
package enum LivepatchBehaviour: Sendable, Hashable, CaseIterable {
  /// Relocations to vmlinux are applied, and refused, when the module is loaded; before, when its
  /// init enables the patch.
  case resolvesWhileLoading
  /// Relocation sections of modules may not name symbols of vmlinux.
  case separatesVmlinux
  /// The kernel has room for names of 511 characters, before of 127.
  case hasLongNames
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

/// The rules of the livepatch core of one release.
package struct LivepatchRules: Sendable {
  /// A behaviour, the first release that has it, and where that was read.
  private struct Row: Sendable {
    let behaviour: LivepatchBehaviour
    let since: KernelVersion
    let source: String
  }

  private static let table: [Row] = [
    Row(
      behaviour: .resolvesWhileLoading, since: KernelVersion(5, 8),
      source: "kernel/module.c apply_relocations; 7c8e2bdd5f0d"),
    Row(
      behaviour: .separatesVmlinux, since: KernelVersion(5, 8),
      source: "kernel/livepatch/core.c klp_resolve_symbols; ca376a937486"),
    Row(
      behaviour: .hasLongNames, since: KernelVersion(6, 1),
      source: "include/linux/kallsyms.h KSYM_NAME_LEN; b8a94bfb3395"),
    Row(
      behaviour: .matchesAsKallsyms, since: KernelVersion(6, 2),
      source: "kernel/livepatch/core.c klp_find_object_symbol, 6.12; not in 6.1.176"),
    Row(
      behaviour: .findsSitesInside, since: KernelVersion(5, 18),
      source: "kernel/trace/ftrace.c ftrace_location; before klp_get_ftrace_location"),
    Row(
      behaviour: .locatesUnmarkedSymbols, since: KernelVersion(6, 19),
      source: "kernel/livepatch/core.c klp_resolve_symbols, 7.2; not in 6.12, first release unsure"),
    Row(
      behaviour: .refusesUnnamedFunctions, since: KernelVersion(7, 3),
      source: "kernel/livepatch/core.c klp_enable_patch, 7.3; not in 7.2"),
  ]

  /// The release.
  package let version: KernelVersion
  private let behaviours: Set<LivepatchBehaviour>

  /// The rules of a release.
  package init(_ version: KernelVersion) {
    self.version = version
    behaviours = Set(LivepatchRules.table.filter { version >= $0.since }.map(\.behaviour))
  }

  /// Whether the release behaves so.
  package func has(_ behaviour: LivepatchBehaviour) -> Bool { behaviours.contains(behaviour) }

  /// Where a behaviour was read.
  package static func sources(of behaviour: LivepatchBehaviour) -> [String] {
    table.filter { $0.behaviour == behaviour }.map(\.source)
  }

  /// Most characters of a symbol's name: `KSYM_NAME_LEN` - 1.
  package var longestName: Int { has(.hasLongNames) ? 511 : 127 }
  /// Most characters of a module's name: `MODULE_NAME_LEN` - 1 on 64-bit kernels.
  package static let longestModuleName = 55

  /// The era by which names are matched in vmlinux.
  package func era(_ configuration: LookupEra.Configuration) -> LookupEra {
    let matching =
      has(.matchesAsKallsyms) ? configuration : LookupEra.Configuration(hasClangLTO: false)
    return LookupEra.of(version, matching)
  }
}
