package import ByteStorage

/// A program header (`Elf64_Phdr`); offsets and sizes in bytes.
package struct ELFSegment: Sendable, Hashable {
  package var type: ELFSegmentType
  /// `p_flags`: 4 readable, 2 writable, 1 executable.
  package var flags: UInt32
  package var offset: UInt64
  package var address: UInt64
  package var physicalAddress: UInt64
  package var fileSize: UInt64
  package var memorySize: UInt64
  package var alignment: UInt64

  /// A loaded segment (`PT_LOAD`) without bytes in the file.
  package init(address: UInt64, memorySize: UInt64, flags: UInt32) {
    type = .load
    self.flags = flags
    offset = 0
    self.address = address
    physicalAddress = address
    fileSize = 0
    self.memorySize = memorySize
    alignment = 1
  }

  /// Reads the header at `offset`; `nil` if it does not lie in the bytes.
  package init?(parsing bytes: RawSpan, at offset: Int, layout: ELFLayout) {
    guard let record = bytes.slice(offset..<(offset &+ layout.programHeaderSize)) else {
      return nil
    }
    let (wide, size) = (layout.is64Bit, layout.wordSize)
    let first = wide ? 8 : 4
    func word(_ index: Int) -> UInt64 { layout.word(record, at: first &+ index &* size) ?? 0 }
    type = ELFSegmentType(rawValue: layout.word32(record, at: 0) ?? 0)
    flags = layout.word32(record, at: wide ? 4 : 24) ?? 0
    self.offset = word(0)
    address = word(1)
    physicalAddress = word(2)
    fileSize = word(3)
    memorySize = word(4)
    alignment = layout.word(record, at: wide ? 48 : 28) ?? 0
  }

  func append(to out: inout [UInt8], _ layout: ELFLayout) {
    layout.put(type.rawValue, to: &out)
    if layout.is64Bit { layout.put(flags, to: &out) }
    for word in [offset, address, physicalAddress, fileSize, memorySize] {
      layout.putWord(word, to: &out)
    }
    if !layout.is64Bit { layout.put(flags, to: &out) }
    layout.putWord(alignment, to: &out)
  }
}

extension ELFFile {
  /// The program headers, in file order.
  package func segments() throws(ParseError) -> [ELFSegment] {
    guard header.programHeaderOffset != 0, header.programHeaderCount > 0,
      Int(header.programHeaderEntrySize) == layout.programHeaderSize
    else { return [] }
    let table = try source.bytes(
      at: header.programHeaderOffset,
      size: UInt64(header.programHeaderCount) * UInt64(layout.programHeaderSize),
      in: "program headers")
    return (0..<Int(header.programHeaderCount)).compactMap {
      ELFSegment(parsing: table, at: $0 * layout.programHeaderSize, layout: layout)
    }
  }
}
