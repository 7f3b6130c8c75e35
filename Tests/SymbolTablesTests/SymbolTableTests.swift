import ByteStorage
import ELFFormat
import SymbolTables
import TestSupport
import Testing

@Suite("Tables made of ELF symbols and lists")
struct SymbolTableTests {
  private func table(_ elf: ELFBuilder) throws -> SymbolTable {
    let bytes = elf.build()
    return try SymbolTable(symbolsOf: ELFFile(ByteSource(bytes.rawSpan)))
  }

  private func lines(_ table: SymbolTable) -> [String] {
    (0..<table.count).map { index in
      let address = String(table.addresses[index], radix: 16)
      let letter = String(UnicodeScalar(table.type(at: index)))
      let file = table.file(at: index).map { " \($0)" } ?? ""
      return "\(address) \(letter) \(table.name(at: index).text)\(file)"
    }
  }

  @Test("letters are those of nm, and local symbols have source files")
  func elf() throws {
    var elf = ELFBuilder()
    elf.type = 2
    let text = elf.addSection(".text", flags: [.alloc, .execInstructions], address: 0x1000)
    let rodata = elf.addSection(".rodata", address: 0x2000)
    let data = elf.addSection(".data", flags: [.alloc, .write], address: 0x3000)
    let bss = elf.addSection(
      ".bss", type: .nobits, flags: [.alloc, .write], size: 16, address: 0x4000)
    let note = elf.addSection(".comment", flags: [])
    let absolute = Int(ELFSectionIndex.absolute)
    elf.addSymbol("", section: text, binding: 0, type: 3)
    elf.addSymbol("", section: text, value: 0x1000, binding: 0, type: 2)
    elf.addSymbol("a.c", section: absolute, binding: 0, type: 4)
    elf.addSymbol("show", section: text, value: 0x1000, binding: 0, type: 2)
    elf.addSymbol("b.c", section: absolute, binding: 0, type: 4)
    elf.addSymbol("show", section: text, value: 0x1010, binding: 0, type: 2)
    elf.addSymbol("constant", section: rodata, value: 0x2000, binding: 0, type: 1)
    elf.addSymbol("", section: absolute, binding: 0, type: 4)
    elf.addSymbol("nowhere", section: data, value: 0x3000, binding: 0, type: 1)
    elf.addSymbol("zeroed", section: bss, value: 0x4000, type: 1)
    elf.addSymbol("noted", section: note, value: 0, binding: 0)
    elf.addSymbol("global", section: text, value: 0x1020, type: 2)
    elf.addSymbol("weak", section: text, value: 0x1020, binding: 2, type: 2)
    elf.addSymbol("weak_data", section: data, value: 0x3008, binding: 2, type: 1)
    elf.addSymbol("number", section: absolute, value: 5)
    elf.addSymbol("indirect", section: text, value: 0x1030, type: 10)
    elf.addSymbol("beyond", section: 0x300, value: 1, binding: 0)
    elf.addUndefinedSymbol("missing")
    #expect(
      lines(try table(elf)) == [
        "1000 t show a.c", "1010 t show b.c", "2000 r constant b.c", "3000 d nowhere",
        "4000 B zeroed", "0 n noted", "1020 T global", "1020 W weak", "3008 V weak_data",
        "5 A number", "1030 i indirect", "1 ? beyond",
      ])
    let index = SymbolIndex(try table(elf).kernelView())
    #expect(
      lines(index.table).prefix(5) == [
        "1 ? beyond", "1000 t show a.c", "1010 t show b.c", "1020 T global", "1020 W weak",
      ])
    #expect(index.symbols(named: "show").map { index.position(of: $0).number } == [1, 2])
    #expect(index.symbols(named: "number").isEmpty)
  }

  @Test("no symbol table is an error, an empty one is not")
  func none() throws {
    var elf = ELFBuilder()
    elf.addSection(".text")
    #expect(throws: ParseError.self) { try table(elf) }
    elf.hasEmptySymbolTable = true
    #expect(try table(elf).count == 0)
  }

  @Test("functions of 32-bit ARM are listed without the Thumb bit")
  func thumb() throws {
    var elf = ELFBuilder(layout: ELFLayout(is64Bit: false, order: .little), machine: .arm)
    let text = elf.addSection(".text", flags: [.alloc, .execInstructions])
    elf.addSymbol("thumb", section: text, value: 0x101, type: 2)
    elf.addSymbol("odd", section: text, value: 0x103)
    #expect(lines(try table(elf)) == ["100 T thumb", "103 T odd"])
  }

  private func view(_ text: String) throws -> [String] {
    lines(try SymbolText(parsing: Array(text.utf8).rawSpan).table.kernelView())
  }

  @Test("a line without a name is passed over")
  func withoutName() throws {
    let text = Array("00001000 T a\n00001010 T \n00001020 T \t\n00001030 T b\n".utf8)
    let parsed = try SymbolText(parsing: text.rawSpan)
    #expect(lines(parsed.table) == ["1000 T a", "1030 T b"] && parsed.skippedLineCount == 2)
  }

  @Test("a list of nm becomes the kernel's own table: sorted, and without what the kernel drops")
  func kernelView() throws {
    let dropped = [
      "$x", ".Lanchor", "L0", "__crc_printk", "__kstrtab_printk", "__kstrtabns_printk",
      "__efistub_memcpy", "__pi_$d", "__kcfi_typeid_f", "__mod_device_table__pci",
      "__ThumbV7PILongThunk_f", "__AArch64AbsLongThunk_f", "__UNIQUE_ID_modinfo_12",
      "memcpy_veneer",
      "x_from_arm", "00000000.plt_branch.f", "_SDA_BASE_",
    ]
    let kept = [
      "L0x", "__crc", "__Thunk", "__a_Thunk_f", "__UNIQUE_ID_modinfo_12a", "_SDA_BASE_2",
      "__pi_memcpy",
    ]
    var text = ""
    for (place, name) in (dropped + kept).enumerated() {
      text += "\(String(0xffff_f000 + place * 16, radix: 16)) t \(name)\n"
    }
    let names = try view(text).map { String($0.split(separator: " ")[2]) }
    #expect(names == kept)
    #expect(
      try view(
        """
        00000020 t zebra
        00000010 T __start_it
        00000010 W a_weak
        00000010 T __many
        00000010 T b
        00000010 T a
        00000005 A absolute
        00000006 a local
        00000007 N debug
        00000020 t zebra

        """) == [
          "10 T a", "10 T b", "10 T __many", "10 T __start_it", "10 W a_weak", "20 t zebra",
          "20 t zebra",
        ])
  }

  @Test("what the kernel itself lists is left alone")
  func kernelOrder() throws {
    let own = "00000010 A b\n00000010 A a\n00000020 t $x\n"
    #expect(try view(own) == ["10 A b", "10 A a", "20 t $x"])
    let modules = "00000010 A a\n00000020 t $x\t[m]\n"
    #expect(try view(modules) == ["10 A a", "20 t $x"])
    #expect(SymbolTable().kernelView().count == 0)
  }

  @Test("modules without a place have names and positions, but no addresses")
  func unplaced() throws {
    let text = "ffffffff81000000 T _stext\nffffffff81000010 t f\nffffffff81001000 T _end\n"
    var table = try SymbolText(parsing: Array(text.utf8).rawSpan).table
    let owner = table.addOwner("m", isPlaced: false)
    #expect(owner == 1)
    let name = Array("f".utf8)
    for address in [0x20, 0xffff_ffff_8100_0014, 0x10] as [UInt64] {
      let isAdded = table.append(address: address, type: 0x74, name: name.rawSpan, owner: 1)
      #expect(isAdded)
    }
    let index = SymbolIndex(table)
    #expect(index.symbol(at: 0x20) == nil)
    #expect(index.symbol(at: 0xffff_ffff_8100_0018)?.index == 1)
    #expect(index.position(of: 5) == SymbolPosition(3, of: 3))
    #expect(index.size(of: 3) == nil && index.aliases(of: 3).isEmpty)
    #expect(index.table.hasSeveralOwners && !index.table.hasPlace(at: 3))
    #expect(index.kernelCount == 2 + 1)
  }

  @Test("a symbol in a section that the file does not have has no letter")
  func absentSections() throws {
    // Beside the code are the symbol table, its names and those of sections.
    let letters: [Unicode.Scalar] = ["t", "n", "n", "n", "?", "?"]
    for (place, letter) in letters.enumerated() {
      var elf = ELFBuilder()
      elf.addSection(".text", flags: [.alloc, .execInstructions])
      elf.addSymbol("f", section: place + 1, binding: 0)
      #expect(try table(elf).type(at: 0) == UInt8(ascii: letter), "\(place + 1)")
    }
  }

  @Test("symbols of a module follow with their files, up to 65,535 modules")
  func modules() throws {
    var elf = ELFBuilder()
    let text = elf.addSection(".text", flags: [.alloc, .execInstructions])
    elf.addSymbol("a.c", section: 0xfff1, binding: 0, type: 4)
    elf.addSymbol("f", section: text, value: 1, binding: 0)
    elf.addSymbol("b.c", section: 0xfff1, binding: 0, type: 4)
    elf.addSymbol("g", section: text, value: 2, binding: 0)
    elf.addSymbol("h", section: text, value: 3)
    let module = try table(elf)
    var all = try SymbolText(parsing: Array("1000 t own\n".utf8).rawSpan).table
    let owner = all.addOwner("m")
    let isWhole = all.append(contentsOf: module, owner: owner ?? 0)
    #expect(isWhole)
    #expect(lines(all) == ["1000 t own", "1 t f a.c", "2 t g b.c", "3 T h"])
    #expect((0..<4).map { all.owner(at: $0) } == ["vmlinux", "m", "m", "m"])
    for number in 2...65_535 where all.addOwner("m\(number)") != number {
      Issue.record("\(number)")
    }
    let more = all.addOwner("one_more")
    #expect(more == nil && all.ownerNames.count == 65_536)
  }

  @Test("several names are found by one pass, longer ones than 63 bytes are not")
  func indexes() throws {
    let longest: StaticString = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
    let longer: StaticString = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
    let list = ["a", "\(longer)", "\(longest)", "a"].map { "1000 t \($0)\n" }.joined()
    let table = try SymbolText(parsing: Array(list.utf8).rawSpan).table
    #expect(table.indexes(named: [longest, "a", "b", longer, "a"]) == [2, 0, nil, nil, 0])
  }

  @Test("files are adopted by name and address")
  func adopted() throws {
    let text = "00000010 t f\n00000010 t a\n00000020 t f\n00000030 t g\n"
    var table = try SymbolText(parsing: Array(text.utf8).rawSpan).table
    var elf = ELFBuilder()
    let section = elf.addSection(".text", flags: [.alloc, .execInstructions])
    elf.addSymbol("one.c", section: 0xfff1, binding: 0, type: 4)
    elf.addSymbol("f", section: section, value: 0x20, binding: 0)
    elf.addSymbol("two.c", section: 0xfff1, binding: 0, type: 4)
    elf.addSymbol("f", section: section, value: 0x10, binding: 0)
    elf.addSymbol("g", section: section, value: 0x31, binding: 0)
    table.adoptFiles(of: try self.table(elf))
    #expect(lines(table) == ["10 t f two.c", "10 t a", "20 t f one.c", "30 t g"])
    // Symbols of modules take none, nor do those after the last of the other table.
    let modules = "00000020 t f\n00000040 t g\n00000010 t f\t[m]\n"
    var several = try SymbolText(parsing: Array(modules.utf8).rawSpan).table
    several.adoptFiles(of: try self.table(elf))
    #expect(lines(several) == ["20 t f one.c", "40 t g", "10 t f"])
  }

  @Test("of symbols with one name and address each takes the file of another")
  func adoptedInOrder() throws {
    let text = "00000010 t f\n00000010 t f\n"
    var table = try SymbolText(parsing: Array(text.utf8).rawSpan).table
    var elf = ELFBuilder()
    let section = elf.addSection(".text", flags: [.alloc, .execInstructions])
    for file in ["one.c", "two.c"] {
      elf.addSymbol(file, section: 0xfff1, binding: 0, type: 4)
      elf.addSymbol("f", section: section, value: 0x10, binding: 0)
    }
    table.adoptFiles(of: try self.table(elf))
    #expect(lines(table) == ["10 t f one.c", "10 t f two.c"])
  }

  @Test("a table is in order where no address is lower than the one before")
  func sortedness() throws {
    func table(_ list: String) throws -> SymbolTable {
      try SymbolText(parsing: Array(list.utf8).rawSpan).table
    }
    #expect(try table("1000 t a\n1000 t b\n2000 t c\n").isSorted)
    #expect(try !table("1000 t a\nfff t b\n2000 t c\n").isSorted)
    #expect(SymbolTable().isSorted && !SymbolTable().hidesAddresses)
    #expect(try table("0 t a\n0 t b\n").hidesAddresses && !table("0 t a\n1 t b\n").hidesAddresses)
    let two = try table("1000 t a\n2000 T b\n")
    #expect([-1, 0, 1, 2].map { two.type(at: $0) } == [0, 0x74, 0x54, 0])
    let outside = [two.name(at: 2).byteCount, two.name(at: -1).byteCount]
    #expect(outside == [0, 0])
  }
}
