import ByteStorage
import ELFFormat
import TestSupport
import Testing

private let layouts = [
  ELFLayout(is64Bit: true, order: .little), ELFLayout(is64Bit: true, order: .big),
  ELFLayout(is64Bit: false, order: .little), ELFLayout(is64Bit: false, order: .big),
]

/// A file with a section of each kind, symbols and relocations.
private func sample(_ layout: ELFLayout, machine: ELFMachine = .x86_64) -> [UInt8] {
  var elf = ELFBuilder(layout: layout, machine: machine)
  elf.flags = 0x1234
  let text = elf.addSection(".text", flags: [.alloc, .execInstructions], bytes: [1, 2, 3, 4])
  elf.addSection(".bss", type: .nobits, flags: [.alloc, .write], size: 0x1000)
  elf.addSection(".modinfo", bytes: Array("license=GPL\0".utf8), address: 0x40)
  elf.addSymbol("local", section: text, binding: 0, type: 1)
  let start = elf.addSymbol("init_module", section: text, value: 2, size: 1, type: 2)
  let undefined = elf.addUndefinedSymbol("_printk", isWeak: true)
  elf.addRelocations(
    [
      .init(offset: 1, symbol: undefined, type: 4, addend: -4),
      .init(offset: 3, symbol: start, type: 2, addend: 7),
    ], forSection: text, hasAddends: true)
  return elf.build()
}

/// Reads everything there is to read in a file; what it gives does not matter.
private func readAll(_ bytes: RawSpan) throws(ParseError) {
  let elf = try ELFFile(ByteSource(bytes))
  for (index, section) in elf.sections.enumerated() {
    _ = elf.name(of: section).byteCount
    _ = try? elf.bytes(of: section).byteCount
    if let relocations = try? elf.relocations(forSection: index) {
      for entry in 0..<relocations.count { _ = relocations.relocation(at: entry) }
    }
    if let table = try? elf.symbolTable(at: index) { readSymbols(table) }
  }
  if let table = try elf.symbolTable() { readSymbols(table) }
}

private func readSymbols(_ table: ELFSymbolTable) {
  for index in 0..<table.count {
    guard let symbol = table.symbol(at: index) else { return }
    _ = table.name(of: symbol).byteCount
  }
}

