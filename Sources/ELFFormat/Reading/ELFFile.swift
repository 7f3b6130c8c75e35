package import ByteStorage

/// An ELF file: its header, its sections, and their bytes when asked for.
package struct ELFFile: ~Escapable {
  package let source: ByteSource
  package let header: ELFHeader
  /// The section headers, in file order; index 0 is the null section.
  package let sections: [ELFSection]
  /// The section name table; empty if the file has no such table.
  package let sectionNames: RawSpan

  /// Reads the headers and the section name table. Sections are checked only when their bytes are asked
  /// for.
  ///
  /// - Parameters:
  ///   - source: The file.
  ///   - readsEscapes: Whether numbers that do not fit in the header, of files with more than 65,279
  ///     sections, are read from the first section (gABI, chapter 4). The kernel's module loader knows no
  ///     such files.
  /// - Throws: ``ParseError`` if it is not ELF, or the section headers or their names lie outside of the
  ///   file.
  @_lifetime(copy source)
  package init(_ source: ByteSource, readsEscapes: Bool = false) throws(ParseError) {
    let ident = try source.bytes(0..<min(16, source.count), in: "ELF header")
    try self.init(source, layout: ELFLayout(identifying: ident), readsEscapes: readsEscapes)
  }

  /// As ``init(_:readsEscapes:)``, but reading in a given layout whatever `e_ident` says.
  @_lifetime(copy source)
  package init(
    _ source: ByteSource, layout: ELFLayout, readsEscapes: Bool = false
  ) throws(ParseError) {
    let head = try source.bytes(0..<min(layout.headerSize, source.count), in: "ELF header")
    let header = try ELFHeader(parsing: head, layout: layout)
    let size = layout.sectionHeaderSize
    var sections: [ELFSection] = []
    var count = UInt64(header.sectionHeaderCount)
    var nameIndex = Int(header.sectionNameTableIndex)
    if readsEscapes, header.sectionHeaderOffset != 0, count == 0 || nameIndex == 0xffff {
      let first = try source.bytes(
        at: header.sectionHeaderOffset, size: UInt64(size), in: "section headers")
      if let null = ELFSection(parsing: first, at: 0, layout: layout) {
        if count == 0 { count = null.size }
        if nameIndex == 0xffff { nameIndex = Int(null.link) }
      }
    }
    if header.sectionHeaderOffset != 0 && count != 0 {
      guard Int(header.sectionHeaderEntrySize) == size else {
        throw ParseError(
          .badValue(UInt64(header.sectionHeaderEntrySize)), in: "e_shentsize",
          at: layout.is64Bit ? 58 : 46)
      }
      let table = try source.bytes(
        at: header.sectionHeaderOffset,
        size: count.multipliedReportingOverflow(by: UInt64(size)).overflow
          ? .max : count &* UInt64(size), in: "section headers")
      sections.reserveCapacity(Int(count))
      for index in 0..<Int(count) {
        if let section = ELFSection(parsing: table, at: index * size, layout: layout) {
          sections.append(section)
        }
      }
    }
    var names = RawSpan()
    if nameIndex != 0 {
      guard nameIndex < sections.count else {
        throw ParseError(
          .badValue(UInt64(nameIndex)), in: "e_shstrndx", at: layout.is64Bit ? 62 : 50)
      }
      let table = sections[nameIndex]
      names = try source.bytes(at: table.offset, size: table.size, in: "section name table")
    }
    self.source = source
    self.header = header
    self.sections = sections
    self.sectionNames = names
  }

  package var layout: ELFLayout { header.layout }

  /// Longest name of a section to read, in bytes: many may point into one string without an end.
  private static let longestName = 4096

  /// The name of a section; empty if it lies outside of the name table, or is preposterously long.
  @_lifetime(copy self) package func name(of section: ELFSection) -> RawSpan {
    guard
      let name = sectionNames.cString(at: Int(section.nameOffset), limit: ELFFile.longestName)
    else { return RawSpan() }
    return name
  }

  package func sectionIndex(named name: StaticString, from start: Int = 1) -> Int? {
    guard start < sections.count else { return nil }
    for index in start..<sections.count {
      // A name matches if its bytes and the NUL after them do.
      let offset = Int(sections[index].nameOffset)
      if let rest = sectionNames.suffix(from: offset), rest.starts(with: name),
        rest.byte(at: name.utf8CodeUnitCount) == 0
      {
        return index
      }
    }
    return nil
  }

  /// File offset of the header of a section, for errors.
  package func headerOffset(ofSection index: Int) -> Int {
    Int(clamping: header.sectionHeaderOffset) &+ index &* layout.sectionHeaderSize
  }

  package func sectionIndex(ofType type: ELFSectionType) -> Int? {
    sections.firstIndex { $0.type == type }
  }

  /// The bytes of a section; empty for a section without bytes in the file (`SHT_NOBITS`). Throws
  /// ``ParseError`` `.truncated` in `region` if they lie outside of the file.
  @_lifetime(copy self) package func bytes(
    of section: ELFSection, in region: StaticString = "section"
  ) throws(ParseError) -> RawSpan {
    if section.type == .nobits || section.type == .null { return RawSpan() }
    return try source.bytes(at: section.offset, size: section.size, in: region)
  }

  /// The symbol table of the first `SHT_SYMTAB` section, with its names; `nil` if there is none.
  /// Throws ``ParseError`` if the table or its strings lie outside of the file.
  @_lifetime(copy self) package func symbolTable() throws(ParseError) -> ELFSymbolTable? {
    guard let index = sectionIndex(ofType: .symtab) else { return nil }
    return try symbolTable(at: index)
  }

  /// The symbol table of a section, with its names. Throws ``ParseError`` if there is no such
  /// section, `sh_link` does not name a section, or bytes lie outside of the file.
  @_lifetime(copy self)
  package func symbolTable(at index: Int) throws(ParseError) -> ELFSymbolTable {
    guard sections.indices.contains(index) else {
      throw ParseError(.missing, in: "symbol table", at: 0)
    }
    let section = sections[index]
    guard section.link != 0, Int(section.link) < sections.count else {
      throw ParseError(
        .badValue(UInt64(section.link)), in: "symbol table sh_link",
        at: headerOffset(ofSection: index))
    }
    return ELFSymbolTable(
      entries: try bytes(of: section, in: "symbol table"),
      strings: try bytes(of: sections[Int(section.link)], in: "symbol string table"),
      layout: layout)
  }

  /// The table of the section numbers that do not fit in symbols (`SHT_SYMTAB_SHNDX`); empty if there is
  /// none.
  @_lifetime(copy self) package func extendedIndexes() throws(ParseError) -> RawSpan {
    guard let index = sectionIndex(ofType: .symtabIndices) else { return RawSpan() }
    return try bytes(of: sections[index], in: "section numbers of symbols")
  }
}

extension ELFSymbol {
  /// The number of the section, which may be in the table of those that do not fit in the symbol.
  package func section(_ number: Int, _ extended: RawSpan, _ layout: ELFLayout) -> Int {
    guard sectionIndex == 0xffff else { return Int(sectionIndex) }
    return Int(layout.word32(extended, at: number &* 4) ?? 0)
  }
}
