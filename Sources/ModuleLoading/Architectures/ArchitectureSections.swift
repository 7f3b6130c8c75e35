internal import ByteStorage
internal import ELFFormat
internal import KernelReleases
internal import Livepatching

/// What the architecture makes of a module's sections before its memory is laid out: sections that it
/// needs, and those whose flags it replaces.
///
/// - Note: `module_frob_arch_sections` of arch/*/kernel/module*.c, 5.10 to 7.2. Only names count: a
///   section need not be allocated, and of several with one name the last is taken.
struct ArchitectureSections {
  /// What is missing.
  private(set) var refusal: Refusal?
  /// What is missing at the end of the load (`module_finalize`).
  private(set) var lastRefusal: Refusal?
  private var flags: [Int: ELFSectionFlags] = [:]
  /// Whether a section whose size is replaced has bytes then.
  private var isFilled: [Int: Bool] = [:]

  /// Whether counting PLT entries reads a symbol after the end of the table.
  private var readsBeyondSymbols = false
  /// Whether the section for stubs has bytes of the file, as it is not of type `SHT_NOBITS`.
  private var hasFilledStubs = false

  private static let code: ELFSectionFlags = [.alloc, .execInstructions]

  init(
    _ map: borrowing SectionMap, _ moduleName: String, _ rules: LoaderRules,
    _ options: ArchitectureOptions, _ assumed: inout [LoadAssumption]
  ) {
    // Assumptions count only if something is missing.
    var needed: [LoadAssumption] = []
    look(at: map, moduleName, rules, options, &needed)
    if refusal != nil || lastRefusal != nil { assumed += needed }
    if readsBeyondSymbols { assumed.append(LoadAssumption(.symbolsBeyondTable)) }
    if hasFilledStubs { assumed.append(LoadAssumption(.stubsEmpty)) }
  }

  /// What arm fills has the entries that are counted, if there are any.
  private mutating func countBranches(in map: borrowing SectionMap) {
    for index in flags.keys {
      let isInit = map.nameBytes(of: map.sections[index]).starts(with: ".init".utf8)
      isFilled[index] = ArchitectureSections.armBranchesAway(map, fromInit: isInit)
    }
  }

  /// Whether code of arm has a branch to another section, or out of the module: `count_plts` of
  /// arch/arm/kernel/module-plts.c, 5.10 to 7.2, counts those that may need an entry.
  private static func armBranchesAway(_ map: borrowing SectionMap, fromInit: Bool) -> Bool {
    guard let symbols = map.sections.lastIndex(where: { $0.type == .symtab }) else { return false }
    let table = ELFSymbolTable(
      entries: map.bytes(symbols), strings: RawSpan(), layout: map.layout)
    for (index, section) in map.sections.enumerated() where section.type == .rel {
      let place = Int(section.info)
      guard map.sections.indices.contains(place),
        map.sections[place].flags.contains(.execInstructions),
        map.nameBytes(of: map.sections[place]).starts(with: ".init".utf8) == fromInit
      else { continue }
      let relocations = ELFRelocations(
        map.bytes(index), hasAddends: false, layout: map.layout, machine: map.header.machine)
      for number in 0..<relocations.count {
        // R_ARM_PC24, CALL, JUMP24, THM_CALL and THM_JUMP24.
        guard let relocation = relocations.relocation(at: number),
          [1, 28, 29, 10, 30].contains(relocation.type),
          let symbol = table.symbol(at: Int(relocation.symbol))
        else { continue }
        if Int(symbol.sectionIndex) != place { return true }
      }
    }
    return false
  }

  /// Whether a relocation of arm64 code names a symbol that is not in the table: `branch_rela_needs_plt` of
  /// arch/arm64/kernel/module-plts.c, 5.10 to 7.2, looks at that of each.
  private static func arm64ReadsBeyondSymbols(_ map: borrowing SectionMap) -> Bool {
    guard let symbols = map.sections.lastIndex(where: { $0.type == .symtab }) else { return false }
    let count = map.sections[symbols].size / UInt64(map.layout.symbolSize)
    for (index, section) in map.sections.enumerated() where section.type == .rela {
      let place = Int(section.info)
      guard map.sections.indices.contains(place),
        map.sections[place].flags.contains(.execInstructions)
      else { continue }
      let entries = RelocationEntries(
        map.bytes(index), map.layout, map.machine, hasAddends: true)
      for number in 0..<entries.count where UInt64(entries[number].symbol) >= count { return true }
    }
    return false
  }

