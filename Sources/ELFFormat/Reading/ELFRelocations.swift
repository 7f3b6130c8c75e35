package import ByteStorage

package struct ELFRelocation: Sendable, Hashable {
  /// `r_offset`: place in the section the table applies to, in bytes.
  package let offset: UInt64
  package let symbol: UInt32
  package let type: UInt32
  /// `r_addend`; 0 for `SHT_REL`, whose addends are in place.
  package let addend: Int64
}

package struct ELFRelocations: ~Escapable {
  private let entries: RawSpan
  private let layout: ELFLayout
  private let machine: ELFMachine
  package let hasAddends: Bool
  package let count: Int
  private let entrySize: Int

  @_lifetime(copy entries)
  package init(_ entries: RawSpan, hasAddends: Bool, layout: ELFLayout, machine: ELFMachine) {
    self.entries = entries
    self.layout = layout
    self.machine = machine
    self.hasAddends = hasAddends
    entrySize = layout.wordSize * (hasAddends ? 3 : 2)
    count = entries.byteCount / entrySize
  }

  package func relocation(at index: Int) -> ELFRelocation? {
    guard index >= 0, index < count else { return nil }
    let start = index * entrySize
    let word = layout.wordSize
    guard let offset = layout.word(entries, at: start),
      let info = layout.word(entries, at: start + word)
    else { return nil }
    var addend: Int64 = 0
    if hasAddends {
      let raw = layout.word(entries, at: start + 2 * word) ?? 0
      addend = layout.is64Bit ? Int64(bitPattern: raw) : Int64(Int32(truncatingIfNeeded: raw))
    }
    let (symbol, type) = split(info, at: start + word)
    return ELFRelocation(offset: offset, symbol: symbol, type: type, addend: addend)
  }

  /// Splits `r_info`. MIPS64 has a byte layout of its own: symbol u32, then four type bytes, of
  /// which the last is the first type applied.
  private func split(_ info: UInt64, at offset: Int) -> (UInt32, UInt32) {
    guard layout.is64Bit else {
      return (UInt32(truncatingIfNeeded: info >> 8), UInt32(info & 0xff))
    }
    if machine == .mips {
      return (layout.word32(entries, at: offset) ?? 0, UInt32(entries.byte(at: offset + 7) ?? 0))
    }
    return (UInt32(truncatingIfNeeded: info >> 32), UInt32(truncatingIfNeeded: info))
  }
}

extension ELFFile {
  /// The relocations that apply to a section: the first table whose `sh_info` is its index.
  @_lifetime(copy self)
  package func relocations(forSection index: Int) throws(ParseError) -> ELFRelocations? {
    for section in sections where section.type == .rela || section.type == .rel {
      guard Int(section.info) == index else { continue }
      return ELFRelocations(
        try bytes(of: section, in: "relocations"), hasAddends: section.type == .rela,
        layout: layout, machine: header.machine)
    }
    return nil
  }
}
