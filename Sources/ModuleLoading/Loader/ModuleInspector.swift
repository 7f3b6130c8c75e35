internal import ByteStorage
internal import ELFFormat
internal import Kernels
internal import Livepatching
internal import ModuleFiles
internal import ModuleVersions
internal import SymbolTables

/// The part of the decision that needs one module and the kernel, but no other module: everything
/// up to the resolution of symbols.
struct ModuleInspector: Sendable {
  let rules: LoaderRules
  let settings: LoaderSettings
  let kernel: LoaderKernel
  /// What had to be assumed about the kernel.
  let assumed: [LoadAssumption]
  /// Whether modules are read as livepatches that nothing marks as such.
  var readsLivepatches = false
  /// The rules of the livepatch core.
  let livepatchRules: LivepatchRules

  /// Judges a module, and keeps what is needed later.
  func inspect(_ source: ByteSource, path: String) -> InspectedModule {
    var module = InspectedModule(outcome: LoadOutcome(path: path))
    module.outcome.name = ModulePaths.moduleName(ofFile: path)
    if source.count == 0 {
      // kernel_read_file gives no empty file to the loader.
      module.outcome.refuse(.EINVAL)
      return module
    }
    let length: Int
    switch SignatureCheck(source, rules: rules, settings: settings).result {
    case .accepted(let remaining, let log, let assumption):
      length = remaining
      module.outcome.log += log
      if let assumption { module.outcome.assumed.append(assumption) }
    case .refused(let errno, let log):
      module.outcome.log += log
      module.outcome.refuse(errno)
      return module
    }
    do throws(ELFValidity.Failure) {
      let validity = try ELFValidity(
        source, length: length, layout: kernel.layout, machine: kernel.machine(source),
        rules: rules, structureSize: kernel.structureSize.expected(for: path),
        ignoresModversions: settings.ignoresModversions)
      judge(validity, &module)
    } catch {
      module.outcome.refuse(.ENOEXEC, error.line)
      if rules.has(.summarizesHeaderDefects), !error.isOfSetup {
        module.outcome.log.append("Module has invalid ELF structures")
      }
      if let cause = kernel.foreignness(of: source) { module.outcome.causes.append(cause) }
    }
    return module
  }

  /// The checks after the ELF structure, in the order of `early_mod_check` and what follows it (the
  /// order up to 6.3 differs only in when memory is laid out, which cannot fail here).
  private func judge(_ validity: borrowing ELFValidity, _ module: inout InspectedModule) {
    let map = validity.map
    let indices = validity.indices
    module.sectionCount = map.sections.count
    module.moduleName = map.structureName(indices.structure)
    module.infoName = validity.infoName ?? module.moduleName
    module.outcome.name = module.infoName
    readInfo(map.moduleInfo(indices.info), &module)
    module.evidence.longestBasicName = BasicVersions.longestName(kernel.layout)

    if settings.blacklist.contains(module.infoName) {
      module.outcome.refuse(.EPERM, "Module \(module.infoName) is blacklisted")
      return
    }
    let versions: VersionIndex
    if indices.extendedCRCs != 0 {
      versions = VersionIndex(
        crcs: map.bytes(indices.extendedCRCs), names: map.bytes(indices.extendedNames),
        layout: map.layout)
      module.versions = .extended
    } else {
      versions = VersionIndex(basic: map.bytes(indices.versions), layout: map.layout)
      module.versions = indices.versions != 0 ? .basic : .none
    }
    module.evidence.hasExtended = indices.extendedCRCs != 0
    gatherEvidence(versions, &module)
    guard checkLayout(versions, &module), checkInfo(map.moduleInfo(indices.info), indices, &module)
    else { return }
    if rules.has(.checksEarly) { module.logCountAtNameCheck = module.outcome.log.count }
    guard checkSections(map, &module) else { return }
    if !rules.has(.checksEarly) { module.logCountAtNameCheck = module.outcome.log.count }
    noteTaints(map.moduleInfo(indices.info), &module)
    guard readExports(map, &module), checkImports(&module) else { return }
    readUses(map, indices, versions, &module)
    if kernel.isX86_64 {
      let check = RelocationCheck(map, indices, moduleName: module.moduleName, rules: rules)
      module.relocationRefusal = check.refusal
      module.livepatchRefusals = check.livepatchRefusals
    }
    readLivepatch(map, indices, &module)
    checkNames(map, indices, &module)
  }

