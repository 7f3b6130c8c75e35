package import ByteStorage
package import ELFFormat

/// The bytes of a kernel with what is known of where they lie in memory.
package struct KallsymsImage: ~Escapable {
  /// A run of bytes that is mapped as a whole.
  struct Segment: Hashable {
    let offset: Int
    let address: UInt64
    let size: Int
  }

  /// The whole image: an ELF file, or the plain memory image of a kernel.
  package let bytes: RawSpan
  /// Size of an address in bytes, if known.
  package let wordSize: Int?
  /// Where bytes are mapped; empty if that is not known.
  let segments: [Segment]
  /// Where the tables are looked for first.
  let likely: Range<Int>?

  /// A plain memory image, such as the arm64 Image. Without the address of its first byte,
  /// place-relative tables (7.0 and later) give only distances from `_text`.
  @_lifetime(copy bytes)
  package init(raw bytes: RawSpan, wordSize: Int? = nil, loadAddress: UInt64? = nil) {
    self.bytes = bytes
    self.wordSize = wordSize
    segments = loadAddress.map { [Segment(offset: 0, address: $0, size: bytes.byteCount)] } ?? []
    likely = nil
  }

  /// A linked ELF file, with or without sections and symbols.
  @_lifetime(copy elf) package init(_ elf: ELFFile) throws(ParseError) {
    bytes = try elf.source.all()
    wordSize = elf.layout.wordSize
    let loaded = try KallsymsImage.segments(elf)
    segments = loaded.isEmpty ? KallsymsImage.sections(elf) : loaded
    var range: Range<Int>?
    if let index = elf.sectionIndex(named: ".rodata"), elf.sections[index].type != .nobits,
      let start = Int(exactly: elf.sections[index].offset), start <= bytes.byteCount,
      let size = Int(exactly: elf.sections[index].size), size <= bytes.byteCount - start
    {
      range = start..<(start + size)
    }
    likely = range
  }

  /// The loaded segments (`PT_LOAD`), as far as they lie in the file.
  private static func segments(_ elf: borrowing ELFFile) throws(ParseError) -> [Segment] {
    let header = elf.header
    let layout = elf.layout
    guard header.programHeaderOffset != 0, header.programHeaderCount > 0,
      Int(header.programHeaderEntrySize) == layout.programHeaderSize
    else { return [] }
    let table = try elf.source.bytes(
      at: header.programHeaderOffset,
      size: UInt64(header.programHeaderCount) * UInt64(layout.programHeaderSize),
      in: "program headers")
    let (offsetPlace, addressPlace, sizePlace) = layout.is64Bit ? (8, 16, 32) : (4, 8, 16)
    var found: [Segment] = []
    for index in 0..<Int(header.programHeaderCount) {
      let start = index * layout.programHeaderSize
      guard layout.word32(table, at: start) == 1,
        let offset = layout.word(table, at: start + offsetPlace).flatMap(Int.init(exactly:)),
        let address = layout.word(table, at: start + addressPlace),
        let size = layout.word(table, at: start + sizePlace).flatMap(Int.init(exactly:)),
        offset <= elf.source.count, size > 0, size <= elf.source.count - offset
      else { continue }
      found.append(Segment(offset: offset, address: address, size: size))
    }
    return found
  }

  /// The sections that are mapped, for a file without program headers.
  private static func sections(_ elf: borrowing ELFFile) -> [Segment] {
    let fileSize = elf.source.count
    return elf.sections.compactMap { section in
      guard section.flags.contains(.alloc), section.type != .nobits, section.size > 0,
        let offset = Int(exactly: section.offset), offset <= fileSize,
        let size = Int(exactly: section.size), size <= fileSize - offset
      else { return nil }
      return Segment(offset: offset, address: section.address, size: size)
    }
  }

  /// The address at which a byte of the image lies, or `nil` if that is not known.
  package func address(ofOffset offset: Int) -> UInt64? {
    for segment in segments
    where offset >= segment.offset && offset &- segment.offset < segment.size {
      return segment.address &+ UInt64(truncatingIfNeeded: offset &- segment.offset)
    }
    return nil
  }

  /// Offset in the image of what lies at an address, or `nil`.
  package func offset(ofAddress address: UInt64) -> Int? {
    for segment in segments
    where address >= segment.address && address &- segment.address < UInt64(segment.size) {
      return segment.offset &+ Int(address &- segment.address)
    }
    return nil
  }
}
