package import ByteStorage
package import ELFFormat
package import UnwindTables

/// The part of a module's unwind table that is in memory, and where its code lies.
package struct LoadedModule {
  /// The table, at the addresses of its code.
  package let table: ORCTable
  /// Addresses of the sections with code that are in memory.
  package let code: [Range<UInt64>]

  /// What a module's file gives.
  package enum Reading {
    case frames(LoadedModule)
    /// The module has no table, or nothing of it is in memory.
    case nothing
    /// The symbols in memory do not lie as in the file.
    case otherBuild
  }

  /// Reads a module's file.
  ///
  /// Where sections lie is told by the symbols that both the file and the list have: all those of a section
  /// are at the same distance from their places in the file. A section that the list has no symbol of,
  /// such as `.init.text`, is gone.
  ///
  /// - Parameters:
  ///   - elf: The file.
  ///   - addresses: The module's symbols in memory, those whose names it has once.
  ///   - kernel: The layout of the kernel's own table.
  /// - Returns: What it gives.
  /// - Throws: ``ParseError`` if the file is damaged.
  package static func read(
    _ elf: borrowing ELFFile, at addresses: [[UInt8]: UInt64], kernel: ORCVersion
  ) throws(ParseError) -> Reading {
    guard let places = elf.sectionIndex(named: ".orc_unwind_ip"),
      let contents = elf.sectionIndex(named: ".orc_unwind"), let symbols = try elf.symbolTable(),
      let relocations = try elf.relocations(forSection: places), relocations.hasAddends
    else { return .nothing }
    guard let bases = bases(elf, symbols, addresses) else { return .otherBuild }
    guard bases.contains(where: { $0 != nil }) else { return .nothing }
    let entries = elf.sections[contents]
    let bytes = try elf.bytes(of: entries, in: ".orc_unwind")
    var found = [UInt64?](repeating: nil, count: bytes.byteCount / 6)
    for index in 0..<relocations.count {
      guard let relocation = relocations.relocation(at: index),
        let entry = Int(exactly: relocation.offset / 4), entry < found.count,
        let symbol = symbols.symbol(at: Int(relocation.symbol)),
        bases.indices.contains(Int(symbol.sectionIndex)), let base = bases[Int(symbol.sectionIndex)]
      else { continue }
      found[entry] = base &+ symbol.value &+ UInt64(bitPattern: relocation.addend)
    }
    var header = RawSpan()
    if let index = elf.sectionIndex(named: ".orc_header") {
      header = try elf.bytes(of: elf.sections[index], in: ".orc_header")
    }
    let section = ORCTable.Section(bytes, address: 0, offset: Int(clamping: entries.offset))
    let table = try ORCTable(of: found, contents: section, header: header, kernel: kernel)
    return .frames(LoadedModule(table: table, code: code(elf, bases)))
  }

  private static func code(_ elf: borrowing ELFFile, _ bases: [UInt64?]) -> [Range<UInt64>] {
    zip(elf.sections, bases).compactMap { section, base in
      guard let base, case let end = base.addingReportingOverflow(section.size), !end.overflow
      else { return nil }
      return base..<end.partialValue
    }
  }

  /// Addresses of sections with code, by index, `nil` for others and those that are not in
  /// memory; `nil` if the symbols of a section do not agree.
  private static func bases(
    _ elf: borrowing ELFFile, _ symbols: borrowing ELFSymbolTable, _ addresses: [[UInt8]: UInt64]
  ) -> [UInt64?]? {
    var bases = [UInt64?](repeating: nil, count: elf.sections.count)
    var seen: Set<[UInt8]> = []
    var equal: Set<[UInt8]> = []
    for index in 1..<max(symbols.count, 1) {
      guard let symbol = symbols.symbol(at: index), symbol.sectionIndex != 0 else { continue }
      let name = symbols.name(of: symbol).array
      if !name.isEmpty, !seen.insert(name).inserted { equal.insert(name) }
    }
    for index in 1..<max(symbols.count, 1) {
      guard let symbol = symbols.symbol(at: index),
        case let number = Int(symbol.sectionIndex), elf.sections.indices.contains(number),
        elf.sections[number].flags.contains(.execInstructions),
        case let name = symbols.name(of: symbol).array, !equal.contains(name),
        let address = addresses[name]
      else { continue }
      let base = address &- symbol.value
      guard bases[number] == nil || bases[number] == base else { return nil }
      bases[number] = base
    }
    return bases
  }
}
