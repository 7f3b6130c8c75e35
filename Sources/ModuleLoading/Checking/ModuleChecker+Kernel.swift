internal import ByteStorage
internal import ELFFormat
internal import Kernels
internal import Livepatching
internal import ModuleFiles
internal import ModuleVersions

extension ModuleChecker {
  /// The inspector, with the facts that come from modules where the image lacks them.
  func makeInspector(_ targets: [DirectoryTree.Entry]) -> ModuleInspector {
    var assumed: [LoadAssumption] = []
    var buffer = FileBuffer(limit: request.limit)
    let first = firstHeader(targets, &buffer)
    let layout = facts.layout?.value ?? first?.layout ?? ELFLayout(is64Bit: true, order: .little)
    let known = facts.moduleStructureSize?.value
    var references: [StructureSize.Reference] = []
    if known == nil, rules.has(.checksStructureSize) {
      references = structureReferences(&buffer)
      if references.isEmpty { assumed.append(LoadAssumption(.structureSizeUnknown)) }
    }
    if facts.vermagic == nil { assumed.append(LoadAssumption(.vermagicUnknown)) }
    // A Module.symvers has what modules export, too, which may not be loaded.
    let exports = facts.exports?.value
    var kernel = LoaderKernel(
      layout: layout, machine: facts.machine?.value, vermagic: facts.vermagic?.value,
      release: facts.release?.value,
      structureSize: StructureSize(known: known, references: references),
      exports: request.loadsDependencies ? exports : exports?.of(owner: "vmlinux"),
      builtinModules: self.kernel?.builtinModules(),
      usualMachine: first?.machine)
    if settings.checksTypes == true, !request.trust.leavesOutTypes {
      kernel.types = self.kernel?.types(few: true)
    }
    if settings.protectsSymbols { kernel.protectedSymbols = self.kernel?.protectedSymbols() }
    let trust = LoaderTrust(
      facts, settings, rules.release, request.trust, builtIn: builtInKeys(layout),
      wordSize: layout.wordSize, loading: loadableModules,
      hasFunction: { self.kernel?.hasFunction($0) })
    return ModuleInspector(
      rules: rules, settings: settings, kernel: kernel, trust: trust, machine: request.trust,
      ownNames: kernel.builtinModules?.isComplete ?? false ? [] : ownNames(),
      assumed: assumed,
      comparesAll: request.reportsAllSymbols && !request.goesOn, goesOn: request.goesOn,
      readsLivepatches: readsLivepatches,
      livepatchRules: livepatchRules)
  }

  /// What the image holds of keys; nothing where no signature is looked at.
  private func builtInKeys(_ layout: ELFLayout) -> BuiltInKeys {
    guard settings.signatures, !request.trust.leavesOutSignatures, let kernel,
      let machine = facts.machine?.value
    else { return BuiltInKeys() }
    return kernel.builtInKeys(
      machine, layout, hasRevoked: settings.isSet("SYSTEM_REVOCATION_LIST"),
      hasHashes: settings.hasText("SYSTEM_BLACKLIST_HASH_LIST"))
  }

  private var loadableModules: LoadableModules {
    guard request.loadsDependencies, let tree else {
      return LoadableModules(loaded: preloads.names, onDemand: nil)
    }
    return LoadableModules(loaded: preloads.names) { name in tree.path(named: name) != nil }
  }

  private func ownNames() -> Set<String> {
    Set((tree?.paths ?? []).map { ModulePaths.moduleName(ofFile: $0) })
  }

  /// The header of the first module, which stands for what the kernel does not say.
  private func firstHeader(
    _ targets: [DirectoryTree.Entry], _ buffer: inout FileBuffer
  ) -> ELFHeader? {
    guard facts.layout == nil || facts.machine == nil else { return nil }
    for case .file(let path) in targets where path != "-" {
      guard (try? buffer.open(path)) != nil,
        let head = try? buffer.source.bytes(0..<min(64, buffer.count), in: "ELF header"),
        let layout = try? ELFLayout(identifying: head),
        let header = try? ELFHeader(parsing: head, layout: layout)
      else { continue }
      return header
    }
    return nil
  }

  /// Modules of the kernel's own tree, which must have the very vermagic of the kernel.
  private func structureReferences(_ buffer: inout FileBuffer) -> [StructureSize.Reference] {
    guard let vermagic = facts.vermagic?.value else { return [] }
    var found: [StructureSize.Reference] = []
    for path in tree?.paths ?? [] {
      guard (try? buffer.open(path)) != nil, let module = try? ModuleFile(buffer.source),
        let info = try? module.info(), info.value("vermagic") == vermagic,
        let index = module.elf.sectionIndex(named: ".gnu.linkonce.this_module"),
        let size = Int(exactly: module.elf.sections[index].size)
      else { continue }
      found.append(StructureSize.Reference(path: path, identity: FileIdentity(path), size: size))
      if found.count == 2 { break }
    }
    return found
  }
}
