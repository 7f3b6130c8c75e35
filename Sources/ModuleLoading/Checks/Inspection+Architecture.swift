internal import Livepatching

extension Inspection {
  /// `module_frob_arch_sections`.
  func architectureSections(_ assumed: inout [LoadAssumption]) -> ArchitectureSections {
    ArchitectureSections(map, header.moduleName, rules, settings.architecture, &assumed)
  }

  /// What relocations end the load with, once the module's symbols are known.
  func relocationRefusals(
    _ sections: ArchitectureSections, _ verdict: inout Verdict, _ later: inout LaterRefusals
  ) {
    // Names of the first section, and of those that are not allocated, are looked at unchecked.
    if map.hasWildName { verdict.assumed.append(LoadAssumption(.namesBeyondFile)) }
    guard kernel.isX86_64 else {
      later.architecture = architectureRefusal(sections, &verdict.assumed)
      return
    }
    let check = RelocationCheck(
      map, indices, moduleName: header.moduleName, rules: rules,
      hasRandomBase: settings.randomBase)
    later.relocation = check.refusal
    later.livepatchRelocations = check.livepatchRefusals
    if check.readsBeyondSymbols { verdict.assumed.append(LoadAssumption(.symbolsBeyondTable)) }
    if check.writesBeyondSection { verdict.assumed.append(LoadAssumption(.placesBeyondSection)) }
    if check.hasWildInit { later.last = Refusal(crash: .initWild) }
  }

  /// `apply_relocations` of other architectures than x86-64, and then `module_finalize`.
  private func architectureRefusal(
    _ sections: ArchitectureSections, _ assumed: inout [LoadAssumption]
  ) -> Refusal? {
    let check = ArchitectureRelocations(
      map, indices, sections, header.moduleName, rules, settings.architecture, &assumed)
    let beyond = LoadAssumption(.symbolsBeyondTable)
    if check.wild.readsBeyondSymbols, !assumed.contains(beyond) { assumed.append(beyond) }
    if check.wild.writesBeyondSection { assumed.append(LoadAssumption(.placesBeyondSection)) }
    return check.refusal ?? sections.lastRefusal
  }
}
