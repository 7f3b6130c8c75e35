internal import Livepatching

extension Inspection {
  /// `module_frob_arch_sections`.
  func architectureSections(_ assumed: inout [LoadAssumption]) -> ArchitectureSections {
    ArchitectureSections(map, header.moduleName, rules, settings.architecture, &assumed)
  }

  /// `apply_relocations` of other architectures than x86-64, and then `module_finalize`.
  func architectureRefusal(
    _ sections: ArchitectureSections, _ assumed: inout [LoadAssumption]
  ) -> Refusal? {
    if kernel.isX86_64 { return nil }
    let check = ArchitectureRelocations(
      map, indices, sections, header.moduleName, rules, settings.architecture, &assumed)
    if check.readsBeyondSymbols { assumed.append(LoadAssumption(.symbolsBeyondTable)) }
    return check.refusal ?? sections.lastRefusal
  }
}