  private mutating func look(
    at map: borrowing SectionMap, _ moduleName: String, _ rules: LoaderRules,
    _ options: ArchitectureOptions, _ assumed: inout [LoadAssumption]
  ) {
    switch map.machine {
    case .aarch64:
      if rules.has(.arm64AlwaysHasPLTs)
        || rules.has(.arm64HasPLTs) && options.isSet(.arm64PLTs, &assumed)
      {
        need([".plt", ".init.plt"], in: map, "\(moduleName): module PLT section(s) missing")
        needSymbols(
          notNamed: [".plt", ".init.plt", ".text.ftrace_trampoline"], in: map, moduleName)
        trampolines(map, rules, options, &assumed)
        readsBeyondSymbols = ArchitectureSections.arm64ReadsBeyondSymbols(map)
      }
    case .arm where rules.has(.armHasPLTs) && options.isSet(.armPLTs, &assumed):
      need([".plt", ".init.plt"], in: map, "\(moduleName): module PLT section(s) missing")
      countBranches(in: map)
      needSymbols(notNamed: [".plt", ".init.plt"], in: map, moduleName)
    case .arm where rules.has(.armHasCorePLT) && options.isSet(.armPLTs, &assumed):
      need([".core.plt", ".init.plt"], in: map, "\(moduleName): sections missing")
      countBranches(in: map)
    case .riscV:
      guard rules.has(.riscvHasSections),
        rules.has(.riscvAlwaysHasSections) || options.isSet(.moduleSections, &assumed)
      else { return }
      need([".plt"], in: map, "\(moduleName): module PLT section(s) missing")
      need([".got"], .alloc, in: map, "\(moduleName): module GOT section(s) missing")
      need([".got.plt"], .alloc, in: map, "\(moduleName): module GOT.PLT section(s) missing")
    case .loongArch where rules.has(.loongArchHasSections):
      need([".got"], .alloc, in: map, "\(moduleName): module GOT section(s) missing")
      need([".plt"], in: map, "\(moduleName): module PLT section(s) missing")
      need([".plt.idx"], .alloc, in: map, "\(moduleName): module PLT.IDX section(s) missing")
      replace(".ftrace_trampoline", in: map)
    case .powerPC64:
      need([".stubs"], nil, in: map, "module_64: \(moduleName): doesn't contain .stubs.")
      hasFilledStubs = last(".stubs", in: map).map { map.sections[$0].type != .nobits } ?? false
      if options.isSet(.placeRelativeKernel, &assumed) {
        need([".mygot"], nil, in: map, "module_64: \(moduleName): doesn't contain .mygot.")
      }
    case .s390:
      // What is noted for each symbol of the last table; vmalloc() has nothing for none.
      let table = map.sections.indices.last { map.sections[$0].type == .symtab }
      if let table, map.sections[table].size < UInt64(map.layout.symbolSize) {
        refusal = Refusal(.ENOMEM)
      }
    case .powerPC:
      need(
        [".plt", ".init.plt"], nil, in: map, fills: false,
        "module_32: Module doesn't contain .plt or .init.plt sections.")
    default: break
    }
  }

  /// The flags that a section has from then on.
  func flags(of index: Int, _ section: ELFSection) -> ELFSectionFlags {
    flags[index] ?? section.flags
  }

  /// Whether any section is replaced.
  var isReplacing: Bool { !flags.isEmpty }

  /// Whether a section has bytes from then on.
  func hasBytes(_ index: Int, _ section: ELFSection) -> Bool {
    isFilled[index] ?? (section.size > 0)
  }

  private mutating func need(
    _ names: [StaticString], _ replacement: ELFSectionFlags? = ArchitectureSections.code,
    in map: borrowing SectionMap, fills: Bool = true, _ line: String
  ) {
    if refusal != nil { return }
    for name in names {
      guard let index = last(name, in: map) else {
        refusal = Refusal(.ENOEXEC, line)
        return
      }
      if let replacement { flags[index] = replacement }
      if fills { isFilled[index] = true }
    }
  }

  /// The symbol table is looked for among the sections that have none of those names.
  private mutating func needSymbols(
    notNamed names: [StaticString], in map: borrowing SectionMap, _ moduleName: String
  ) {
    if refusal != nil { return }
    for index in map.sections.indices where map.sections[index].type == .symtab {
      var isNamed = false
      for name in names where map.isNamed(map.sections[index], name) { isNamed = true }
      if !isNamed { return }
    }
    refusal = Refusal(.ENOEXEC, "\(moduleName): module symtab section missing")
  }

  private mutating func replace(_ name: StaticString, in map: borrowing SectionMap) {
    guard let index = last(name, in: map) else { return }
    flags[index] = ArchitectureSections.code
    isFilled[index] = true
  }

  private func last(_ name: StaticString, in map: borrowing SectionMap) -> Int? {
    for index in map.sections.indices.reversed() where index > 0 {
      if map.isNamed(map.sections[index], name) { return index }
    }
    return nil
  }

  private mutating func trampolines(
    _ map: borrowing SectionMap, _ rules: LoaderRules, _ options: ArchitectureOptions,
    _ assumed: inout [LoadAssumption]
  ) {
    let names: [(StaticString, ArchitectureBehaviour)] = [
      (".text.ftrace_trampoline", .arm64HasTrampoline),
      (".init.text.ftrace_trampoline", .arm64HasInitTrampoline),
    ]
    for (name, behaviour) in names where rules.has(behaviour) {
      replace(name, in: map)
      if last(name, in: map) == nil, options.isSet(.dynamicFtrace, &assumed) {
        var refusal = Refusal(.ENOEXEC)
        refusal.causes = [LoadCause(.sectionMissing, symbol: "\(name)")]
        lastRefusal = refusal
      }
    }
  }
}
