internal import ByteStorage
package import ELFFormat
package import ModuleTrust

extension OpenKernel {
  /// Looks for the certificates built into the kernel, by their form.
  ///
  /// - Parameters:
  ///   - machine: The kernel's architecture.
  ///   - layout: Its word size and byte order.
  /// - Returns: The certificates; `nil` if there are none, or the path names no image.
  package func builtInCertificates(
    _ machine: ELFMachine, _ layout: ELFLayout
  ) -> BuiltInCertificates? {
    let hasBytes = machine == .x86_64 || machine == .i386 || machine == .s390
    func search(_ bytes: RawSpan) -> BuiltInCertificates? {
      BuiltInCertificates(
        searching: bytes, alignment: hasBytes ? 8 : 256, wordSize: layout.wordSize, layout.order)
    }
    return try? withContents { source in
      if form == .linkedImage, let elf = try? ELFFile(source) {
        // They are data of the kernel's start, a small part of a large file.
        for section in elf.sections where elf.name(of: section).starts(with: ".init") {
          guard let bytes = try? elf.bytes(of: section, in: "certificates") else { continue }
          if let found = search(bytes) { return found }
        }
      }
      return search(try source.all())
    } ?? nil
  }
}
