internal import ByteStorage
internal import ELFFormat

/// The entries of one relocation section, of any architecture.
struct RelocationEntries: ~Escapable {
  /// One entry.
  struct Entry {
    let offset: UInt64
    let symbol: Int
    let type: UInt32
    /// 0 where the section holds no addends.
    let addend: Int64
    /// Whether it does.
    let hasAddend: Bool
  }

  private let bytes: RawSpan
  private let layout: ELFLayout
  private let hasAddends: Bool
  private let isMIPS64: Bool

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, _ layout: ELFLayout, _ machine: ELFMachine, hasAddends: Bool) {
    self.bytes = bytes
    self.layout = layout
    self.hasAddends = hasAddends
    isMIPS64 = machine == .mips && layout.is64Bit
  }

  private var size: Int { layout.wordSize * (hasAddends ? 3 : 2) }

  /// Number of whole entries.
  var count: Int { bytes.byteCount / size }

  /// The entry of an index below ``count``.
  subscript(index: Int) -> Entry {
    let start = index &* size
    guard layout.is64Bit else {
      let info = word32(start &+ 4)
      return Entry(
        offset: UInt64(word32(start)), symbol: Int(info >> 8), type: info & 0xff,
        addend: hasAddends ? Int64(Int32(bitPattern: word32(start &+ 8))) : 0,
        hasAddend: hasAddends)
    }
    let addend = hasAddends ? Int64(bitPattern: word64(start &+ 16)) : 0
    if isMIPS64 {
      return Entry(
        offset: word64(start), symbol: Int(word32(start &+ 8)),
        type: UInt32(bytes.byte(at: start &+ 15) ?? 0), addend: addend,
        hasAddend: hasAddends)
    }
    let info = word64(start &+ 8)
    return Entry(
      offset: word64(start), symbol: Int(info >> 32), type: UInt32(truncatingIfNeeded: info),
      addend: addend, hasAddend: hasAddends)
  }

  private func word32(_ offset: Int) -> UInt32 {
    bytes.integer(UInt32.self, at: offset, layout.order) ?? 0
  }

  private func word64(_ offset: Int) -> UInt64 {
    bytes.integer(UInt64.self, at: offset, layout.order) ?? 0
  }
}