  /// What sysfs refuses at the end of the load: a module without a name, two sections of one name.
  private func checkNames(
    _ map: borrowing SectionMap, _ indices: ELFValidity.Indices, _ module: inout InspectedModule
  ) {
    if module.moduleName.isEmpty {
      module.lateRefusal = (.EINVAL, nil)
      return
    }
    guard rules.has(.refusesDuplicateSections) else { return }
    var seen: Set<[UInt8]> = []
    for (index, section) in map.sections.enumerated()
    where section.flags.contains(.alloc) && section.size > 0 && !indices.isDropped(index) {
      guard !seen.insert(map.nameBytes(of: section)).inserted else { continue }
      let name = map.name(of: section)
      module.lateRefusal = (
        .EEXIST,
        "sysfs: cannot create duplicate filename '/module/\(module.moduleName)/sections/\(name)'"
      )
      return
    }
  }

  private func readInfo(_ info: ModuleInfo, _ module: inout InspectedModule) {
    module.isProprietary = !GPLCompatibility.isCompatible(info.value("license"))
    var (namespaces, forged): (Set<String>, String?) = ([], nil)
    info.forEachPair { key, value in
      guard key.equals("import_ns") else { return }
      if forged == nil, value.starts(with: "module:") { forged = value.text }
      // No kernel has a hundredth as many.
      if namespaces.count < 1 << 16 { namespaces.insert(value.text) }
    }
    (module.importedNamespaces, module.forgedNamespace) = (namespaces, forged)
    // More than any module depends on, for lists that are made to be long.
    let list = (info.value("depends") ?? "").utf8.prefix(1 << 16)
    module.dependencies = list.split(separator: 0x2c).map { String(decoding: $0, as: UTF8.self) }
    module.evidence.vermagic = info.value("vermagic")
  }

  /// What a livepatch patches and names.
  private func readLivepatch(
    _ map: borrowing SectionMap, _ indices: ELFValidity.Indices, _ module: inout InspectedModule
  ) {
    guard settings.livepatch,
      readsLivepatches || map.moduleInfo(indices.info).value("livepatch") != nil
        || map.sections.contains(where: { Livepatch.isRelocationSection($0) })
    else { return }
    guard let file = try? ELFFile(map.source, layout: map.layout),
      var patch = try? Livepatch(file, symbolTable: indices.symbols, rules: livepatchRules)
    else { return }
    patch.isX86_64 = kernel.isX86_64
    module.livepatch = patch
  }

  // MARK: Versions

  private func gatherEvidence(_ versions: borrowing VersionIndex, _ module: inout InspectedModule) {
    guard settings.modversions, let exports = kernel.exports else { return }
    var (agreeing, differing) = (0, 0)
    versions.forEach { name, crc in
      guard let row = kernel.index.first(name, in: exports), exports.rows[row].hasCRC else {
        return
      }
      if UInt64(exports.rows[row].crc) == crc { agreeing += 1 } else { differing += 1 }
    }
    module.evidence.agreeing = agreeing
    module.evidence.differing = differing
    for tell in ModuleInspector.generatorTells {
      let name = tell.bytes
      guard let crc = versions.crc(of: name),
        let row = kernel.index.first(name, in: exports), exports.rows[row].hasCRC
      else { continue }
      module.evidence.moduleUsesDWARF = crc == LoadEvidence.emptyFunctionCRC
      module.evidence.kernelUsesDWARF =
        UInt64(exports.rows[row].crc) == LoadEvidence.emptyFunctionCRC
      break
    }
  }

  /// Functions without arguments: gendwarfksyms gives them all the same CRC.
  private static let generatorTells: [ConstantName] = ["__fentry__", "__x86_return_thunk"]

