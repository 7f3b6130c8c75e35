package import ByteStorage
package import ELFFormat

/// The debug sections of an ELF file, unpacked and, in relocatable files, relocated. What needs
/// neither stays where the file is mapped.
package final class DebugData: Sendable {
  private enum Storage: Sendable {
    case absent
    case mapped(offset: Int, count: Int)
    case owned([UInt8])
  }

  private let file: MappedFile
  private let storage: [Storage]
  package let layout: ELFLayout
  /// Where sections of a relocatable file are placed, by their numbers; empty if they are not.
  package let bases: [UInt64]
  /// The sections of the supplementary file, if there is one.
  let supplement: DebugData?

  /// Most bytes to unpack from all sections of a file: compilers' debug information shrinks to a quarter,
  /// and tables of equal numbers to a thirtieth.
  private static func mostUnpacked(_ file: Int) -> Int { min(4 << 30, 32 << 20 &+ 64 &* file) }

  /// Finds and prepares the sections. Members of section groups are passed over, as libdw does
  /// (elfutils 0.188).
  ///
  /// - Parameters:
  ///   - file: An ELF file of any kind.
  ///   - wanted: The sections that will be read.
  ///   - placesSections: Whether sections of a relocatable file get addresses one after the other, so
  ///     that each address means one place.
  ///   - supplement: The file that ``DebugSupplement`` names.
  /// - Throws: ``ParseError`` if it is not ELF, or a section is outside of the file, damaged, or
  ///   unpacks to far more than the file has.
  package init(
    _ file: MappedFile, _ wanted: [DebugSection] = DebugSection.allCases,
    placesSections: Bool = false, supplement: MappedFile? = nil
  ) throws(ParseError) {
    let elf = try ELFFile(ByteSource(file.bytes), readsEscapes: true)
    let bases =
      placesSections && elf.header.type == .relocatable ? DebugData.places(elf.sections) : []
    self.file = file
    layout = elf.layout
    var remaining = DebugData.mostUnpacked(file.count)
    var storage = [Storage](repeating: .absent, count: DebugSection.allCases.count)
    for index in elf.sections.indices {
      let section = elf.sections[index]
      guard section.type == .progbits || section.type.rawValue >= 0x7000_0000,
        section.flags.rawValue & DebugData.groupFlag == 0,
        let (kind, isOldPacked) = DebugSection.named(elf.name(of: section)),
        wanted.contains(kind), case .absent = storage[kind.rawValue]
      else { continue }
      storage[kind.rawValue] = try DebugData.prepare(
        elf, index, kind, isOldPacked, bases, &remaining)
    }
    self.storage = storage
    if let supplement {
      self.supplement = try DebugData(supplement, wanted)
    } else {
      self.supplement = nil
    }
    self.bases = bases
  }

  /// Addresses for the sections that are in memory, one after the other.
  private static func places(_ sections: [ELFSection]) -> [UInt64] {
    var next: UInt64 = 0x1000
    return sections.map { section in
      guard section.flags.contains(.alloc) else { return 0 }
      let alignment = max(16, min(section.alignment, 1 << 20))
      let place = (next &+ alignment &- 1) / alignment &* alignment
      next = place &+ min(section.size, 1 << 40)
      return place
    }
  }

  /// The addresses of the functions with a name, as the sections are placed.
  ///
  /// - Throws: ``ParseError`` if the symbol table is not whole.
  package func functions(named name: RawSpan) throws(ParseError) -> [UInt64] {
    // SAFETY: this object keeps the file.
    let elf = try unsafe ELFFile(ByteSource(file.unboundBytes), readsEscapes: true)
    guard let symbols = try elf.symbolTable() else { return [] }
    let extended = try elf.extendedIndexes()
    var found: [UInt64] = []
    for index in 1..<max(1, symbols.count) {
      guard let symbol = symbols.symbol(at: index), symbol.sectionIndex != 0,
        symbol.type == .function || symbol.type == .none,
        symbols.name(of: symbol).equals(name)
      else { continue }
      let section = symbol.section(index, extended, elf.layout)
      found.append((section < bases.count ? bases[section] : 0) &+ symbol.value)
    }
    return found
  }

  /// `SHF_GROUP` and `SHF_COMPRESSED`.
  private static let (groupFlag, compressedFlag): (UInt64, UInt64) = (0x200, 0x800)

  private static func prepare(
    _ elf: borrowing ELFFile, _ index: Int, _ kind: DebugSection, _ isOldPacked: Bool,
    _ bases: [UInt64], _ remaining: inout Int
  ) throws(ParseError) -> Storage {
    let section = elf.sections[index]
    let bytes = try elf.bytes(of: section, in: kind.region)
    var content: [UInt8]?
    if section.flags.rawValue & compressedFlag != 0 {
      content = try unpack(
        bytes, elf.layout, kind, at: Int(clamping: section.offset), &remaining)
    } else if isOldPacked, bytes.starts(with: "ZLIB") {
      let size = bytes.integer(UInt64.self, at: 4, .big) ?? 0
      content = try unpack(
        bytes, from: 12, .zlib, size, kind, at: Int(clamping: section.offset), &remaining)
    }
    if elf.header.type == .relocatable, let relocations = try elf.relocations(forSection: index),
      relocations.count > 0, let rules = DebugRelocations(elf.header.machine)
    {
      var relocated = content ?? bytes.array
      try rules.apply(relocations, elf, bases, to: &relocated)
      content = relocated
    }
    if let content { return .owned(content) }
    return .mapped(offset: Int(clamping: section.offset), count: bytes.byteCount)
  }

  /// Unpacks a section that begins with `Elf64_Chdr` or `Elf32_Chdr`.
  private static func unpack(
    _ bytes: RawSpan, _ layout: ELFLayout, _ kind: DebugSection, at offset: Int,
    _ remaining: inout Int
  ) throws(ParseError) -> [UInt8] {
    let type = layout.word32(bytes, at: 0) ?? 0
    let size = layout.word(bytes, at: layout.is64Bit ? 8 : 4) ?? 0
    guard let packing = SectionPacking(rawValue: type) else {
      throw ParseError(.unsupported(UInt64(type)), in: kind.region, at: offset)
    }
    return try unpack(
      bytes, from: layout.is64Bit ? 24 : 12, packing, size, kind, at: offset, &remaining)
  }

  private static func unpack(
    _ bytes: RawSpan, from start: Int, _ packing: SectionPacking, _ size: UInt64,
    _ kind: DebugSection, at offset: Int, _ remaining: inout Int
  ) throws(ParseError) -> [UInt8] {
    guard size <= UInt64(remaining) else {
      throw ParseError(.unsupported(size), in: kind.region, at: offset)
    }
    remaining &-= Int(size)
    guard let packed = bytes.suffix(from: start),
      let content = packed.unpacked(packing, size: Int(clamping: size))
    else { throw ParseError(.badValue(size), in: kind.region, at: offset) }
    return content
  }

  /// The bytes of a section of the supplementary file; empty without one.
  @_lifetime(borrow self) func sharedBytes(_ section: DebugSection) -> RawSpan {
    guard let supplement else { return RawSpan() }
    // SAFETY: this object keeps the other.
    return unsafe _overrideLifetime(supplement.bytes(section), borrowing: self)
  }

  /// The bytes of a section; empty if the file does not have it.
  @_lifetime(borrow self) package func bytes(_ section: DebugSection) -> RawSpan {
    switch storage[section.rawValue] {
    case .absent: return RawSpan()
    case .mapped(let offset, let count):
      // SAFETY: this object keeps the file.
      guard let bytes = unsafe file.unboundBytes.slice(offset..<(offset &+ count)) else {
        return RawSpan()
      }
      return unsafe _overrideLifetime(bytes, borrowing: self)
    case .owned(let content): return unsafe _overrideLifetime(content.rawSpan, borrowing: self)
    }
  }
}
