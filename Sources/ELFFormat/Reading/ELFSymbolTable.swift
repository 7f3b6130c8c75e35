public import ByteStorage

@usableFromInline package struct ELFSymbol: Sendable, Hashable {
  @usableFromInline package let nameOffset: UInt32
  /// `st_info`: binding (high four bits) and type (low four bits).
  @usableFromInline package let info: UInt8
  /// `st_shndx`: section, or one of ``ELFSectionIndex``.
  @usableFromInline package let sectionIndex: UInt16
  /// `st_value`: an offset in the section (relocatable files) or an address.
  @usableFromInline package let value: UInt64
  @usableFromInline package let size: UInt64

  @inlinable
  package init(nameOffset: UInt32, info: UInt8, sectionIndex: UInt16, value: UInt64, size: UInt64) {
    self.nameOffset = nameOffset
    self.info = info
    self.sectionIndex = sectionIndex
    self.value = value
    self.size = size
  }

  @inlinable package static func info(_ binding: ELFSymbolBinding, _ type: ELFSymbolType) -> UInt8 {
    binding.rawValue << 4 | type.rawValue
  }

  @inlinable package var binding: ELFSymbolBinding { ELFSymbolBinding(rawValue: info >> 4) }
  @inlinable package var type: ELFSymbolType { ELFSymbolType(rawValue: info & 0xf) }
  @inlinable package var isWeak: Bool { binding == .weak }
}

/// A symbol table with its string table.
@usableFromInline package struct ELFSymbolTable: ~Escapable {
  @usableFromInline package let entries: RawSpan
  @usableFromInline package let strings: RawSpan
  @usableFromInline package let layout: ELFLayout
  /// Number of entries, the null symbol (index 0) included.
  @usableFromInline package let count: Int

  @_lifetime(copy entries, copy strings)
  package init(entries: RawSpan, strings: RawSpan, layout: ELFLayout) {
    self.entries = entries
    self.strings = strings
    self.layout = layout
    count = entries.byteCount / layout.symbolSize
  }

  @inlinable package func symbol(at index: Int) -> ELFSymbol? {
    guard index >= 0, index < count else { return nil }
    let start = index &* layout.symbolSize
    if layout.is64Bit {
      guard let record = entries.slice(start..<(start &+ 24)) else { return nil }
      return ELFSymbol(
        nameOffset: layout.word32(record, at: 0) ?? 0, info: record.byte(at: 4) ?? 0,
        sectionIndex: layout.half(record, at: 6) ?? 0, value: layout.word(record, at: 8) ?? 0,
        size: layout.word(record, at: 16) ?? 0)
    }
    guard let record = entries.slice(start..<(start &+ 16)) else { return nil }
    return ELFSymbol(
      nameOffset: layout.word32(record, at: 0) ?? 0, info: record.byte(at: 12) ?? 0,
      sectionIndex: layout.half(record, at: 14) ?? 0, value: layout.word(record, at: 4) ?? 0,
      size: layout.word(record, at: 8) ?? 0)
  }

  /// Longest name to read, in bytes; the kernel has room for 512.
  package static let longestName = 4096

  /// The name of a symbol; empty if it lies outside of the string table, has no NUL or is longer
  /// than ``longestName``.
  @_lifetime(copy self) package func name(of symbol: ELFSymbol) -> RawSpan {
    let offset = Int(symbol.nameOffset)
    if let name = strings.cString(at: offset, limit: ELFSymbolTable.longestName) { return name }
    return RawSpan()
  }
}