@Suite("ELF file")
struct ELFFileTests {
  @Test("header, sections and names are read in every layout", arguments: layouts)
  func sections(_ layout: ELFLayout) throws {
    let bytes = sample(layout)
    let elf = try ELFFile(ByteSource(bytes.rawSpan))
    #expect(elf.layout == layout)
    #expect(elf.header.type == .relocatable)
    #expect(elf.header.machine == .x86_64)
    #expect(elf.header.flags == 0x1234)
    #expect(
      elf.sections.map { elf.name(of: $0).text } == [
        "", ".text", ".bss", ".modinfo", ".rela.text", ".symtab", ".strtab", ".shstrtab",
      ])
    let text = elf.sections[1]
    #expect(text.flags == [.alloc, .execInstructions])
    #expect(try elf.bytes(of: text).array == [1, 2, 3, 4])
    #expect(elf.sections[2].size == 0x1000)
    #expect(try elf.bytes(of: elf.sections[2]).byteCount == 0)
    #expect(elf.sectionIndex(named: ".modinfo") == 3)
    #expect(elf.sections[3].address == 0x40)
    #expect(elf.sectionIndex(named: ".modinf") == nil)
    #expect(elf.sectionIndex(named: ".modinfo", from: 4) == nil)
    #expect(elf.sectionIndex(named: ".modinfo", from: 99) == nil)
  }

  @Test("symbols are read in every layout", arguments: layouts)
  func symbols(_ layout: ELFLayout) throws {
    let bytes = sample(layout)
    let elf = try ELFFile(ByteSource(bytes.rawSpan))
    let found = try elf.symbolTable()?.count
    #expect(found == 4)
    guard let table = try elf.symbolTable() else { return }
    var names: [String] = []
    for index in 0..<table.count {
      if let symbol = table.symbol(at: index) { names.append(table.name(of: symbol).text) }
    }
    #expect(names == ["", "local", "init_module", "_printk"])
    let second = table.symbol(at: 2)
    let start = try #require(second)
    #expect(start.value == 2 && start.size == 1 && start.sectionIndex == 1)
    #expect(start.binding == .global && start.type == .function)
    let weak = table.symbol(at: 3)?.isWeak
    let outside = [table.symbol(at: 4), table.symbol(at: -1)]
    #expect(weak == true)
    #expect(outside == [nil, nil])
  }

  @Test("relocations are read in every layout, and as MIPS lays them out", arguments: layouts)
  func relocations(_ layout: ELFLayout) throws {
    for machine in [ELFMachine.x86_64, .mips] {
      let bytes = sample(layout, machine: machine)
      let elf = try ELFFile(ByteSource(bytes.rawSpan))
      let none = try elf.relocations(forSection: 2)?.count
      #expect(none == nil)
      let all = try elf.relocations(forSection: 1)
      let count = all?.count
      #expect(count == 2)
      let first = all?.relocation(at: 0)
      let second = all?.relocation(at: 1)
      let past = all?.relocation(at: 2)
      #expect(first?.offset == 1 && first?.symbol == 3 && first?.type == 4 && first?.addend == -4)
      #expect(second?.offset == 3 && second?.symbol == 2 && second?.type == 2)
      #expect(past == nil)
    }
  }

  @Test("bytes after the last whole relocation are none")
  func partialRelocation() {
    let bytes = [UInt8](repeating: 1, count: 40)
    let table = ELFRelocations(
      bytes.rawSpan, hasAddends: true, layout: ELFLayout(is64Bit: true, order: .little),
      machine: .x86_64)
    let (count, first, past) = (table.count, table.relocation(at: 0), table.relocation(at: 1))
    #expect(count == 1 && first != nil && past == nil)
  }

  @Test("a file without sections has none")
  func noSections() throws {
    var bytes = ByteBuilder()
    bytes.put([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
    bytes.pad(to: 64)
    let elf = try ELFFile(ByteSource(bytes.bytes.rawSpan))
    #expect(elf.sections.isEmpty)
    let table = try elf.symbolTable()?.count
    #expect(table == nil)
  }
}

@Suite("Hostile ELF")
struct HostileELFTests {
  @Test(
    "a file cut short anywhere is an error or has fewer bytes, never a crash", arguments: layouts)
  func truncated(_ layout: ELFLayout) {
    let bytes = sample(layout)
    for count in 0..<bytes.count {
      let cut = Array(bytes[..<count])
      // The section headers are last, so that whatever is cut is missed.
      let error = #expect(throws: ParseError.self) { try readAll(cut.rawSpan) }
      if count >= layout.headerSize, case .truncated? = error?.reason { continue }
      #expect(count < layout.headerSize)
    }
  }

  @Test("a file with any byte changed is read or refused, never a crash", arguments: layouts)
  func damaged(_ layout: ELFLayout) {
    let bytes = sample(layout)
    for offset in bytes.indices {
      for value in [0, 0xff, 0x7f, 0x80, bytes[offset] ^ 1] as [UInt8] {
        var changed = bytes
        changed[offset] = value
        try? readAll(changed.rawSpan)
      }
    }
  }

  @Test("wild offsets and sizes are refused where they are used", arguments: layouts)
  func wild(_ layout: ELFLayout) throws {
    let largest = layout.is64Bit ? UInt64.max : UInt64(UInt32.max)
    for (offset, size) in [(largest, 1), (0, Int.max), (largest, -1), (64, -1)] as [(UInt64, Int)] {
      var elf = ELFBuilder(layout: layout)
      elf.addSection(".text", bytes: [1])
      elf.sections[0].claimedOffset = offset
      // A size of all ones in the file's own width.
      let claimed = size == -1 ? Int(truncatingIfNeeded: largest >> 1) : size
      elf.sections[0].size = layout.is64Bit ? claimed : claimed & 0x7fff_ffff
      let bytes = elf.build()
      let file = try ELFFile(ByteSource(bytes.rawSpan))
      #expect(throws: ParseError.self) { _ = try file.bytes(of: file.sections[1]).byteCount }
    }
  }

  @Test("bad identification, entry size and name table are reported with their offset")
  func headerErrors() {
    func error(_ change: (inout [UInt8]) -> Void) -> ParseError? {
      var bytes = sample(layouts[0])
      change(&bytes)
      do throws(ParseError) { try readAll(bytes.rawSpan) } catch { return error }
      return nil
    }
    #expect(error { $0[0] = 0 } == ParseError(.badMagic, in: "ELF header", at: 0))
    #expect(error { $0[4] = 3 } == ParseError(.badValue(3), in: "EI_CLASS", at: 4))
    #expect(error { $0[5] = 0 } == ParseError(.badValue(0), in: "EI_DATA", at: 5))
    #expect(error { $0[58] = 63 } == ParseError(.badValue(63), in: "e_shentsize", at: 58))
    #expect(error { $0[62] = 200 } == ParseError(.badValue(200), in: "e_shstrndx", at: 62))
  }

  @Test("a file without program headers has no segments, wherever they are said to be")
  func noSegments() throws {
    var bytes = sample(layouts[0])
    for place in 32..<40 { bytes[place] = 0xff }
    let file = try ELFFile(ByteSource(bytes.rawSpan))
    #expect(file.header.programHeaderOffset == .max)
    #expect(try file.segments().isEmpty)
  }

  @Test("a symbol table must name its strings")
  func symbolTableLink() throws {
    var elf = ELFBuilder()
    elf.addSection(".symtab", type: .symtab, flags: [], bytes: [UInt8](repeating: 0, count: 48))
    // The null section, this one, and the names of sections.
    for link in [0, 3, 9] as [UInt32] {
      elf.sections[0].link = link
      let bytes = elf.build()
      let file = try ELFFile(ByteSource(bytes.rawSpan))
      let error = #expect(throws: ParseError.self) { _ = try file.symbolTable()?.count }
      #expect(error?.reason == .badValue(UInt64(link)))
    }
  }

  @Test(
    "numbers of sections that do not fit in the header are in the first section, if that is asked for"
  )
  func escapedNumbers() throws {
    var elf = ELFBuilder()
    let names = ["a", "b"]
    for index in 0..<65_300 { elf.addSection(names[index % 2], bytes: []) }
    elf.addSection("last", bytes: [7])
    let bytes = elf.build()
    let file = try ELFFile(ByteSource(bytes.rawSpan), readsEscapes: true)
    #expect(file.sections.count == 65_303)
    let found = file.sectionIndex(named: "last")
    let index = try #require(found)
    let content = try file.bytes(of: file.sections[index]).array
    #expect(content == [7])
    let error = #expect(throws: ParseError.self) {
      _ = try ELFFile(ByteSource(bytes.rawSpan)).sections.count
    }
    #expect(error?.region.description == "e_shstrndx")
  }

  @Test("each of these numbers may be in the first section alone")
  func oneEscapedNumber() throws {
    var elf = ELFBuilder()
    elf.addSection("a", bytes: [1])
    let bytes = elf.build()
    let plain = try ELFFile(ByteSource(bytes.rawSpan))
    let (count, table) = (plain.sections.count, Int(plain.header.sectionHeaderOffset))
    // e_shnum and sh_size, e_shstrndx and sh_link.
    for (field, value, place, number) in [
      (60, [0, 0], table + 32, UInt8(count)),
      (62, [0xff, 0xff], table + 40, UInt8(plain.header.sectionNameTableIndex)),
    ] as [(Int, [UInt8], Int, UInt8)] {
      var changed = bytes
      changed.replaceSubrange(field..<field + 2, with: value)
      changed[place] = number
      let file = try ELFFile(ByteSource(changed.rawSpan), readsEscapes: true)
      #expect(file.sections.count == count && file.sectionIndex(named: "a") == 1)
    }
  }
}
