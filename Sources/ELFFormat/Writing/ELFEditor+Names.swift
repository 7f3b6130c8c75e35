internal import ByteStorage

/// The section name table of an edited file.
struct SectionNames {
  private(set) var bytes: [UInt8]
  /// `sh_name` by the number of a section.
  private(set) var offsets: [UInt32?]

  /// The table after an edit: names of dropped sections are cut off where nothing follows them, so
  /// that a change and its opposite leave the table as it was; names of new ones are found or
  /// appended.
  init(_ old: RawSpan, of editor: ELFEditor) {
    bytes = old.array
    offsets = [UInt32?](repeating: nil, count: editor.entries.count)
    var kept: [Int] = []
    var dropped: [Int] = []
    for (number, entry) in editor.entries.enumerated() {
      guard let section = entry.original else { continue }
      if entry.isDropped {
        dropped.append(Int(section.nameOffset))
      } else {
        kept.append(Int(section.nameOffset))
        offsets[number] = section.nameOffset
      }
    }
    let nameTable = UInt32(editor.header.sectionNameTableIndex)
    // Strings of symbols may share the table.
    let isShared = editor.entries.contains { $0.original?.link == nameTable }
    if !isShared { cut(dropped, keeping: kept.max() ?? 0) }
    for (number, entry) in editor.entries.enumerated() {
      guard let name = entry.added?.name, !entry.isDropped else { continue }
      offsets[number] = place(Array(name.utf8) + [0])
    }
  }

  /// Cuts off names that nothing uses any more; their offsets lie in the table, as `checkNames` saw.
  private mutating func cut(_ dropped: [Int], keeping last: Int) {
    // Sections may share a name.
    for offset in Set(dropped).sorted(by: >) where offset > last {
      // Only a whole string, with the NULs before it and at its end, and nothing after it.
      guard bytes[offset - 1] == 0, bytes[offset...].firstIndex(of: 0) == bytes.count - 1
      else { return }
      bytes.removeSubrange(offset...)
    }
  }

  private mutating func place(_ name: [UInt8]) -> UInt32 {
    let found = bytes.rawSpan.firstRange(of: name.rawSpan)
    if let found { return UInt32(truncatingIfNeeded: found) }
    bytes.append(contentsOf: name)
    return UInt32(truncatingIfNeeded: bytes.count - name.count)
  }
}

extension ELFEditor {
  /// Checks that the section name table can grow without giving a name to what has none now. Throws
  /// ``ParseError`` if the table has no bytes or does not end in a NUL, or if a section or symbol
  /// is named by what follows it. The kernel refuses such names, too.
  static func checkNames(of file: borrowing ELFFile) throws(ParseError) {
    let number = Int(file.header.sectionNameTableIndex)
    let (table, names) = (file.sections[number], file.sectionNames)
    guard table.type != .null, table.type != .nobits else {
      throw ParseError(
        .badValue(UInt64(table.type.rawValue)), in: "type of the section name table",
        at: file.headerOffset(ofSection: number))
    }
    guard names.byteCount > 0, names.byte(at: names.byteCount &- 1) == 0 else {
      throw ParseError(
        .unterminatedString, in: "section name table",
        at: Int(clamping: table.offset) &+ max(0, names.byteCount &- 1))
    }
    for (index, section) in file.sections.enumerated().dropFirst()
    where Int(section.nameOffset) >= names.byteCount {
      throw ParseError(
        .badValue(UInt64(section.nameOffset)), in: "sh_name",
        at: file.headerOffset(ofSection: index))
    }
    guard let index = file.sectionIndex(ofType: .symtab),
      file.sections[index].link == UInt32(number)
    else { return }
    let symbols = try file.symbolTable(at: index)
    for number in 0..<symbols.count {
      guard let symbol = symbols.symbol(at: number), Int(symbol.nameOffset) >= names.byteCount
      else { continue }
      throw ParseError(
        .badValue(UInt64(symbol.nameOffset)), in: "st_name",
        at: Int(clamping: file.sections[index].offset) &+ number &* file.layout.symbolSize)
    }
  }
}
