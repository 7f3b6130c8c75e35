internal import ByteStorage
internal import ELFFormat

extension KernelContainer {
  /// Identifies boot images by their headers; `nil` if the bytes are like none.
  static func boot(_ head: RawSpan, _ source: ByteSource) throws(ParseError) -> KernelContainer? {
    if head.integer(UInt16.self, at: 0x1fe, .little) == 0xaa55,
      head.integer(UInt32.self, at: 0x202, .big) == 0x4864_7253
    {
      return try bzImage(head, source)
    }
    if head.integer(UInt32.self, at: 4, .big) == 0x7a69_6d67, head.starts(with: "MZ") {
      return try efiZboot(head, source)
    }
    if head.integer(UInt32.self, at: 0x38, .big) == 0x4152_4d64 {
      return KernelContainer(.arm64Image, machine: .aarch64)
    }
    if head.integer(UInt32.self, at: 0x38, .big) == 0x5253_4305
      || head.integer(UInt64.self, at: 0x30, .big) == 0x5249_5343_5600_0000
    {
      return KernelContainer(.riscvImage, machine: .riscV)
    }
    if head.integer(UInt32.self, at: 0x24, .little) == 0x016f_2818 {
      return armZImage(head, source, .little)
    }
    if head.integer(UInt32.self, at: 0x24, .big) == 0x016f_2818 {
      return armZImage(head, source, .big)
    }
    if head.integer(UInt32.self, at: 0, .big) == 0x2705_1956 { return try uImage(head, source) }
    if head.starts(with: "ANDROID!") { return try androidBoot(head, source) }
    if let unified = try unifiedImage(head, source) { return unified }
    return s390Image(head, source)
  }

  /// x86: `struct setup_header` at 0x1f1 (`Documentation/arch/x86/boot.rst`, 7.3). The payload
  /// starts `payload_offset` after the real-mode code of `setup_sects` + 1 sectors. Its last four
  /// bytes are its unpacked size: part of the stream for gzip, appended for the others.
  private static func bzImage(
    _ head: RawSpan, _ source: ByteSource
  ) throws(ParseError) -> KernelContainer {
    let version = head.integer(UInt16.self, at: 0x206, .little) ?? 0
    guard version >= 0x0208, let sectors = head.byte(at: 0x1f1),
      let offset = head.integer(UInt32.self, at: 0x248, .little),
      let length = head.integer(UInt32.self, at: 0x24c, .little)
    else { throw ParseError(.unsupported(UInt64(version)), in: "x86 boot protocol", at: 0x206) }
    let start = (Int(sectors == 0 ? 4 : sectors) + 1) * 512 + Int(offset)
    let whole = try source.bytes(
      at: UInt64(start), size: UInt64(min(length, 16)), in: "bzImage payload")
    let end = start + Int(length)
    guard end <= source.count, length > 4 else {
      throw ParseError(
        .truncated(needed: UInt64(length), available: UInt64(source.count - start)),
        in: "bzImage payload", at: start)
    }
    let format = CompressionFormat(magic: whole)
    let size = try source.bytes((end - 4)..<end, in: "bzImage payload")
      .integer(UInt32.self, at: 0, .little)
    let flags = head.integer(UInt16.self, at: 0x236, .little) ?? 0
    let isWide = version >= 0x020c && flags & 1 != 0
    return KernelContainer(
      .bzImage(protocolVersion: version), machine: isWide ? .x86_64 : .i386,
      payload: KernelPayload(
        range: start..<(format == .gzip || format == nil ? end : end - 4), format: format,
        unpackedSize: format == nil ? nil : size.map(Int.init)),
      headerVersion: setupVersion(head, source))
  }

  /// The string that `kernel_version` of the setup header (0x20e, from 0x200 on) points to.
  private static func setupVersion(_ head: RawSpan, _ source: ByteSource) -> String {
    guard let offset = head.integer(UInt16.self, at: 0x20e, .little), offset != 0 else { return "" }
    let start = 0x200 + Int(offset)
    guard start < source.count,
      let bytes = try? source.bytes(start..<min(start + 512, source.count), in: "kernel_version")
    else { return "" }
    return bytes.cStringOrEmpty(at: 0).text
  }

  /// EFI zboot (`drivers/firmware/efi/libstub/zboot-header.S`, 7.3): u32 payload offset at 8, u32
  /// payload size at 12 without the appended unpacked size, compression name at 24.
  private static func efiZboot(
    _ head: RawSpan, _ source: ByteSource
  ) throws(ParseError) -> KernelContainer {
    guard let offset = head.integer(UInt32.self, at: 8, .little),
      let size = head.integer(UInt32.self, at: 12, .little)
    else {
      throw ParseError(
        .truncated(needed: 64, available: UInt64(head.byteCount)), in: "zboot header", at: 0)
    }
    let start = try source.bytes(
      at: UInt64(offset), size: UInt64(min(size, 16)), in: "zboot payload")
    let range = try checked(offset: Int(offset), size: Int(size), source, "zboot payload")
    let name = head.cString(at: 24)?.text ?? ""
    // lzo and lz4 go by these names too; the magic number has the last word.
    let format = CompressionFormat(magic: start) ?? CompressionFormat(rawValue: name)
    return KernelContainer(
      .efiZboot, machine: peMachine(head), payload: KernelPayload(range: range, format: format))
  }

