internal import ByteStorage
internal import ELFFormat

/// Program headers and notes of an ELF core.
struct CoreFile {
  let header: ELFHeader
  /// The `PT_LOAD` headers, in file order.
  private(set) var segments: [MemorySegment] = []
  /// The note `VMCOREINFO`, among the notes or in memory.
  private(set) var information: VMCoreInformation?

  /// Bytes of notes that may still be read; thousands of processors write some megabytes.
  private var noteBudget: UInt64 = 64 << 20

  /// Most program headers; QEMU and kdump write some dozens.
  private static let mostHeaders = 1 << 16
  /// `PN_XNUM`: the number of headers is in `sh_info` of the first section.
  private static let manyHeaders: UInt16 = 0xffff

  init(_ source: ByteSource) throws(ParseError) {
    let head = try source.bytes(0..<min(source.count, 64), in: "ELF header")
    let layout = try ELFLayout(identifying: head)
    header = try ELFHeader(parsing: head, layout: layout)
    guard header.type == .core else {
      throw ParseError(
        .badValue(UInt64(header.type.rawValue)), in: "e_type of a memory dump", at: 16)
    }
    guard Int(header.programHeaderEntrySize) == layout.programHeaderSize else {
      throw ParseError(
        .badValue(UInt64(header.programHeaderEntrySize)), in: "e_phentsize",
        at: layout.is64Bit ? 54 : 42)
    }
    let count = try CoreFile.headerCount(header, source)
    let table = try source.bytes(
      at: header.programHeaderOffset, size: UInt64(count * layout.programHeaderSize),
      in: "program headers")
    // Copied: reading notes may replace what the source holds.
    let bytes = table.array
    for index in 0..<count {
      guard let record = bytes.rawSpan.suffix(from: index &* layout.programHeaderSize)
      else { break }
      try read(record, source)
    }
    if information == nil {
      information = VMCoreInformation(searching: try source.all(), layout.order)
    }
  }

  private static func headerCount(
    _ header: ELFHeader, _ source: ByteSource
  ) throws(ParseError) -> Int {
    guard header.programHeaderCount == manyHeaders else { return Int(header.programHeaderCount) }
    let size = header.layout.sectionHeaderSize
    let bytes = try source.bytes(
      at: header.sectionHeaderOffset, size: UInt64(size), in: "section headers")
    let count = ELFSection(parsing: bytes, at: 0, layout: header.layout)?.info ?? 0
    guard count <= mostHeaders else {
      throw ParseError(
        .unsupported(UInt64(count)), in: "number of program headers",
        at: Int(clamping: header.sectionHeaderOffset))
    }
    return Int(count)
  }

  private mutating func read(_ record: RawSpan, _ source: ByteSource) throws(ParseError) {
    let layout = header.layout
    let wide = layout.is64Bit
    let type = ELFSegmentType(rawValue: layout.word32(record, at: 0) ?? 0)
    let offset = layout.word(record, at: wide ? 8 : 4) ?? 0
    let fileSize = layout.word(record, at: wide ? 32 : 16) ?? 0
    let size = layout.word(record, at: wide ? 40 : 20) ?? 0
    if type == .load {
      segments.append(
        MemorySegment(
          physical: CoreFile.unknownIfAllOnes(layout.word(record, at: wide ? 24 : 12) ?? 0, wide),
          virtual: layout.word(record, at: wide ? 16 : 8) ?? 0, size: max(size, fileSize),
          fileOffset: offset, fileSize: fileSize))
    } else if type == .note, information == nil, fileSize <= noteBudget {
      noteBudget &-= fileSize
      let notes = try source.bytes(at: offset, size: fileSize, in: "notes of a memory dump")
      information = VMCoreInformation(searching: notes, layout.order)
    }
  }

  private static func unknownIfAllOnes(_ address: UInt64, _ wide: Bool) -> UInt64 {
    !wide && address == 0xffff_ffff ? .max : address
  }
}
