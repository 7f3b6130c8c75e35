internal import ByteStorage
package import ELFFormat
package import ModuleTrust

/// What a kernel's image holds for the signature gate.
package struct BuiltInKeys: Sendable {
  /// Its certificates; `nil` if none were found.
  package var certificates: BuiltInCertificates?
  /// The hashes that it does not take.
  package var blacklist = Blacklist()

  package init() {}
}

extension OpenKernel {
  /// Looks for the certificates and hashes built into the kernel, by their form.
  ///
  /// - Parameters:
  ///   - machine: The kernel's architecture.
  ///   - layout: Its word size and byte order.
  ///   - hasRevoked: Whether it has a list of certificates that it does not trust.
  ///   - hasHashes: Whether it has hashes.
  /// - Returns: What there is; nothing if the path names no image.
  package func builtInKeys(
    _ machine: ELFMachine, _ layout: ELFLayout, hasRevoked: Bool = false, hasHashes: Bool = false
  ) -> BuiltInKeys {
    let hasBytes = machine == .x86_64 || machine == .i386 || machine == .s390
    func search(_ bytes: RawSpan) -> BuiltInCertificates? {
      BuiltInCertificates(
        searching: bytes, alignment: hasBytes ? 8 : 256, wordSize: layout.wordSize, layout.order,
        hasRevoked: hasRevoked)
    }
    var keys = BuiltInKeys()
    _ = try? withContents { source in
      if hasHashes { keys.blacklist = Blacklist(searching: try source.all()) }
      if form == .linkedImage, let elf = try? ELFFile(source) {
        // They are data of the kernel's start, a small part of a large file.
        for section in elf.sections where elf.name(of: section).starts(with: ".init") {
          guard let bytes = try? elf.bytes(of: section, in: "certificates"),
            let found = search(bytes)
          else { continue }
          keys.certificates = found
          return
        }
      }
      keys.certificates = search(try source.all())
    }
    return keys
  }
}