  /// arm (`arch/arm/boot/compressed/head.S`, 7.3): magic at 0x24, start and end addresses, byte order
  /// mark, `0x45454545`, offset of a table whose third word is the offset of the unpacked size.
  private static func armZImage(
    _ head: RawSpan, _ source: ByteSource, _ order: ByteOrder
  ) -> KernelContainer {
    var size: Int?
    if head.integer(UInt32.self, at: 0x34, order) == 0x4545_4545,
      let table = head.integer(UInt32.self, at: 0x38, order),
      let words = try? source.bytes(at: UInt64(table), size: 12, in: "zImage table"),
      words.integer(UInt32.self, at: 4, order) == 0x5a53_4c4b,
      let place = words.integer(UInt32.self, at: 8, order),
      let word = try? source.bytes(at: UInt64(place), size: 4, in: "zImage size")
    {
      size = word.integer(UInt32.self, at: 0, .little).map(Int.init)
    }
    return KernelContainer(
      .armZImage, machine: .arm,
      payload: KernelPayload(
        range: 0..<source.count, format: nil, isSearched: true, unpackedSize: size))
  }

  /// U-Boot's legacy header (`include/image.h` of U-Boot): 64 bytes, big-endian; size at 12,
  /// architecture at 29, type at 30, compression at 31. Type 4 holds several files, whose sizes,
  /// ended by 0, precede them; the first is the kernel.
  private static func uImage(
    _ head: RawSpan, _ source: ByteSource
  ) throws(ParseError) -> KernelContainer {
    guard let size = head.integer(UInt32.self, at: 12, .big), head.byteCount >= 64,
      let type = head.byte(at: 30), let compression = head.byte(at: 31)
    else {
      throw ParseError(
        .truncated(needed: 64, available: UInt64(head.byteCount)), in: "uImage header", at: 0)
    }
    let formats: [CompressionFormat?] = [nil, .gzip, .bzip2, .lzma, .lzo, .lz4, .zstd]
    guard Int(compression) < formats.count else {
      throw ParseError(.unsupported(UInt64(compression)), in: "uImage compression", at: 31)
    }
    var range = try checked(offset: 64, size: Int(size), source, "uImage data")
    if type == 4, let first = head.integer(UInt32.self, at: 64, .big) {
      var start = 64
      while let word = head.integer(UInt32.self, at: start, .big), word != 0 { start += 4 }
      range = try checked(offset: start + 4, size: Int(first), source, "uImage data")
    }
    let machines: [UInt8: ELFMachine] = [
      2: .arm, 3: .i386, 5: .mips, 7: .powerPC, 12: .s390, 22: .aarch64, 24: .x86_64, 26: .riscV,
    ]
    return KernelContainer(
      .uImage(type: type), machine: machines[head.byte(at: 29) ?? 0],
      payload: KernelPayload(range: range, format: formats[Int(compression)]))
  }

  /// Android's boot image: kernel size at 8; versions 0 to 2 have their page size at 36 and the
  /// kernel on the second page, 3 and 4 a header of 4096 bytes. The version is at 40.
  private static func androidBoot(
    _ head: RawSpan, _ source: ByteSource
  ) throws(ParseError) -> KernelContainer {
    guard let size = head.integer(UInt32.self, at: 8, .little),
      let page = head.integer(UInt32.self, at: 36, .little),
      let version = head.integer(UInt32.self, at: 40, .little)
    else {
      throw ParseError(
        .truncated(needed: 44, available: UInt64(head.byteCount)), in: "boot image header", at: 0)
    }
    let range = try checked(
      offset: version == 3 || version == 4 ? 4096 : Int(page), size: Int(size), source,
      "boot image kernel")
    return KernelContainer(
      .androidBoot(version: version), payload: KernelPayload(range: range, format: nil))
  }

  /// s390 (`arch/s390/boot/head.S`, 7.3): `S390EP` at 0x10008, where booters look for it.
  private static func s390Image(
    _ head: RawSpan, _ source: ByteSource
  ) -> KernelContainer? {
    guard head.integer(UInt32.self, at: 0, .big) == 0x0008_0000,
      let mark = try? source.bytes(0x10008..<0x1000e, in: "s390 boot mark"), mark.equals("S390EP")
    else { return nil }
    return KernelContainer(
      .s390Image, machine: .s390,
      payload: KernelPayload(range: 0..<source.count, format: nil, isSearched: true))
  }

  static func checked(
    offset: Int, size: Int, _ source: ByteSource, _ region: StaticString
  ) throws(ParseError) -> Range<Int> {
    // Both come from 32-bit fields.
    guard size > 0, offset + size <= source.count else {
      throw ParseError(
        .truncated(needed: UInt64(size), available: UInt64(max(0, source.count - offset))),
        in: region, at: offset)
    }
    return offset..<(offset + size)
  }
}
