package import ByteStorage
internal import ELFFormat

/// Builds a `vmlinux` as packages of kernel headers have it: type information, symbols of data, and
/// nothing else.
package enum StubKernelBuilder {
  /// Builds the file.
  ///
  /// - Parameter structureSize: What the type information gives as the size of `struct module`.
  /// - Returns: Its bytes.
  package static func build(structureSize: UInt32 = 1280) -> [UInt8] {
    var elf = ELFBuilder()
    elf.type = 2
    let types = elf.addSection(".BTF", bytes: typeInformation(structureSize), address: 0x1000)
    elf.addSymbol("__start_BTF", section: types, value: 0x1000)
    for index in 0..<40 {
      elf.addSymbol("__BTF_ID__struct__\(index)", section: types, value: 0x1000, type: 1)
    }
    return elf.build()
  }

  /// One type, `struct module` without members.
  ///
  /// - Parameters:
  ///   - size: Its size in bytes.
  ///   - order: Byte order of the types.
  /// - Returns: The content of a section `.BTF`.
  package static func typeInformation(
    _ size: UInt32, _ order: ByteOrder = .little
  ) -> [UInt8] {
    let strings = Array("\0module\0".utf8)
    var out = ByteBuilder(order)
    out.put(UInt16(0xeb9f))
    out.put(UInt16(1))
    for word in [24, 0, 12, 12, UInt32(strings.count)] { out.put(word) }
    for word in [1, 4 << 24, size] { out.put(word) }
    out.put(strings)
    return out.bytes
  }
}