  /// `check_modstruct_version`.
  private func checkLayout(
    _ versions: borrowing VersionIndex, _ module: inout InspectedModule
  ) -> Bool {
    guard settings.modversions else { return true }
    let name: ConstantName = "module_layout"
    guard let exports = kernel.exports, let row = kernel.index.first(name.bytes, in: exports) else {
      module.outcome.verdict = .undecided
      module.outcome.causes.append(LoadCause(.layoutVersionUnknown))
      return true
    }
    let provided = exports.rows[row]
    let required = versions.crc(of: name.bytes)
    let answer = VersionCheck(settings: settings).check(
      "module_layout", required: required, provided: provided.hasCRC ? provided.crc : nil, &module)
    guard !answer else { return true }
    module.outcome.refuse(.ENOEXEC)
    module.outcome.symbols.append(
      SymbolProblem(
        name: "module_layout", required: required, provided: provided.crc, provider: "vmlinux",
        problem: required == nil ? .unversioned : .crc))
    return false
  }

  // MARK: modinfo and sections

  /// `check_modinfo`: vermagic, then the livepatch marker.
  private func checkInfo(
    _ info: ModuleInfo, _ indices: ELFValidity.Indices, _ module: inout InspectedModule
  ) -> Bool {
    let magic = settings.ignoresVermagic ? nil : info.value("vermagic")
    if let magic {
      if let expected = kernel.vermagic,
        !Vermagics.areSame(
          magic, expected, ignoresRelease: settings.modversions && indices.versions != 0)
      {
        module.outcome.refuse(
          .ENOEXEC,
          "\(module.infoName): version magic '\(magic)' should be '\(expected)'")
        module.outcome.causes += Vermagics.differences(magic, expected)
        return false
      }
    } else if !VersionCheck(settings: settings).force(
      "bad vermagic", isFinding: !settings.ignoresVermagic, &module)
    {
      module.outcome.refuse(.ENOEXEC)
      return false
    }
    if info.value("livepatch") != nil, !settings.livepatch {
      module.outcome.refuse(
        .ENOEXEC,
        "\(module.moduleName): module is marked as livepatch module, but livepatch support is "
          + "disabled")
      return false
    }
    return true
  }

  private func checkSections(_ map: borrowing SectionMap, _ module: inout InspectedModule) -> Bool {
    if settings.strictRWX, rules.has(.refusesWritableCode) {
      for (index, section) in map.sections.enumerated()
      where section.flags.isSuperset(of: [.write, .execInstructions]) {
        let name = map.name(of: section)
        module.outcome.refuse(
          .ENOEXEC,
          "\(module.moduleName): section \(name) (index \(index)) has invalid WRITE|EXEC flags")
        return false
      }
    }
    if settings.constructors, map.find(".ctors") != 0, map.find(".init_array") != 0 {
      module.outcome.refuse(
        .EINVAL, "\(module.moduleName): has both .ctors and .init_array.")
      return false
    }
    return true
  }

  /// The notices about taints. Those that every load prints go to the log; those that show once per
  /// boot are kept apart.
  private func noteTaints(_ info: ModuleInfo, _ module: inout InspectedModule) {
    let name = module.moduleName
    if info.value("intree") == nil {
      module.outcome.taintLog.append("\(name): loading out-of-tree module taints kernel.")
    }
    if settings.retpoline, kernel.isX86, info.value("retpoline") == nil {
      module.outcome.log.append("Spectre V2 : System may be vulnerable to spectre v2")
      module.outcome.log.append("\(name): loading module not compiled with retpoline compiler.")
    }
    if info.value("staging") != nil {
      module.outcome.log.append(
        "\(name): module is from the staging directory, the quality is unknown, you have been "
          + "warned.")
    }
    if info.value("livepatch") != nil {
      module.outcome.taintLog.append("\(name): tainting kernel with TAINT_LIVEPATCH")
    }
    if module.isProprietary {
      let licence = info.value("license") ?? "unspecified"
      module.outcome.taintLog.append("\(name): module license '\(licence)' taints kernel.")
    }
    if info.value("test") != nil {
      module.outcome.taintLog.append("\(name): loading test module taints kernel.")
    }
    if name == "driverloader" || name == "lve" { module.isProprietary = true }
  }

  // MARK: Exports

