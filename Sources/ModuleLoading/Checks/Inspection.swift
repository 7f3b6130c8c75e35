internal import ByteStorage
internal import ELFFormat
internal import Kernels
internal import Livepatching
internal import ModuleFiles
internal import ModuleVersions

/// One module under the checks that need no other module. Each check gives the refusal that it ends
/// with, or nothing; only the log grows on the way.
struct Inspection: ~Escapable {
  let inspector: ModuleInspector
  let map: SectionMap
  let indices: ELFValidity.Indices
  private(set) var header: ModuleHeader
  let versionCheck: VersionCheck
  /// Whether it carries a signature that counts.
  let isSigned: Bool
  /// Whether every kernel's `struct module` goes on long after the section that is taken for it, which
  /// kernels before 6.4 do not look at: they read and write what follows.
  let isStructureShort: Bool

  /// No kernel's `struct module` is smaller, in bytes.
  private static let leastStructureSize = 320

  var rules: LoaderRules { inspector.rules }
  var settings: LoaderSettings { inspector.settings }
  var kernel: LoaderKernel { inspector.kernel }

  /// Prepares to check a module whose ELF structure is sound.
  @_lifetime(copy validity)
  init(_ validity: borrowing ELFValidity, _ inspector: ModuleInspector, isSigned: Bool) {
    self.inspector = inspector
    self.isSigned = isSigned
    map = validity.map
    indices = validity.indices
    isStructureShort =
      validity.map.sections[validity.indices.structure].size
      < Inspection.leastStructureSize
    header = ModuleHeader(validity.map, validity.indices, infoName: validity.infoName)
    versionCheck = VersionCheck(settings: inspector.settings, module: header)
  }

  /// Runs the checks in the order of `early_mod_check` and what follows it (the order up to 6.3
  /// differs only in when memory is laid out).
  mutating func firstRefusal(
    _ verdict: inout Verdict, _ contents: inout ModuleContents, _ later: inout LaterRefusals,
    _ evidence: inout LoadEvidence
  ) -> Refusal? {
    let isEarly = rules.has(.checksEarly)
    evidence.setModule(header, kernel.layout)
    if let refusal = blacklisting() { return refusal }
    let versions = readVersions()
    if settings.modversions, let exports = kernel.exports {
      evidence.compare(versions, exports)
      if inspector.comparesAll { evidence.compareAll(versions, exports) }
    }
    if settings.modversions, layoutExport == nil { verdict.doubt(.layoutVersionUnknown) }
    if let refusal = layoutRefusal(versions, &verdict.log) { return refusal }
    if let refusal = infoRefusal(&verdict.log) { return refusal }
    if isEarly { verdict.log.markNameCheck() } else { noteTaints(&verdict.log) }
    let architecture = architectureSections(&verdict.assumed)
    if let refusal = architecture.refusal { return refusal }
    if let refusal = writableCodeRefusal(architecture) { return refusal }
    // The sizes of its parts are added to what follows the structure in the file.
    if isStructureShort { verdict.leaveOpen(.structureShort) }
    if let refusal = spaceRefusal(architecture, &verdict) { return refusal }
    if let crash = copyCrash(&verdict) { return crash }
    later.freesStructureEarly = freesStructureEarly
    copyStructure(isEarly: isEarly)
    if !isEarly { verdict.log.markNameCheck() }
    if let crash = nameCrash(isEarly: true) { return crash }
    if isEarly { noteTaints(&verdict.log) }
    noteOwnTaints(&verdict.log)
    if let refusal = perCPURefusal(&verdict) { return refusal }
    if let refusal = sectionRefusal(&verdict.log) { return refusal }
    if let refusal = exportRefusal(&verdict.log) { return refusal }
    readExports(into: &contents, &later)
    if let refusal = importRefusal() { return refusal }
    contents.uses = readUses(versions)
    if contents.uses.isCut { verdict.doubt(.tooManySymbols) }
    if settings.protectsSymbols, !isSigned, kernel.protectedSymbols == nil,
      !contents.uses.all.isEmpty || !contents.exports.rows.isEmpty
    {
      verdict.doubt(.protectedUnknown)
    }
    relocationRefusals(architecture, &verdict, &later)
    contents.livepatch = readLivepatch()
    if !isStructureShort { later.coming = comingRefusal() }
    let types = TypeCheck(map, moduleName: header.moduleName, inspector)
    if let assumption = types.assumption { verdict.assumed.append(assumption) }
    later.types = types
    noteBuiltInName(&verdict, &later)
    later.last = lastRefusal(architecture, &later.lastLines) ?? later.last
    return nil
  }

