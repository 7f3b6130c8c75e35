internal import ByteStorage
internal import ELFFormat
internal import KernelReleases
internal import Livepatching

/// What the relocation code of architectures other than x86-64 refuses whatever the addresses: types,
/// tables of the wrong kind, places outside of their section, values that never fit.
///
/// - Note: `apply_relocations` (kernel/module/main.c), and the functions named at ``RelocationTypes``.
struct ArchitectureRelocations {
  /// The first refusal.
  private(set) var refusal: Refusal?
  /// What entries up to there reach that is not the module's.
  private(set) var wild = RelocationPlace.WildAccess()

  init(
    _ map: borrowing SectionMap, _ indices: ELFValidity.Indices, _ sections: ArchitectureSections,
    _ moduleName: String, _ rules: LoaderRules, _ options: ArchitectureOptions,
    _ assumed: inout [LoadAssumption]
  ) {
    // Assumptions count only if something is refused.
    var needed: [LoadAssumption] = []
    guard let types = RelocationTypes(map.header, map.machine, moduleName, rules, options, &needed)
    else {
      return
    }
    let values = RelocationSymbols(map, indices)
    var remaining = UInt64(map.length) * 4
    for (index, section) in map.sections.enumerated() {
      guard section.type == .rela || section.type == .rel else { continue }
      let target = Int(section.info)
      guard target < map.sections.count,
        sections.flags(of: target, map.sections[target]).contains(.alloc),
        !indices.isDropped(target), !Livepatch.isRelocationSection(section)
      else { continue }
      let hasAddends = section.type == .rela
      guard hasAddends ? types.takesAddends : types.takesNoAddends else {
        // Both functions that stand in for what is missing say the same.
        refusal = Refusal(.ENOEXEC, "module \(moduleName): REL relocation unsupported")
        return
      }
      let table = map.bytes(index)
      guard UInt64(table.byteCount) <= remaining else { return }
      remaining -= UInt64(table.byteCount)
      let entries = RelocationEntries(
        table, map.layout, map.machine, hasAddends: hasAddends)
      let place = RelocationPlace(
        section: index, target: target, size: map.sections[target].size,
        order: ArchitectureRelocations.order(map, sections, of: target))
      refusal = place.firstRefusal(entries, types, values, moduleName, &wild)
      if refusal != nil {
        for assumption in needed where !assumed.contains(assumption) { assumed.append(assumption) }
        return
      }
    }
  }

  private static func order(
    _ map: borrowing SectionMap, _ sections: ArchitectureSections, of target: Int
  ) -> RelocationPlace.Order {
    switch map.machine {
    case .powerPC64: .bySymbolDown
    case .arm
    where sections.isReplacing && map.sections[target].flags.contains(.execInstructions): .byType
    default: .ofFile
    }
  }
}
