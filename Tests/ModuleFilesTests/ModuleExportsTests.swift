import ByteStorage
import ELFFormat
import ModuleFiles
import ModuleVersions
import TestSupport
import Testing

@Suite("Forms of exports of a module")
struct ModuleExportFormTests {
  private func rows(
    _ elf: ELFBuilder, _ reading: ELFFile.LicenceReading = .asFound
  ) throws -> [String] { try rows(elf.build(), reading) }

  private func rows(
    _ bytes: [UInt8], _ reading: ELFFile.LicenceReading = .asFound
  ) throws -> [String] {
    var table = ExportTable()
    let owner = table.addOwner("m")
    try ELFFile(ByteSource(bytes.rawSpan)).addModuleExports(
      to: &table, owner: owner, reading: reading)
    return table.rows.map { row in
      "\(table.text(row.name)) \(row.licence) \(row.hasCRC ? String(row.crc, radix: 16) : "-") "
        + table.text(row.namespace)
    }
  }

  private func module(hasFlagTable: Bool = true, hasCRCs: Bool = true) -> ModuleBuilder {
    var module = ModuleBuilder()
    module.exports = [
      SampleExport("one", 0x11), SampleExport("two", 0x22, namespace: "NS", isGPLOnly: true),
    ]
    (module.hasFlagTable, module.hasCRCs) = (hasFlagTable, hasCRCs)
    return module
  }

