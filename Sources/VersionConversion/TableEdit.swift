internal import ByteStorage
internal import ELFFormat

/// Puts version tables into a module, in place of those that are there.
struct TableEdit: ~Escapable {
  private let elf: ELFFile
  private let present: [TableRole: Int]
  private let wanted: [TableRole: [UInt8]]
  /// Whether anything had to be changed.
  private(set) var isChanged = false

  @_lifetime(copy elf)
  init(_ elf: ELFFile, _ present: [TableRole: Int], _ wanted: [TableRole: [UInt8]]) {
    self.elf = elf
    self.present = present
    self.wanted = wanted
  }

  /// Writes the module with the wanted tables, unless it has them already.
  @_lifetime(self: copy self)
  mutating func apply(
    to module: RawSpan, into bytes: inout [UInt8]
  ) throws(ConversionError) {
    do throws(ParseError) {
      if try isAsWanted() {
        bytes.removeAll(keepingCapacity: true)
        unsafe module.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        return
      }
      isChanged = true
      try checkOwnership()
      var editor = try ELFEditor(elf)
      let sections = try place(&editor)
      try moveSymbols(&editor, sections)
      try editor.build(from: module, into: &bytes)
    } catch { throw .malformed(error) }
  }

  private func isAsWanted() throws(ParseError) -> Bool {
    guard Set(present.keys) == Set(wanted.keys) else { return false }
    for (role, index) in present {
      guard let content = wanted[role] else { return false }
      let bytes = try elf.bytes(of: elf.sections[index], in: role.sectionName)
      let isSame = bytes.equals(content.rawSpan)
      if !isSame { return false }
    }
    return true
  }

  /// Checks that the tables are nothing but tables, and that no section needs what is in them.
  private func checkOwnership() throws(ParseError) {
    let tables = Set(present.values)
    for index in tables where elf.sections[index].type != .progbits {
      throw ParseError(
        .badValue(UInt64(elf.sections[index].type.rawValue)), in: "type of a version table",
        at: elf.headerOffset(ofSection: index))
    }
    for (index, section) in elf.sections.enumerated() where section.type != .null {
      let isAbout = section.type == .rel || section.type == .rela
      if tables.contains(Int(section.link)) || isAbout && tables.contains(Int(section.info)) {
        throw ParseError(
          .badValue(UInt64(section.link)), in: "section that refers to a version table",
          at: elf.headerOffset(ofSection: index))
      }
    }
    if tables.contains(Int(elf.header.sectionNameTableIndex)) {
      throw ParseError(
        .badValue(UInt64(elf.header.sectionNameTableIndex)), in: "e_shstrndx",
        at: elf.layout.is64Bit ? 62 : 50)
    }
  }

  /// Replaces, adds and drops sections.
  ///
  /// - Returns: The sections of the tables in the result.
  private func place(
    _ editor: inout ELFEditor
  ) throws(ParseError) -> [TableRole: ELFEditor.SectionID] {
    let placement = TablePlacement(elf)
    var all: [TableRole: ELFEditor.SectionID] = [:]
    for (role, index) in present {
      all[role] = editor.section(at: index)
      if let content = wanted[role] {
        editor.replace(editor.section(at: index), with: content)
      } else {
        editor.drop(editor.section(at: index))
      }
    }
    let odd = oddAlignment(placement)
    let order = placement.order
    for (position, role) in order.enumerated() where all[role] == nil {
      guard let content = wanted[role] else { continue }
      let new = ELFEditor.NewSection(
        "\(role.sectionName)", flags: .alloc, bytes: content,
        alignment: odd ?? placement.alignment(of: role, size: content.count))
      let after = order[(position + 1)...].compactMap { all[$0] }.first
      let before = order[..<position].reversed().compactMap { all[$0] }.first
      if let after {
        all[role] = editor.add(new, before: after)
      } else if let before {
        all[role] = editor.add(new, after: before)
      } else {
        all[role] = editor.add(new, before: editor.section(at: try anchor()))
      }
    }
    return all.filter { wanted[$0.key] != nil }
  }

  /// The alignment of tables that are not aligned as a compiler aligns them; `nil` if all are.
  private func oddAlignment(_ placement: TablePlacement) -> Int? {
    for role in TableRole.allCases {
      guard let index = present[role] else { continue }
      let section = elf.sections[index]
      let usual = placement.alignment(of: role, size: Int(clamping: section.size))
      let alignment = Int(clamping: section.alignment)
      if alignment != usual, alignment > 0, alignment <= 4096, alignment & (alignment - 1) == 0 {
        return alignment
      }
    }
    return nil
  }

  /// The section before which tables go where there were none: the module structure, which comes
  /// from the same object; else the symbol table.
  private func anchor() throws(ParseError) -> Int {
    if let index = elf.sectionIndex(named: ".gnu.linkonce.this_module") { return index }
    guard let index = elf.sectionIndex(ofType: .symtab) else {
      throw ParseError(.missing, in: "symbol table", at: 0)
    }
    return index
  }

  /// Keeps the symbols of tables with them. Those of a table that is dropped go to the one that takes
  /// its place, so that they are there when it comes back; where there is none, they become absolute.
  private func moveSymbols(
    _ editor: inout ELFEditor, _ sections: [TableRole: ELFEditor.SectionID]
  ) throws(ParseError) {
    guard let table = try elf.symbolTable() else { return }
    let roles = Dictionary(uniqueKeysWithValues: present.map { ($0.value, $0.key) })
    let heir = sections[.crcs] == nil ? TableRole.versions : .crcs
    let (layout, entries) = (elf.layout, table.entries)
    let (size, place) = (layout.symbolSize, layout.is64Bit ? 6 : 14)
    let lowest = UInt16(clamping: present.values.min() ?? Int(UInt16.max))
    let highest = UInt16(clamping: present.values.max() ?? Int(UInt16.max))
    for index in 1..<max(1, table.count) {
      // Nearly all symbols are of other sections.
      guard let section = layout.half(entries, at: index &* size &+ place),
        section >= lowest && section <= highest || section == ELFSectionIndex.absolute,
        let symbol = table.symbol(at: index)
      else { continue }
      let isAbsolute = symbol.sectionIndex == ELFSectionIndex.absolute
      guard roles[Int(symbol.sectionIndex)] != nil || (isAbsolute && symbol.size == 0),
        symbol.value == 0
      else { continue }
      let named = role(named: table.name(of: symbol))
      guard let old = roles[Int(symbol.sectionIndex)] ?? named else { continue }
      // Where its name says, else where it was, else where the table went.
      let choices = [named, old, heir].compactMap(\.self)
      guard let role = choices.first(where: { sections[$0] != nil }) else { continue }
      var extent: UInt64?
      if let named { extent = named == role ? UInt64(wanted[role]?.count ?? 0) : 0 }
      editor.setSymbol(index, section: sections[role], size: extent)
    }
  }

  private func role(named name: RawSpan) -> TableRole? {
    TableRole.allCases.first { name.equals($0.symbolName) }
  }
}
