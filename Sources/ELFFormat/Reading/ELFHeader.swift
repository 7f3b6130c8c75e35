package import ByteStorage

/// The file header (`Elf64_Ehdr`), offsets and sizes in bytes; only its presence is checked.
package struct ELFHeader: Sendable, Hashable {
  package let layout: ELFLayout
  package let type: ELFFileType
  package let machine: ELFMachine
  package let flags: UInt32
  package let entry: UInt64
  package let programHeaderOffset: UInt64
  package let programHeaderEntrySize: UInt16
  package let programHeaderCount: UInt16
  package let sectionHeaderOffset: UInt64
  package let sectionHeaderEntrySize: UInt16
  package let sectionHeaderCount: UInt16
  /// `e_shstrndx`: index of the section with the section names.
  package let sectionNameTableIndex: UInt16

  /// Reads the header in a layout that may differ from what `e_ident` says: the kernel's module
  /// loader, for one, never looks at the class and byte order there.
  package init(parsing bytes: RawSpan, layout: ELFLayout) throws(ParseError) {
    guard bytes.byteCount >= layout.headerSize else {
      throw ParseError(
        .truncated(needed: UInt64(layout.headerSize), available: UInt64(bytes.byteCount)),
        in: "ELF header", at: 0)
    }
    let wide = layout.is64Bit
    func half(_ narrow: Int, _ wideOffset: Int) -> UInt16 {
      layout.half(bytes, at: wide ? wideOffset : narrow) ?? 0
    }
    self.layout = layout
    type = ELFFileType(rawValue: half(16, 16))
    machine = ELFMachine(rawValue: half(18, 18))
    flags = layout.word32(bytes, at: wide ? 48 : 36) ?? 0
    entry = layout.word(bytes, at: 24) ?? 0
    programHeaderOffset = layout.word(bytes, at: wide ? 32 : 28) ?? 0
    sectionHeaderOffset = layout.word(bytes, at: wide ? 40 : 32) ?? 0
    programHeaderEntrySize = half(42, 54)
    programHeaderCount = half(44, 56)
    sectionHeaderEntrySize = half(46, 58)
    sectionHeaderCount = half(48, 60)
    sectionNameTableIndex = half(50, 62)
  }
}

/// A section header (`Elf64_Shdr`); offsets and sizes in bytes.
package struct ELFSection: Sendable, Hashable {
  /// `sh_name`: offset in the section name table, in bytes.
  package let nameOffset: UInt32
  package let type: ELFSectionType
  package let flags: ELFSectionFlags
  package let address: UInt64
  package let offset: UInt64
  package let size: UInt64
  package let link: UInt32
  package let info: UInt32
  package let alignment: UInt64
  package let entrySize: UInt64

  /// Reads the header at `offset`; `nil` if it does not lie in the bytes.
  package init?(parsing bytes: RawSpan, at offset: Int, layout: ELFLayout) {
    guard let record = bytes.slice(offset..<(offset &+ layout.sectionHeaderSize)) else {
      return nil
    }
    let wide = layout.is64Bit
    nameOffset = layout.word32(record, at: 0) ?? 0
    type = ELFSectionType(rawValue: layout.word32(record, at: 4) ?? 0)
    flags = ELFSectionFlags(rawValue: layout.word(record, at: 8) ?? 0)
    address = layout.word(record, at: wide ? 16 : 12) ?? 0
    self.offset = layout.word(record, at: wide ? 24 : 16) ?? 0
    size = layout.word(record, at: wide ? 32 : 20) ?? 0
    link = layout.word32(record, at: wide ? 40 : 24) ?? 0
    info = layout.word32(record, at: wide ? 44 : 28) ?? 0
    alignment = layout.word(record, at: wide ? 48 : 32) ?? 0
    entrySize = layout.word(record, at: wide ? 56 : 36) ?? 0
  }
}
