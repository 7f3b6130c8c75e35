internal import ByteStorage
internal import KernelImages
internal import ModuleVersions

extension OpenKernel {
  /// What is known of the kernel, each fact with its source.
  ///
  /// - Parameters:
  ///   - isThorough: Whether to look also for what takes long: symbols, the build ID of raw images,
  ///     the number of modules, and the size of `struct module` as modules have it.
  ///   - config: Path of a configuration to use whatever lies beside the kernel.
  /// - Returns: The facts; what is not found is unknown.
  /// - Throws: ``KernelError`` if a file is damaged, or none is of a kernel.
  package func facts(
    isThorough: Bool = false, config: String? = nil
  ) throws(KernelError) -> KernelFacts {
    if knownFacts == nil || isThorough && !(knownFacts?.isThorough ?? false) {
      knownFacts = (try readFacts(isThorough), isThorough)
    }
    var facts = knownFacts?.facts ?? KernelFacts(path: path)
    if let config {
      do throws(FileError) {
        facts.config = KernelFacts.Fact(try readConfiguration(config), from: config)
      } catch { throw KernelError(error) }
    }
    return facts
  }

  private func readFacts(_ isThorough: Bool) throws(KernelError) -> KernelFacts {
    try search()
    var facts = KernelFacts(path: path)
    facts.notes = stub.notes
    if form == .configuration || form == .module { return try readOtherFile() }
    do throws(ParseError) { try readFile(into: &facts) } catch {
      throw KernelError(error, in: filePath ?? path)
    }
    if isThorough {
      file.addBuildID(to: &facts)
      addStructureSize(to: &facts)
    }
    if file.lacksSections || isThorough && form != nil && form != .symvers {
      addSymbols(to: &facts)
    }
    facts.layout = facts.layout ?? stub.layout
    facts.machine = facts.machine ?? stub.machine
    facts.moduleStructureSize = facts.moduleStructureSize ?? stub.moduleStructureSize
    facts.release = facts.release ?? paths.namedRelease
    if facts.config == nil { readConfigBeside(&facts) }
    facts.moduleTree = paths.moduleTree(release: facts.release?.value)
    if facts.exports == nil { readSymversBeside(&facts) }
    if isThorough, let tree = facts.moduleTree.map({ ModuleTree($0) }) {
      facts.addVermagic(of: tree, limit: limit)
      facts.add(tree)
    }
    facts.addConfiguredArchitecture()
    guard running != nil || facts.isOfKernel || form == .list else {
      if let failure = leftOut.first { throw KernelError(failure) }
      throw KernelError.noKernel(path, form)
    }
    return facts
  }

  private func readFile(into facts: inout KernelFacts) throws(ParseError) {
    switch form {
    case KernelForm.symvers?:
      facts.exports = KernelFacts.Fact(try file.symvers(), from: filePath ?? path)
    case KernelForm.dump?: try file.addDumpFacts(to: &facts)
    case KernelForm.list?: facts.layers = KernelFacts.Fact(file.layers, from: filePath ?? path)
    case KernelForm.linkedImage?, KernelForm.rawImage?: try file.addImageFacts(to: &facts)
    default: break
    }
  }

  /// A configuration alone is a kernel of which nothing else is known; a module is none.
  private func readOtherFile() throws(KernelError) -> KernelFacts {
    guard form == .configuration else { throw KernelError.noKernel(path, form) }
    do throws(ParseError) {
      var facts = try file.configurationFacts(path)
      facts.addConfiguredArchitecture()
      return facts
    } catch { throw KernelError(error, in: path) }
  }

  /// Adds what the symbol table gives, of raw images their exports too. What is wrong becomes a note:
  /// old or small kernels have no such table.
  private func addSymbols(to facts: inout KernelFacts) {
    let source = filePath ?? path
    do {
      let found = try decodedSymbols()
      facts.symbols = KernelFacts.Fact(SymbolFacts(found), from: source)
      try file.addExports(of: found, to: &facts)
    } catch { facts.notes.append(KernelNote(.symbols, source, error)) }
  }

  private func readConfiguration(_ path: String) throws(FileError) -> KernelConfig {
    var buffer = FileBuffer(limit: limit)
    try buffer.open(path)
    do throws(ParseError) {
      let text = try buffer.source.all()
      if !text.isUTF16 { return try KernelConfig(parsing: text) }
    } catch { throw FileError(path: path, cause: .malformed(error)) }
    throw FileError.inUTF16(path)
  }

  private func readConfigBeside(_ facts: inout KernelFacts) {
    for candidate in paths.configs(release: facts.release?.value) {
      do throws(FileError) {
        facts.config = KernelFacts.Fact(try readConfiguration(candidate), from: candidate)
        return
      } catch { facts.notes.append(KernelNote(.configuration, candidate, error)) }
    }
    guard facts.release != nil else { return }
    for error in paths.closedConfigFolders
    where !leftOut.contains(where: { $0.path == error.path }) {
      facts.notes.append(KernelNote(.configuration, error.path, error))
    }
  }

  private func readSymversBeside(_ facts: inout KernelFacts) {
    for candidate in paths.symvers(release: facts.release?.value) {
      do {
        facts.exports = KernelFacts.Fact(try readSymvers(candidate), from: candidate)
        return
      } catch { facts.notes.append(KernelNote(.symvers, candidate, error)) }
    }
  }
}

extension KernelFacts {
  /// Whether what was found is of a kernel, or of a part of one.
  fileprivate var isOfKernel: Bool {
    exports != nil || banner != nil || dump != nil || symbols != nil
      || moduleStructureSize?.source.code == .btf
  }
}

extension OpenKernel {
  /// What decides whether modules load.
  ///
  /// - Parameter config: As of ``facts(isThorough:config:)``.
  /// - Returns: The facts; what is not found is unknown.
  /// - Throws: ``KernelError`` `.cannotAnswer` if the path names a file that has none of it: a list of
  ///   symbols, or a configuration alone.
  package func factsForLoading(config: String? = nil) throws(KernelError) -> KernelFacts {
    var facts = try facts(config: config)
    addStructureSize(to: &facts)
    if facts.vermagic == nil, let tree = facts.moduleTree {
      facts.addVermagic(of: ModuleTree(tree), limit: limit)
    }
    if facts.config == nil, form?.isImage ?? false {
      facts.shownOptions = (try? decodedSymbols()).flatMap { ShownOptions($0.table) }
    }
    if facts.exports == nil, form == .list || form == .configuration {
      throw KernelError.cannotAnswer(.exports, path, form)
    }
    // The list of modules built alone, which knows nothing of the kernel.
    if let exports = facts.exports?.value, !exports.owners.contains("vmlinux") {
      facts.exports = nil
    }
    return facts
  }

  /// The directory of the modules that belong to this kernel, of the release that its symbols give.
  package func moduleTree(release: String?) -> String? {
    paths.moduleTree(release: release ?? paths.namedRelease?.value)
  }
}
