package import ByteStorage

/// Adds, replaces and drops sections of a relocatable file, and leaves the rest as it is. What
/// moves with a changed section is put right: file offsets, section indices wherever they occur
/// (`sh_link`, `sh_info`, `st_shndx`, section groups, `e_shstrndx`) and the section name table.
/// Symbols keep their indices, so relocations stay as they are. Sections are laid out as GNU ld and
/// LLD do for `-r`: each at the next offset that its alignment allows; larger gaps are kept. A file
/// so laid out is the same again, byte for byte, once a change is undone. Files that libelf has
/// written (to add `.BTF`) heed alignments up to the word size only; they stay so.
package struct ELFEditor: Sendable {
  /// Names a section of the file or an added one, whatever happens to its index.
  package struct SectionID: Sendable, Hashable { let number: Int }

  package struct NewSection: Sendable {
    package var name: String
    package var type = ELFSectionType.progbits
    package var flags: ELFSectionFlags
    package var bytes: [UInt8]
    /// `sh_addralign`, in bytes; a power of two.
    package var alignment: Int

    package init(_ name: String, flags: ELFSectionFlags, bytes: [UInt8], alignment: Int) {
      self.name = name
      self.flags = flags
      self.bytes = bytes
      self.alignment = alignment
    }
  }

  /// A section as it was, or as it is to be.
  struct Entry: Sendable {
    /// The header in the file; `nil` for an added section.
    let original: ELFSection?
    let added: NewSection?
    var content: [UInt8]?
    var isDropped = false
  }

  struct SymbolEdit: Sendable {
    var section: SectionID?
    var size: UInt64?
  }

  let header: ELFHeader
  /// All sections by the number of their identifiers; those of the file come first, by index.
  private(set) var entries: [Entry]
  /// Identifiers in the order of the section header table.
  private(set) var tableOrder: [Int]
  /// Identifiers in the order of their bytes; `headerTable` stands for the section header table.
  private(set) var fileOrder: [Int]
  private(set) var symbolEdits: [Int: SymbolEdit] = [:]

  /// Largest alignment that the file's layout heeds, in bytes.
  private(set) var largestAlignment: UInt64

  /// Largest alignment to believe, in bytes.
  static let sanestAlignment: UInt64 = 1 << 21

  /// Stands for the section header table in ``fileOrder``.
  static let headerTable = -1

  var layout: ELFLayout { header.layout }

  /// Prepares to edit a file. Throws ``ParseError`` if it is not relocatable, has program headers,
  /// no section name table or one without bytes, more than one symbol table or extended section
  /// indices, or if sections overlap or lie outside of the file.
  package init(_ file: ELFFile) throws(ParseError) {
    header = file.header
    guard header.type == .relocatable else {
      throw ParseError(.unsupported(UInt64(header.type.rawValue)), in: "e_type", at: 16)
    }
    guard header.programHeaderCount == 0, header.programHeaderOffset == 0 else {
      throw ParseError(.unsupported(UInt64(header.programHeaderCount)), in: "e_phnum", at: 16)
    }
    guard header.sectionNameTableIndex != 0, file.sections.count > 1 else {
      throw ParseError(.missing, in: "section name table", at: 0)
    }
    try ELFEditor.checkNames(of: file)
    entries = file.sections.map { Entry(original: $0, added: nil) }
    tableOrder = Array(entries.indices)
    fileOrder = ELFEditor.orderByOffset(file)
    largestAlignment = ELFEditor.sanestAlignment
    let symbolTables = file.sections.count { $0.type == .symtab }
    guard symbolTables <= 1 else {
      throw ParseError(.unsupported(UInt64(symbolTables)), in: "number of symbol tables", at: 0)
    }
    for section in file.sections where section.type == .symtabIndices {
      throw ParseError(
        .unsupported(UInt64(section.type.rawValue)), in: "extended section indices",
        at: Int(clamping: section.offset))
    }
    try checkExtents(ofFileWith: file.source.count)
    // Where both ways explain the file, `.BTF` shows which tool wrote it.
    let word = UInt64(layout.wordSize)
    let limits = [ELFEditor.sanestAlignment, word]
    let order = file.sectionIndex(named: ".BTF") == nil ? limits : limits.reversed()
    largestAlignment = order.first { isTight(heeding: $0) } ?? ELFEditor.sanestAlignment
  }

  /// The section at an index of the file.
  package func section(at index: Int) -> SectionID { SectionID(number: index) }

  /// Replaces the content of a section; its header keeps all but offset and size.
  package mutating func replace(_ section: SectionID, with bytes: [UInt8]) {
    guard entries.indices.contains(section.number) else { return }
    entries[section.number].content = bytes
  }

  /// Drops a section. Its symbols, unless they are moved, become absolute ones of size zero.
  package mutating func drop(_ section: SectionID) {
    guard section.number > 0, section.number < entries.count else { return }
    entries[section.number].isDropped = true
  }

  /// Adds a section before another one, in the section header table and in the file.
  @discardableResult
  package mutating func add(_ new: NewSection, before anchor: SectionID) -> SectionID {
    insert(new, beside: anchor, distance: 0)
  }

  /// Adds a section after another one, in the section header table and in the file.
  @discardableResult
  package mutating func add(_ new: NewSection, after anchor: SectionID) -> SectionID {
    insert(new, beside: anchor, distance: 1)
  }

  private mutating func insert(
    _ new: NewSection, beside anchor: SectionID, distance: Int
  ) -> SectionID {
    let number = entries.count
    entries.append(Entry(original: nil, added: new))
    let inTable = tableOrder.firstIndex(of: anchor.number).map { $0 + distance }
    tableOrder.insert(number, at: inTable ?? tableOrder.count)
    let inFile = fileOrder.firstIndex(of: anchor.number).map { $0 + distance }
    fileOrder.insert(number, at: inFile ?? fileOrder.firstIndex(of: ELFEditor.headerTable) ?? 0)
    return SectionID(number: number)
  }

  /// Moves a symbol to the start of another section, or changes its size in bytes; `nil` leaves
  /// either.
  package mutating func setSymbol(_ index: Int, section: SectionID?, size: UInt64?) {
    symbolEdits[index] = SymbolEdit(section: section, size: size)
  }

  /// Identifiers by the offset of their bytes; of equal ones, by index.
  private static func orderByOffset(_ file: borrowing ELFFile) -> [Int] {
    let table = file.header.sectionHeaderOffset
    var order: [(offset: UInt64, number: Int)] = []
    order.reserveCapacity(file.sections.count)
    for (index, section) in file.sections.enumerated() where section.type != .null {
      order.append((section.offset, index))
    }
    order.sort { ($0.offset, $0.number) < ($1.offset, $1.number) }
    // The table itself comes after sections without bytes at its offset.
    let place = order.firstIndex { $0.offset > table } ?? order.count
    var numbers = order.map(\.number)
    numbers.insert(headerTable, at: place)
    return numbers
  }

  /// Bytes that a section of the file has there.
  func storedSize(_ section: ELFSection) -> UInt64 {
    section.type == .nobits || section.type == .null ? 0 : section.size
  }

  /// Where a part of the file begins and ends there.
  func extent(_ number: Int) -> (start: UInt64, size: UInt64)? {
    if number == ELFEditor.headerTable {
      let size = UInt64(header.sectionHeaderCount) * UInt64(layout.sectionHeaderSize)
      return (header.sectionHeaderOffset, size)
    }
    guard let section = entries[number].original else { return nil }
    return (section.offset, storedSize(section))
  }

  /// The next offset with an alignment; `nil` if the alignment is not a sane one.
  static func aligned(_ offset: Int, _ alignment: UInt64, heeding limit: UInt64) -> Int? {
    guard alignment & (alignment &- 1) == 0, alignment <= sanestAlignment else { return nil }
    let size = Int(max(1, min(alignment, limit)))
    let (sum, overflow) = offset.addingReportingOverflow(size &- 1)
    return overflow ? nil : sum & ~(size &- 1)
  }

  /// Whether every part of the file is at the next offset that alignments up to a limit allow.
  private func isTight(heeding limit: UInt64) -> Bool {
    var end = layout.headerSize
    for number in fileOrder {
      guard let (start, size) = extent(number) else { continue }
      let alignment =
        number == ELFEditor.headerTable
        ? UInt64(layout.wordSize) : entries[number].original?.alignment ?? 1
      let isHere = ELFEditor.aligned(end, alignment, heeding: limit) == Int(clamping: start)
      if size > 0, !isHere { return false }
      if isHere { end = Int(clamping: start &+ size) }
    }
    return true
  }

  private func checkExtents(ofFileWith count: Int) throws(ParseError) {
    var end = UInt64(layout.headerSize)
    for number in fileOrder {
      guard let (start, size) = extent(number), size > 0 else { continue }
      guard start >= end else {
        throw ParseError(.badValue(start), in: "overlapping sections", at: Int(clamping: start))
      }
      guard start <= UInt64(count), size <= UInt64(count) - start else {
        throw ParseError(
          .truncated(needed: size, available: UInt64(count) - min(start, UInt64(count))),
          in: "section", at: Int(clamping: start))
      }
      end = start + size
    }
  }
}
