internal import ByteStorage
internal import ELFFormat

/// The headers of makedumpfile's format (`struct disk_dump_header`, `struct kdump_sub_header` of
/// makedumpfile's diskdump_mod.h), whose layout depends on the dumped machine.
///
/// | field | 64 bits | 32 bits |
/// |---|---|---|
/// | header_version | 8 | 8 |
/// | utsname, six fields of 65 | 12 | 12 |
/// | status | 424 | 412 |
/// | block_size, sub_hdr_size, bitmap_blocks, max_mapnr | 428 … 440 | 416 … 428 |
/// | sub header (block 1): phys_base | 0 | 0 |
/// | dump_level, split | 8, 12 | 4, 8 |
/// | offset_vmcoreinfo, size_vmcoreinfo (version 3) | 32, 40 | 20, 28 (i386), 24, 32 |
/// | max_mapnr_64 (version 6) | 96 | after |
struct KdumpHeader {
  let layout: ELFLayout
  let version: Int
  let machine: ELFMachine?
  let packing: MemoryDump.PagePacking
  let isIncomplete: Bool
  /// `block_size`: the size of a page, in bytes.
  let blockSize: Int
  /// Blocks of the sub header.
  let subHeaderBlocks: Int
  /// Blocks of both bitmaps.
  let bitmapBlocks: Int
  /// `phys_base` of the sub header.
  let physicalBase: UInt64
  /// `dump_level`: which pages were left out; 1 those of zeros, others 2 to 16.
  let level: UInt32
  private let informationPlace: (offset: UInt64, size: UInt64)

  init(_ source: ByteSource) throws(ParseError) {
    let head = try source.bytes(0..<464, in: "kdump header")
    guard let layout = KdumpHeader.layout(head) else {
      throw ParseError(.badMagic, in: "kdump header", at: 8)
    }
    func word(_ offset: Int) -> UInt32 {
      layout.word32(head, at: layout.is64Bit ? offset : offset &- 12) ?? 0
    }
    self.layout = layout
    version = Int(layout.word32(head, at: 8) ?? 0)
    let name = head.cStringOrEmpty(at: 12 + 4 * 65).text
    machine = KdumpHeader.machines[name] ?? (name.hasPrefix("armv") ? .arm : nil)
    let status = word(424)
    isIncomplete = status & 8 != 0
    packing =
      status & 0x20 != 0
      ? .zstd
      : status & 4 != 0 ? .snappy : status & 2 != 0 ? .lzo : status & 1 != 0 ? .zlib : .stored
    // layout(_:) proved these to be small and positive.
    blockSize = Int(word(428))
    subHeaderBlocks = Int(word(432))
    bitmapBlocks = Int(word(436))
    let sub = try source.bytes(
      at: UInt64(blockSize), size: UInt64(layout.is64Bit ? 104 : 96), in: "kdump sub header")
    physicalBase = layout.word(sub, at: 0) ?? 0
    level = layout.word32(sub, at: layout.wordSize) ?? 0
    let split = layout.word32(sub, at: layout.is64Bit ? 12 : 8) ?? 0
    if split != 0 {
      throw ParseError(.unsupported(UInt64(split)), in: "split dump", at: blockSize &+ 12)
    }
    let place = layout.is64Bit ? 32 : machine == .i386 ? 20 : 24
    informationPlace =
      version >= 3
      ? (
        sub.integer(UInt64.self, at: place, layout.order) ?? 0,
        layout.word(sub, at: place &+ 8) ?? 0
      ) : (0, 0)
  }

  /// The note's text; `nil` if the dump has none.
  func information(_ source: ByteSource) throws(ParseError) -> VMCoreInformation? {
    let (offset, size) = informationPlace
    if offset == 0 || size == 0 { return nil }
    return VMCoreInformation(
      parsing: try source.bytes(at: offset, size: size, in: "VMCOREINFO of a dump"))
  }

  /// Names that `uname -m` gives.
  private static let machines: [String: ELFMachine] = [
    "x86_64": .x86_64, "i386": .i386, "i486": .i386, "i586": .i386, "i686": .i386,
    "aarch64": .aarch64, "riscv64": .riscV, "s390x": .s390, "ppc64": .powerPC64,
    "ppc64le": .powerPC64, "loongarch64": .loongArch, "mips64": .mips, "sparc64": .sparcV9,
  ]

  /// The layout in which version and block sizes make sense. The 32-bit places come first: in a 64-bit
  /// header they hold half of a time of day.
  private static func layout(_ head: RawSpan) -> ELFLayout? {
    for is64Bit in [false, true] {
      for order in [ByteOrder.little, .big] {
        let start = is64Bit ? 428 : 416
        guard let version = head.integer(UInt32.self, at: 8, order), version <= 64,
          let size = head.integer(UInt32.self, at: start, order), (1024...65536).contains(size),
          size.nonzeroBitCount == 1, let sub = head.integer(UInt32.self, at: start &+ 4, order),
          (1...1024).contains(sub), let bitmaps = head.integer(UInt32.self, at: start &+ 8, order),
          (2...(1 << 24)).contains(bitmaps)
        else { continue }
        return ELFLayout(is64Bit: is64Bit, order: order)
      }
    }
    return nil
  }
}
