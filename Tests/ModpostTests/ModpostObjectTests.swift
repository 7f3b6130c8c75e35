import ByteStorage
import ELFFormat
import Modpost
import ModuleVersions
import TestSupport
import Testing
import VersionConversion

@Suite("Generated objects")
struct ModpostObjectTests {
  private static let symvers = """
    0x00000001\t_printk\tvmlinux\tEXPORT_SYMBOL\t
    0x00000011\texp\tsample\tEXPORT_SYMBOL\t
    0xffffffff\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t

    """

  /// A module with a structure of a size, whose pointers to functions are at given offsets.
  private func model(
    _ size: Int = 1280, initOffset: UInt64 = 320, exitOffset: UInt64 = 1272, alignment: Int = 64
  ) -> [UInt8] {
    var elf = ELFBuilder()
    let text = elf.addSection(".text", flags: [.alloc, .execInstructions], bytes: [0xc3])
    let this = elf.addSection(
      ".gnu.linkonce.this_module", bytes: [UInt8](repeating: 7, count: size), alignment: alignment)
    let start = elf.addSymbol("init_module", section: text, type: 2)
    let end = elf.addSymbol("cleanup_module", section: text, type: 2)
    elf.addRelocations(
      [
        // One against a symbol that is not there.
        .init(offset: 8, symbol: 1000, type: 1),
        .init(offset: initOffset, symbol: start, type: 1),
        .init(offset: exitOffset, symbol: end, type: 1),
      ], forSection: this)
    return elf.build()
  }

  /// An object before the last link.
  private func input(
    _ functions: [String] = ["init_module", "cleanup_module"], machine: ELFMachine = .x86_64,
    layout: ELFLayout = ELFLayout(is64Bit: true, order: .little)
  ) -> [UInt8] {
    var elf = ELFBuilder(layout: layout, machine: machine)
    let text = elf.addSection(".text", flags: [.alloc, .execInstructions], bytes: [0xc3])
    let record = elf.addSection(".export_symbol", flags: [], bytes: Array("GPL\0NS\0".utf8))
    elf.addSymbol("__export_symbol_exp", section: record, binding: 0)
    for name in functions + ["exp"] { elf.addSymbol(name, section: text, type: 2) }
    elf.addUndefinedSymbol("_printk")
    return elf.build()
  }

  private func object(
    _ file: [UInt8], _ name: String = "sample", like model: [UInt8]?, basic: Bool = true,
    extended: Bool = true
  ) throws -> [UInt8] {
    let lookup = SymversLookup(try Symvers.parse(Array(Self.symvers.utf8).rawSpan))
    let writer = ModpostWriter(lookup, tables: .these(basic: basic, extended: extended))
    let structure = try model.map { try ModuleStructure($0.rawSpan) }
    return try writer.object(for: file.rawSpan, named: name, structure: structure)
  }

