public import ByteStorage

/// Word size and byte order of an ELF file: what determines the layout of its structures.
@usableFromInline package struct ELFLayout: Sendable, Hashable {
  /// Whether addresses have 64 bits (`ELFCLASS64`).
  @usableFromInline package let is64Bit: Bool
  @usableFromInline package let order: ByteOrder

  package init(is64Bit: Bool, order: ByteOrder) {
    self.is64Bit = is64Bit
    self.order = order
  }

  /// The layout that the identification of an ELF file (`e_ident`) names.
  package init(identifying bytes: RawSpan) throws(ParseError) {
    guard bytes.integer(UInt32.self, at: 0, .big) == 0x7f45_4c46 else {
      throw ParseError(.badMagic, in: "ELF header", at: 0)
    }
    guard let fileClass = bytes.byte(at: 4), let data = bytes.byte(at: 5) else {
      throw ParseError(
        .truncated(needed: 16, available: UInt64(bytes.byteCount)), in: "e_ident", at: 0)
    }
    guard fileClass == 1 || fileClass == 2 else {
      throw ParseError(.badValue(UInt64(fileClass)), in: "EI_CLASS", at: 4)
    }
    guard data == 1 || data == 2 else {
      throw ParseError(.badValue(UInt64(data)), in: "EI_DATA", at: 5)
    }
    is64Bit = fileClass == 2
    order = data == 1 ? .little : .big
  }

  /// Size of an address (`long`) in bytes.
  package var wordSize: Int { is64Bit ? 8 : 4 }
  package var headerSize: Int { is64Bit ? 64 : 52 }
  package var sectionHeaderSize: Int { is64Bit ? 64 : 40 }
  package var programHeaderSize: Int { is64Bit ? 56 : 32 }
  @inlinable package var symbolSize: Int { is64Bit ? 24 : 16 }

  @inlinable package func word(_ bytes: RawSpan, at offset: Int) -> UInt64? {
    if is64Bit { return bytes.integer(UInt64.self, at: offset, order) }
    return bytes.integer(UInt32.self, at: offset, order).map(UInt64.init)
  }

  @inlinable package func word32(_ bytes: RawSpan, at offset: Int) -> UInt32? {
    bytes.integer(UInt32.self, at: offset, order)
  }

  @inlinable package func half(_ bytes: RawSpan, at offset: Int) -> UInt16? {
    bytes.integer(UInt16.self, at: offset, order)
  }
}