  private func readExports(_ map: borrowing SectionMap, _ module: inout InspectedModule) -> Bool {
    let entrySize = kernel.exportEntrySize(rules)
    func count(_ name: StaticString) -> UInt64 {
      let index = map.find(name)
      return index == 0 ? 0 : map.sections[index].size / entrySize
    }
    let name = module.moduleName
    let plain = count("__ksymtab")
    var lacksCRCs = plain > 0 && map.find("__kcrctab") == 0
    if rules.has(.hasFlagTable) {
      for section: StaticString in ["__ksymtab_gpl", "__kcrctab_gpl"] where map.find(section) != 0 {
        module.outcome.log.append("\(name): ignoring obsolete section \(section)")
      }
      if plain > 0, map.find("__kflagstab") == 0 {
        module.outcome.refuse(.ENOEXEC, "\(name): no flags for exported symbols")
        return false
      }
    } else {
      lacksCRCs = lacksCRCs || (count("__ksymtab_gpl") > 0 && map.find("__kcrctab_gpl") == 0)
    }
    if settings.modversions, lacksCRCs,
      !VersionCheck(settings: settings).force("no versions for exported symbols", &module)
    {
      module.outcome.refuse(.ENOEXEC)
      return false
    }
    let owner = module.exports.addOwner(name)
    guard plain > 0 || count("__ksymtab_gpl") > 0 else { return true }
    if let file = try? ELFFile(map.source, layout: map.layout) {
      try? file.addModuleExports(
        to: &module.exports, owner: owner,
        reading: rules.has(.hasFlagTable) ? .flagTable : .sections)
    }
    module.hiddenExports = SearchOrder.hiddenRows(
      of: module.exports, isOneTable: rules.has(.hasFlagTable))
    module.hiddenExports.formUnion(SearchOrder.repeatedRows(of: module.exports))
    return true
  }

  private func checkImports(_ module: inout InspectedModule) -> Bool {
    guard rules.has(.hasModuleNamespaces), let forged = module.forgedNamespace else { return true }
    module.outcome.refuse(
      .EPERM, "\(module.moduleName): module tries to import module namespace: \(forged)")
    return false
  }

  // MARK: Symbols

  /// Most symbols of a module to resolve, and most bytes of their names: no kernel exports a tenth.
  private static let mostUses = 1 << 20
  private static let mostNameBytes = 128 << 20

  /// The symbols that `simplify_symbols` has something to do about.
  private func readUses(
    _ map: borrowing SectionMap, _ indices: ELFValidity.Indices,
    _ versions: borrowing VersionIndex, _ module: inout InspectedModule
  ) {
    // Until 6.13 nobody looks at the size of the string table: names may lie behind it.
    let strings =
      rules.has(.validatesStringTables)
      ? map.bytes(indices.strings) : map.bytesToEnd(indices.strings)
    let table = ELFSymbolTable(
      entries: map.bytes(indices.symbols), strings: strings, layout: map.layout)
    for index in 1..<max(1, table.count) {
      guard let symbol = table.symbol(at: index) else { break }
      let kind: InspectedModule.Use.Kind
      switch symbol.sectionIndex {
      case ELFSectionIndex.undefined: kind = symbol.isWeak ? .weak : .undefined
      case ELFSectionIndex.absolute, ELFSectionIndex.livepatch: continue
      case ELFSectionIndex.common: kind = .common
      case let section where Int(section) >= map.sections.count: kind = .badSection
      default: continue
      }
      guard module.uses.count < ModuleInspector.mostUses,
        module.names.byteCount < ModuleInspector.mostNameBytes
      else {
        module.outcome.verdict = .undecided
        module.outcome.causes.append(LoadCause(.tooManySymbols))
        return
      }
      let name = undotted(table.name(of: symbol))
      if kernel.dropsDots, name.equals("TOC.") { continue }
      let required = kind == .undefined || kind == .weak ? versions.crc(of: name) : nil
      module.uses.append(
        InspectedModule.Use(
          name: module.names.store(name), required: required ?? 0, hasVersion: required != nil,
          kind: kind, section: symbol.sectionIndex))
    }
  }

  /// On ppc64 the loader drops one leading dot of undefined names (`dedotify`).
  @_lifetime(copy name)
  private func undotted(_ name: RawSpan) -> RawSpan {
    guard kernel.dropsDots, name.byte(at: 0) == 0x2e, let rest = name.suffix(from: 1) else {
      return name
    }
    return rest
  }
}
