package import BTFFormat
internal import ByteStorage
internal import ELFFormat

extension OpenKernel {
  /// The kernel's own types (BTF), which those of modules continue: the section `.BTF`, or in a raw
  /// image what is found by its form. `nil` if there are none.
  package func types() -> BTFBase? {
    try? withContents { source in
      guard form == .linkedImage else {
        let image = try source.all()
        return BTFBase(searching: image, .little) ?? BTFBase(searching: image, .big)
      }
      let elf = try ELFFile(source)
      guard let index = elf.sectionIndex(named: ".BTF") else { return nil }
      return try BTFBase(parsing: elf.bytes(of: elf.sections[index], in: ".BTF"))
    } ?? nil
  }
}
