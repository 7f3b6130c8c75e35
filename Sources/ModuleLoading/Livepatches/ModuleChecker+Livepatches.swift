internal import ByteStorage
internal import ELFFormat
internal import KernelImages
internal import Kernels
internal import Livepatching
internal import SymbolTables

extension ModuleChecker {
  /// Resolves what the livepatches among the modules name; `nil` without livepatches.
  func livepatchResolver(_ gathering: Gathering, _ session: LoadSession) -> LivepatchResolver? {
    let patches = session.modules.compactMap(\.module.contents.livepatch)
    guard patches.contains(where: { $0.isLivepatch || readsLivepatches }) else { return nil }
    var names: Set<String> = []
    for patch in patches { names.formUnion(patch.moduleNames) }
    var objects: [ObjectSymbols] = []
    var buffer = FileBuffer(limit: request.limit)
    func read(_ path: String, _ name: String) {
      guard names.remove(name) != nil, (try? buffer.open(path)) != nil,
        let elf = try? ELFFile(buffer.source),
        let object = try? ObjectSymbols(elf, moduleName: name, path: path)
      else { return }
      objects.append(object)
    }
    for path in preloads.paths {
      if let number = gathering.numbers[path] { read(path, session.name(of: number)) }
    }
    if request.loadsDependencies {
      for name in names.sorted() {
        if let path = gathering.treePath(named: name) { read(path, name) }
      }
    }
    return LivepatchResolver(kernel: livepatchKernel(), objects: objects, rules: livepatchRules)
  }

  /// The kernel's own symbols; `nil` if its file has none.
  private func livepatchKernel() -> LivepatchKernel? {
    guard let source = try? kernel?.symbols(as: .kernel, withProbeSites: true) else { return nil }
    return LivepatchKernel(
      source, rules: livepatchRules, configuration: configuration(source.table),
      isX86_64: facts.machine?.value == .x86_64)
  }

  /// The options that decide how names are matched; without a configuration, names with a hash show
  /// that the kernel was built with Clang LTO.
  private func configuration(_ table: SymbolTable) -> LookupEra.Configuration {
    if let config = facts.config?.value {
      let hasLTO = config.isSet("LTO_CLANG")
      return LookupEra.Configuration(
        hasClangLTO: hasLTO,
        hasCFIWithThinLTO: config.isSet("LTO_CLANG_THIN") && config.isSet("CFI_CLANG"))
    }
    let hasHashes = (0..<table.count).contains {
      table.name(at: $0).firstRange(of: ".llvm.") != nil
    }
    return LookupEra.Configuration(hasClangLTO: hasHashes)
  }
}
