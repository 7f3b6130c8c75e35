package import BTFFormat
internal import ByteStorage
internal import ELFFormat

extension OpenKernel {
  /// The kernel's own types (BTF), which those of modules continue: the section `.BTF`, in an image without
  /// sections what is found by its form, or else those of the stub `vmlinux` of headers, or of the running kernel.
  /// `few` says that few of them will be looked at; `nil` if there are none.
  package func types(few: Bool = false) -> BTFBase? {
    if form != nil, let found = try? file.types(few: few) { return found }
    guard let size = stub.moduleStructureSize, size.source.code == .btf else {
      return running?.withTypes { try OpenKernel.types($0, few: few) }
    }
    var file = KernelFile(limit: limit)
    guard (try? file.open(size.source.path)) != nil else { return nil }
    return try? file.types(few: few)
  }

  private static func types(_ section: RawSpan, few: Bool) throws -> BTFBase {
    guard few else { return try BTFBase(parsing: section) }
    return try BTFBase(keeping: KeptBytes(copying: section))
  }

  /// Adds the size of `struct module` where it takes a search for the types.
  func addStructureSize(to facts: inout KernelFacts) {
    file.addStructureSize(to: &facts)
    guard facts.moduleStructureSize == nil, let running,
      let size = running.withTypes({ try BTFTypes(parsing: $0).size(ofStruct: "module") })
    else { return }
    facts.moduleStructureSize = KernelFacts.Fact(size, from: FactSource(.btf, running.types))
  }
}

extension KernelFile {
  fileprivate borrowing func types(few: Bool) throws -> BTFBase? {
    guard let section = typeInformation() else { return nil }
    guard few else { return try BTFBase(parsing: section) }
    return try BTFBase(keeping: keeping(section) ?? KeptBytes(copying: section))
  }

  /// The bytes of the kernel's types.
  @_lifetime(borrow self)
  private borrowing func typeInformation() -> RawSpan? {
    guard let source = try? source() else { return nil }
    if form == .linkedImage {
      guard let elf = try? ELFFile(source) else { return nil }
      if let index = elf.sectionIndex(named: ".BTF") {
        return try? elf.bytes(of: elf.sections[index], in: ".BTF")
      }
      if !lacksSections { return nil }
    }
    guard let bytes = try? source.all() else { return nil }
    return BTFBase.section(in: bytes)
  }

  /// Adds the size of `struct module` by the types of an image without sections, which takes a search.
  borrowing func addStructureSize(to facts: inout KernelFacts) {
    guard facts.moduleStructureSize == nil, lacksSections, let path,
      let section = typeInformation(),
      let size = try? BTFTypes(parsing: section).size(ofStruct: "module")
    else { return }
    facts.moduleStructureSize = KernelFacts.Fact(size, from: FactSource(.btf, path))
  }
}
