package import BTFFormat
internal import ByteStorage
internal import ELFFormat

extension OpenKernel {
  /// The kernel's own types (BTF), which those of modules continue: the section `.BTF`, or in a raw
  /// image what is found by its form. `few` says that few of them will be looked at; `nil` if there are none.
  package func types(few: Bool = false) -> BTFBase? {
    guard form != nil else { return nil }
    return try? file.types(few: few)
  }
}

extension KernelFile {
  fileprivate borrowing func types(few: Bool) throws -> BTFBase? {
    let source = try source()
    let section: RawSpan
    if form == .linkedImage {
      let elf = try ELFFile(source)
      guard let index = elf.sectionIndex(named: ".BTF") else { return nil }
      section = try elf.bytes(of: elf.sections[index], in: ".BTF")
    } else {
      guard let found = try BTFBase.section(in: source.all()) else { return nil }
      section = found
    }
    guard few else { return try BTFBase(parsing: section) }
    return try BTFBase(keeping: keeping(section) ?? KeptBytes(copying: section))
  }
}
