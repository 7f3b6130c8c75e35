internal import ByteStorage
internal import ELFFormat

extension KernelContainer {
  /// The architecture that the PE header of an EFI program names (`IMAGE_FILE_MACHINE_*`).
  static func peMachine(_ head: RawSpan) -> ELFMachine? {
    guard head.starts(with: "MZ"), let offset = head.integer(UInt32.self, at: 0x3c, .little),
      head.integer(UInt32.self, at: Int(offset), .big) == 0x5045_0000
    else { return nil }
    switch head.integer(UInt16.self, at: Int(offset) + 4, .little) {
    case 0x014c: return .i386
    case 0x8664: return .x86_64
    case 0x01c0, 0x01c2: return .arm
    case 0xaa64: return .aarch64
    case 0x5032, 0x5064: return .riscV
    case 0x6232, 0x6264: return .loongArch
    default: return nil
    }
  }

  /// A unified kernel image (UAPI group's specification UAPI.5): a PE file whose section `.linux`
  /// is a kernel image; `nil` if there is no such section. PE: u32 at 0x3c is the offset of
  /// `PE\0\0`, then u16 machine, u16 number of sections, at 20 u16 size of the optional header;
  /// section headers of 40 bytes follow that: name in 8 bytes, u32 size in memory at 8, u32 size in
  /// the file at 16, u32 offset at 20.
  static func unifiedImage(
    _ head: RawSpan, _ source: ByteSource
  ) throws(ParseError) -> KernelContainer? {
    guard head.starts(with: "MZ"), let offset = head.integer(UInt32.self, at: 0x3c, .little),
      head.integer(UInt32.self, at: Int(offset), .big) == 0x5045_0000,
      let count = head.integer(UInt16.self, at: Int(offset) + 6, .little),
      let optional = head.integer(UInt16.self, at: Int(offset) + 20, .little)
    else { return nil }
    var header = Int(offset) + 24 + Int(optional)
    for _ in 0..<min(count, 96) {
      guard let section = head.slice(header..<(header + 40)) else { return nil }
      if section.starts(with: ".linux\0"),
        let memory = section.integer(UInt32.self, at: 8, .little),
        let size = section.integer(UInt32.self, at: 16, .little),
        let place = section.integer(UInt32.self, at: 20, .little)
      {
        // The size in the file is rounded up to the alignment of sections.
        let range = try checked(
          offset: Int(place), size: Int(memory == 0 ? size : min(memory, size)), source,
          "unified kernel image .linux")
        return KernelContainer(
          .unifiedImage, machine: peMachine(head),
          payload: KernelPayload(range: range, format: nil))
      }
      header += 40
    }
    return nil
  }
}