  @Test(
    "the debug information of a module says nothing of it, and nothing of what its bytes are not")
  func debugInformation() throws {
    var elf = module().elf()
    for index in elf.sections.indices where elf.sections[index].flags.contains(.alloc) {
      (elf.sections[index].type, elf.sections[index].bytes) = (.nobits, [])
    }
    let bytes = elf.build()
    #expect(try ModuleFile(ByteSource(bytes.rawSpan)).elf.isDebugInformation)
    #expect(try ModuleFile(ByteSource(bytes.rawSpan)).structureName() == nil)
    let exports = #expect(throws: ParseError.self) {
      _ = try ModuleFile(ByteSource(bytes.rawSpan)).exports(ofFile: "m.ko.debug")
    }
    let name = #expect(throws: ParseError.self) {
      _ = try ModuleFile(ByteSource(bytes.rawSpan)).name()
    }
    #expect(exports?.reason == .withoutBytes && name?.reason == .withoutBytes)
    #expect(exports?.description.contains("take the module") ?? false)
    let whole = module().elf().build()
    #expect(try !ModuleFile(ByteSource(whole.rawSpan)).elf.isDebugInformation)
  }

  @Test("licences come from the flags, the sections, or both, as the kernel reads them")
  func licences() throws {
    let flags = module().elf()
    #expect(try rows(flags) == ["one any 11 ", "two gplOnly 22 NS"])
    #expect(try rows(flags, .flagTable) == ["one any 11 ", "two gplOnly 22 NS"])
    #expect(try rows(flags, .sections) == ["one any 11 ", "two any 22 NS"])
    let sections = module(hasFlagTable: false).elf()
    #expect(try rows(sections) == ["one any 11 ", "two gplOnly 22 NS"])
    #expect(try rows(sections, .sections) == ["one any 11 ", "two gplOnly 22 NS"])
    #expect(try rows(sections, .flagTable) == ["one any 11 "])
  }

  @Test("an empty table does not hide those after it")
  func emptyTable() throws {
    var module = module(hasFlagTable: false)
    module.exports.removeFirst()
    module.sections = [("__ksymtab", .alloc, [])]
    #expect(try rows(module.elf()) == ["two gplOnly 22 NS"])
  }

  @Test("a table without bytes has no exports, whatever its relocations say")
  func relocatedEmptyTable() throws {
    var elf = module().elf()
    #expect(try rows(elf).count == 2)
    let table = try #require(elf.sections.firstIndex { $0.name == "__ksymtab" })
    (elf.sections[table].bytes, elf.sections[table].size) = ([], 0)
    #expect(try rows(elf) == [])
  }

  @Test(
    "flags that are too few leave the licence of the section; of each only the lowest bit counts")
  func flagBits() throws {
    var elf = module().elf()
    let flags = try #require(elf.sections.firstIndex { $0.name == "__kflagstab" })
    for (bytes, expected) in [
      ([2, 3], ["any", "gplOnly"]), ([1], ["gplOnly", "any"]), ([], ["any", "any"]),
    ] as [([UInt8], [String])] {
      (elf.sections[flags].bytes, elf.sections[flags].size) = (bytes, bytes.count)
      #expect(try rows(elf).map { $0.split(separator: " ")[1] } == expected.map { $0[...] })
    }
  }

  /// A module whose CRCs are put in by relocations, in entries of a width.
  private func relocated(_ width: Int, _ targets: [(section: Int, value: UInt64)]) -> ELFBuilder {
    var elf = module(hasCRCs: false).elf()
    let crcs = elf.addSection(
      "__kcrctab", bytes: [UInt8](repeating: 0, count: width * targets.count))
    let relocations = targets.enumerated().map { index, target in
      let symbol = elf.addSymbol("__crc_\(index)", section: target.section, value: target.value)
      return ELFBuilder.Relocation(offset: UInt64(width * index), symbol: symbol, type: 1)
    }
    elf.addRelocations(relocations, forSection: crcs)
    return elf
  }

  private func crcs(_ elf: ELFBuilder) throws -> [Substring] {
    try rows(elf).map { $0.split(separator: " ")[2] }
  }

  @Test("CRCs may be absolute symbols, in entries of four bytes or of eight", arguments: [4, 8])
  func absolute(_ width: Int) throws {
    let values: [(section: Int, value: UInt64)] = [(0xfff1, 0x1234_5678), (0xfff1, 0xffff_ffff)]
    #expect(try crcs(relocated(width, values)) == ["12345678", "ffffffff"])
    #expect(try crcs(relocated(width, [values[0]])) == ["12345678", "0"])
    #expect(try crcs(relocated(width, [(0, 5), values[0]])) == ["0", "12345678"])
  }

  // ELF, "Sections": the size of the first header counts sections where there are many.
  @Test("a CRC that is not there is in no section, whatever the first header says")
  func undefinedCRC() throws {
    var bytes = relocated(4, [(0, 0), (0xfff1, 7)]).build()
    let header = bytes.rawSpan.integer(UInt64.self, at: 40, .little).flatMap { Int(exactly: $0) }
    bytes[try #require(header) + 32] = 64
    #expect(try rows(bytes) == ["one any 0 ", "two gplOnly 7 NS"])
  }

  @Test("CRCs may be in a section, of which four bytes must be left")
  func inSection() throws {
    for (place, expected) in [(0, "4030201"), (2, "6050403"), (3, "0"), (UInt64.max, "0")] {
      var elf = relocated(4, [(1, place), (0xff00, 0)])
      elf.sections[0].bytes = [1, 2, 3, 4, 5, 6]
      elf.sections[0].size = 6
      #expect(try crcs(elf) == [expected[...], "0"], "\(place)")
    }
  }

  @Test(
    "a section of four bytes has a CRC; places past the entries, and sections that are not there, none"
  )
  func edges() throws {
    for (size, expected) in [(4, "4030201"), (3, "0")] {
      var elf = relocated(4, [(1, 0), (0xfff1, 7)])
      elf.sections[0].bytes = Array([1, 2, 3, 4].prefix(size))
      elf.sections[0].size = size
      #expect(try crcs(elf) == [expected[...], "7"])
    }
    for section in 0..<24 {
      #expect(try crcs(relocated(4, [(section, 1 << 40), (0xfff1, 7)])) == ["0", "7"])
    }
    var elf = module(hasCRCs: false).elf()
    let table = elf.addSection("__kcrctab", bytes: [UInt8](repeating: 0, count: 8))
    let symbol = elf.addSymbol("__crc_one", section: 0xfff1, value: 0x11)
    elf.addRelocations(
      [8, 12, 4, 0].map { ELFBuilder.Relocation(offset: $0, symbol: symbol, type: 1) },
      forSection: table)
    #expect(try crcs(elf) == ["11", "11"])
  }

  @Test("a table of relocations without any leaves the CRCs as they are")
  func noRelocations() throws {
    var elf = module().elf()
    let table = try #require(elf.sections.firstIndex { $0.name == "__kcrctab" }) + 1
    elf.addRelocations([], forSection: table)
    #expect(try crcs(elf) == ["11", "22"])
  }

  @Test("without addends in relocations they are in the entries")
  func inPlace() throws {
    var elf = ELFBuilder(layout: ELFLayout(is64Bit: false, order: .big), machine: .arm)
    let text = elf.addSection(".text", flags: [.alloc, .execInstructions], bytes: [0xc3])
    let strings = elf.addSection("__ksymtab_strings", bytes: Array("x\0one\0NS\0".utf8))
    var entry = ByteBuilder(.big)
    for addend in [0, 2, 6] as [UInt32] { entry.put(addend) }
    let table = elf.addSection("__ksymtab", bytes: entry.bytes)
    let (code, names) = (
      elf.addSymbol("", section: text, binding: 0, type: 3),
      elf.addSymbol("", section: strings, binding: 0, type: 3)
    )
    elf.addRelocations(
      [
        // A symbol that is not there.
        .init(offset: 4, symbol: 1000, type: 2),
        .init(offset: 8, symbol: names, type: 2), .init(offset: 0, symbol: code, type: 2),
        .init(offset: 4, symbol: names, type: 2),
      ], forSection: table, hasAddends: false)
    #expect(try rows(elf) == ["one any - NS"])
  }
}