  /// What has to be assumed of the names of built-in code in /sys/module.
  private func noteBuiltInName(_ verdict: inout Verdict, _ later: inout LaterRefusals) {
    if !settings.hasSysfs { return }
    let (names, name) = (kernel.builtinModules, header.moduleName)
    if names?.certain.contains(name) ?? false { return }
    let isComplete = names?.isComplete ?? false
    if names?.possible.contains(name) ?? false {
      later.lastAssumption = LoadAssumption(
        isComplete ? .builtInRegistered : .builtInShown, value: name)
    } else if names?.guestOnly.contains(name) ?? false {
      verdict.assumed.append(LoadAssumption(.builtInOfGuest, value: name))
    } else if !isComplete, !inspector.ownNames.contains(name) {
      verdict.assumed.append(LoadAssumption(.builtInUnknown))
    }
  }

  /// A structure that takes no room in the file is zeros once the sections are copied: its name is
  /// gone, and up to 6.3 the taint of its licence.
  private mutating func copyStructure(isEarly: Bool) {
    guard map.sections.indices.contains(indices.structure),
      map.sections[indices.structure].type == .nobits
    else { return }
    header.moduleName = ""
    if !isEarly { header.hasForeignLicence = false }
  }

  /// Reads what the loader would look at after a refusal.
  mutating func readOn(
    into contents: inout ModuleContents, _ later: inout LaterRefusals, _ verdict: inout Verdict
  ) {
    if contents.exports.rows.isEmpty { readExports(into: &contents, &later) }
    let versions = readVersions()
    if contents.uses.all.isEmpty { contents.uses = readUses(versions) }
    var log = BootLog()
    if let problem = layoutRefusal(versions, &log)?.problem,
      !verdict.problems.contains(where: { $0.name == problem.name })
    {
      verdict.problems.append(problem)
    }
  }

  @_lifetime(copy self)
  private func readVersions() -> VersionIndex {
    guard indices.extendedCRCs != 0 else {
      return VersionIndex(basic: map.bytes(indices.versions), layout: map.layout)
    }
    return VersionIndex(
      crcs: map.bytes(indices.extendedCRCs), names: map.bytes(indices.extendedNames),
      layout: map.layout)
  }

  private func readUses(_ versions: borrowing VersionIndex) -> SymbolUses {
    // Until 6.13 nobody looks at the size of the string table: names may lie after its end.
    let strings =
      rules.has(.validatesStringTables)
      ? map.bytes(indices.strings) : map.bytesToEnd(indices.strings)
    let table = ELFSymbolTable(
      entries: map.bytes(indices.symbols), strings: strings, layout: map.layout)
    // depmod reads basic versions only (kmod 34, libkmod-elf.c).
    let basic = VersionIndex(
      basic: indices.extendedCRCs == 0 ? RawSpan() : map.bytes(indices.versions),
      layout: map.layout)
    return SymbolUses(
      table, sectionCount: map.sections.count, versions, dropsDots: kernel.dropsDots
    ) { indices.extendedCRCs == 0 || basic.crc(of: $0) != nil }
  }

  /// What a livepatch patches and names.
  func readLivepatch() -> Livepatch? {
    guard settings.livepatch,
      inspector.readsLivepatches || map.moduleInfo(indices.info).value("livepatch") != nil
        || map.sections.contains(where: { Livepatch.isRelocationSection($0) }),
      let file = try? ELFFile(map.source, layout: map.layout),
      var patch = try? Livepatch(
        file, symbolTable: indices.symbols, rules: inspector.livepatchRules)
    else { return nil }
    patch.isX86_64 = kernel.isX86_64
    return patch
  }
}