  @Test("an object has the sections, symbols and relocations that the compiled source has")
  func whole() throws {
    let bytes = try object(input(), like: model())
    let elf = try ELFFile(ByteSource(bytes.rawSpan))
    #expect(elf.header.type == .relocatable && elf.header.machine == .x86_64)
    let lines = try elf.sections.dropFirst().map { section in
      let contents = try elf.bytes(of: section)
      let isText = contents.byteCount < 100 && section.type == .progbits
      return "\(elf.name(of: section).text) \(section.flags.rawValue) \(section.alignment) "
        + (isText ? contents.text.replacing("\0", with: ".") : "\(contents.byteCount)")
    }
    #expect(
      lines.filter { !$0.hasPrefix(".rela") && !$0.contains("tab ") } == [
        ".gnu.linkonce.this_module 3 64 1280", ".modinfo 2 1 name=sample.depends=.",
        "__version_ext_names 2 16 _printk.module_layout..",
        "__version_ext_crcs 2 8 \u{1}...\u{fffd}\u{fffd}\u{fffd}\u{fffd}", "__versions 2 32 128",
        "__ksymtab_strings 50 1 exp.NS.", "___ksymtab+exp 2 4 ............",
        "___kflagstab+exp 2 1 \u{1}", "___kcrctab+exp 2 4 \u{11}...", ".note.GNU-stack 0 1 ",
      ])
    let found = try elf.symbolTable()
    let table = try #require(found?.count == 0 ? nil : found?.count)
    guard let symbols = found else { return }
    var names: [String] = []
    for index in 1..<table {
      guard let symbol = symbols.symbol(at: index) else { continue }
      let section =
        symbol.sectionIndex == 0
        ? "-" : elf.name(of: elf.sections[Int(symbol.sectionIndex)]).text
      names.append(
        "\(symbols.name(of: symbol).text) \(symbol.info) \(section)+\(symbol.value) \(symbol.size)")
    }
    #expect(
      names == [
        "____version_ext_names 1 __version_ext_names+0 23",
        "____version_ext_crcs 1 __version_ext_crcs+0 8", "____versions 1 __versions+0 128",
        "__kstrtab_exp 0 __ksymtab_strings+0 0", "__kstrtabns_exp 0 __ksymtab_strings+4 0",
        "__ksymtab_exp 0 ___ksymtab+exp+0 0", "__flags_exp 0 ___kflagstab+exp+0 0",
        "__crc_exp 0 ___kcrctab+exp+0 0", "init_module 16 -+0 0", "cleanup_module 16 -+0 0",
        "__this_module 17 .gnu.linkonce.this_module+0 1280", "exp 16 -+0 0",
      ])
    let symtab = elf.sections.first { $0.type == .symtab }
    #expect(symtab?.info == 9)
    var relocations: [String] = []
    for index in elf.sections.indices {
      guard let list = try elf.relocations(forSection: index) else { continue }
      for number in 0..<list.count {
        guard let entry = list.relocation(at: number),
          let symbol = symbols.symbol(at: Int(entry.symbol))
        else { continue }
        relocations.append("\(entry.offset) \(entry.type) \(symbols.name(of: symbol).text)")
      }
    }
    #expect(
      relocations == [
        "320 1 init_module", "1272 1 cleanup_module", "0 2 exp", "4 2 __kstrtab_exp",
        "8 2 __kstrtabns_exp",
      ])
  }

  @Test("an object has the tables that are asked for", arguments: [true, false], [true, false])
  func tables(_ basic: Bool, _ extended: Bool) throws {
    let made = try object(input(), like: model(), basic: basic, extended: extended)
    let elf = try ELFFile(ByteSource(made.rawSpan))
    for (name, isThere) in [
      ("__versions", basic), ("__version_ext_crcs", extended), ("__version_ext_names", extended),
    ] as [(StaticString, Bool)] {
      let index = elf.sectionIndex(named: name)
      #expect((index != nil) == isThere, "\(name)")
    }
  }

  @Test("a name fits into the structure with its NUL, and the structure must have that room")
  func names() throws {
    let longest = String(repeating: "n", count: 55)
    let made = try object(input([]), longest, like: model(80))
    let elf = try ELFFile(ByteSource(made.rawSpan))
    let bytes = try elf.bytes(of: elf.sections[1]).array
    #expect(bytes == [UInt8](repeating: 7, count: 24) + Array(longest.utf8) + [0])
    #expect(throws: ConversionError(.moduleNameTooLong, ["\(longest)n"])) {
      try object(input([]), "\(longest)n", like: model(80))
    }
    #expect(throws: ConversionError(.moduleNameTooLong, ["a"])) {
      try object(input([]), "a", like: model(79))
    }
  }

  @Test("a function is put where the model has its pointer, which must lie in the structure")
  func pointers() throws {
    #expect(throws: ConversionError(.missingFunction, ["cleanup_module"])) {
      try object(input(), like: model(1279))
    }
    #expect(try object(input(["init_module"]), like: model(1279)).count > 1000)
    let later = model(1279, initOffset: 1272, exitOffset: 320)
    #expect(try object(input(["cleanup_module"]), like: later).count > 1000)
    #expect(throws: ConversionError(.missingStructure)) { try object(input(), like: nil) }
    #expect(try object(ModuleBuilder().build(), like: model()).count > 1000)
    #expect(throws: ConversionError(.unsupportedMachine, ["sparc"])) {
      try object(input(machine: .sparc), like: model())
    }
  }

  @Test("an alignment that no structure has is not taken over")
  func alignments() throws {
    for (given, taken) in [(4096, 4096), (8192, 4096), (1, 1)] as [(Int, UInt64)] {
      let made = try object(input([]), like: model(alignment: given))
      #expect(try ELFFile(ByteSource(made.rawSpan)).sections[1].alignment == taken)
    }
  }

  @Test(
    "each architecture has its own types of relocations",
    arguments: [
      (.x86_64, true, .little, 1, 2), (.i386, false, .little, 1, 2),
      (.aarch64, true, .big, 257, 261),
      (.arm, false, .little, 2, 2), (.riscV, true, .little, 2, 2), (.riscV, false, .little, 1, 1),
      (.loongArch, true, .little, 2, 2), (.mips, false, .big, 2, 2), (.s390, true, .big, 22, 22),
      (.powerPC, false, .big, 1, 1), (.powerPC64, true, .little, 38, 38),
    ] as [(ELFMachine, Bool, ByteOrder, UInt32, UInt32)])
  func types(
    _ machine: ELFMachine, _ is64Bit: Bool, _ order: ByteOrder, _ word: UInt32, _ place: UInt32
  ) throws {
    let layout = ELFLayout(is64Bit: is64Bit, order: order)
    let made = try object(input(["init_module"], machine: machine, layout: layout), like: model())
    let elf = try ELFFile(ByteSource(made.rawSpan))
    #expect(elf.layout == layout && elf.header.machine == machine)
    let index = elf.sectionIndex(named: "___ksymtab+exp")
    let exports = try #require(index)
    let field = machine == .x86_64 || machine == .aarch64 || !is64Bit ? 4 : 8
    #expect(elf.sections[exports].size == UInt64(3 * field))
    for (section, type) in [(1, word), (exports, place)] {
      let found = try elf.relocations(forSection: section)
      guard let list = found else {
        Issue.record("no relocations of section \(section)")
        continue
      }
      #expect(list.hasAddends == ![.i386, .arm, .mips].contains(machine))
      for number in 0..<list.count {
        let entry = list.relocation(at: number)
        #expect(entry?.type == type)
      }
    }
  }
}
