package import ByteStorage
package import ELFFormat

/// The bytes of a kernel with what is known of where they lie in memory.
package struct KallsymsImage: ~Escapable {
  /// The whole image: an ELF file, or the plain memory image of a kernel.
  package let bytes: RawSpan
  /// Size of an address in bytes, if known.
  package let wordSize: Int?
  /// Where bytes are mapped; empty if that is not known.
  package let segments: [MappedRegion]
  /// Where the tables are looked for first.
  let likely: Range<Int>?

  /// A plain memory image, such as the arm64 Image. Without the address of its first byte,
  /// place-relative tables (7.0 and later) give only distances from `_text`.
  @_lifetime(copy bytes)
  package init(raw bytes: RawSpan, wordSize: Int? = nil, loadAddress: UInt64? = nil) {
    self.bytes = bytes
    self.wordSize = wordSize
    segments =
      loadAddress.map { [MappedRegion(offset: 0, address: $0, size: bytes.byteCount)] } ?? []
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
  private static func segments(_ elf: borrowing ELFFile) throws(ParseError) -> [MappedRegion] {
    let fileSize = elf.source.count
    return try elf.segments().compactMap { segment in
      guard segment.type == .load, let offset = Int(exactly: segment.offset), offset <= fileSize,
        let size = Int(exactly: segment.fileSize), size > 0, size <= fileSize - offset
      else { return nil }
      return MappedRegion(offset: offset, address: segment.address, size: size)
    }
  }

  /// The sections that are mapped, for a file without program headers.
  private static func sections(_ elf: borrowing ELFFile) -> [MappedRegion] {
    let fileSize = elf.source.count
    return elf.sections.compactMap { section in
      guard section.flags.contains(.alloc), section.type != .nobits, section.size > 0,
        let offset = Int(exactly: section.offset), offset <= fileSize,
        let size = Int(exactly: section.size), size <= fileSize - offset
      else { return nil }
      return MappedRegion(offset: offset, address: section.address, size: size)
    }
  }

  /// The address at which a byte of the image lies, or `nil` if that is not known.
  package func address(ofOffset offset: Int) -> UInt64? { segments.address(ofOffset: offset) }

  /// Offset in the image of what lies at an address, or `nil`.
  package func offset(ofAddress address: UInt64) -> Int? { segments.offset(ofAddress: address) }
}