@Suite("Names in a module")
struct ModuleNamesTests {
  @Test("symbols that are defined, exports and requirements are names; files and sections are not")
  func names() throws {
    var module = ModuleBuilder()
    module.basic = [.init("needed", 1), .init("", 2)]
    var elf = module.elf()
    elf.addSymbol("file.c", section: 0xfff1, binding: 0, type: 4)
    elf.addSymbol("section", section: 1, binding: 0, type: 3)
    elf.addSymbol("", section: 1, binding: 0)
    elf.addSymbol("f", section: 1, value: 4, type: 2)
    elf.addSymbol("__ksymtab_f", section: 2, binding: 0)
    elf.addSymbol("__ksymtab_", section: 2, binding: 0)
    elf.addUndefinedSymbol("undefined")
    let bytes = elf.build()
    var found: [String] = []
    try ModuleFile(ByteSource(bytes.rawSpan)).forEachName { name, thing in
      switch thing {
      case .symbol(let section, let value): found.append("\(name.text) \(section)+\(value)")
      case .export: found.append("\(name.text) exported")
      case .requirement: found.append("\(name.text) required")
      }
    }
    #expect(
      found == [
        "init_module 1+0", "f 1+4", "__ksymtab_f 2+0", "f exported", "__ksymtab_ 2+0",
        "needed required",
      ])
  }

  @Test("the name in the structure has up to 56 bytes, as far as the structure goes")
  func structures() throws {
    func name(_ size: Int, _ text: String) throws -> String? {
      var elf = ELFBuilder()
      var bytes = [UInt8](repeating: 0, count: 24) + Array(text.utf8)
      bytes += [UInt8](repeating: 0, count: max(0, size - bytes.count))
      elf.addSection(".gnu.linkonce.this_module", bytes: Array(bytes.prefix(size)))
      let file = elf.build()
      return try ModuleFile(ByteSource(file.rawSpan)).structureName()
    }
    let long = String(repeating: "n", count: 60)
    #expect(try name(1280, "m") == "m" && name(1280, long) == String(long.prefix(56)))
    #expect(try name(80, long) == String(long.prefix(56)) && name(79, long)?.count == 55)
    #expect(try name(25, long) == "n" && name(24, long) == "" && name(23, long) == "")
  }
}
