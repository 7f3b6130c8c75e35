import ByteStorage
import SymbolTables
import TestSupport
import Testing

@Suite("Symbol index")
struct IndexTests {
  private static let kernel = """
    0000000000000000 A fixed_percpu_data
    0000000000000040 A cpu_counter
    ffffffff81000000 T _stext
    ffffffff81000000 T _text
    ffffffff81000040 t init_once
    ffffffff81000080 t show
    ffffffff81000080 t alias_of_show
    ffffffff81000100 t init_once
    ffffffff81000200 t init_once.llvm.77
    ffffffff81000300 T _etext
    ffffffff82000000 D data
    ffffffff82000100 T _sinittext
    ffffffff82000120 t setup
    ffffffff82000180 T _einittext
    ffffffff83000000 B _end

    """

  private static let modules = """
    ffffffffc0000000 t show\t[alpha]
    ffffffffc0000010 t $x\t[alpha]
    ffffffffc0000040 t next\t[alpha]
    ffffffffc0001000 t show\t[beta]
    ffffffffc0001008 t show\t[beta]

    """

  private func index(_ text: String) throws -> SymbolIndex {
    SymbolIndex(try SymbolText(parsing: Array(text.utf8).rawSpan).table)
  }

  @Test("equal names chain in table order, each with its position")
  func names() throws {
    let index = try index(IndexTests.kernel + IndexTests.modules)
    #expect(index.symbols(named: "init_once") == [4, 7])
    #expect(index.position(of: 7) == SymbolPosition(2, of: 2))
    #expect(index.position(of: 8).isUnique)
    #expect(index.symbols(named: "show").count == 4)
    #expect(index.position(of: 5).isUnique)
    #expect(index.position(of: 19) == SymbolPosition(2, of: 2))
    #expect(index.table.owner(at: 19) == "beta")
    #expect(index.symbols(named: "nothing").isEmpty)
    #expect(index.kernelCount == 15)
  }

  @Test("an address belongs to the first symbol of the greatest address below")
  func addresses() throws {
    let index = try index(IndexTests.kernel + IndexTests.modules)
    func found(_ address: UInt64) -> String? {
      index.symbol(at: address).map { match in
        let size = match.size.map { "/\($0)" } ?? ""
        return "\(index.table.name(at: match.index).text)+\(match.offset)\(size)"
      }
    }
    #expect(found(0xffff_ffff_8100_0041) == "init_once+1/64")
    #expect(found(0xffff_ffff_8100_0090) == "show+16/128")
    // Sizes go over gaps, and end with the initial text or the kernel.
    #expect(found(0xffff_ffff_8100_0301) == "_etext+1/16776448")
    #expect(found(0xffff_ffff_8200_0130) == "setup+16/96")
    // Per-CPU addresses lie outside of the kernel.
    #expect(found(0x48) == nil)
    #expect(found(0xffff_ffff_c000_0020) == "show+32/64")
    #expect(found(0xffff_ffff_c000_1009) == "show+1")
  }

  @Test("a list out of order answers like a sorted one")
  func unsorted() throws {
    let lines = IndexTests.kernel.split(separator: "\n")
    let index = try index(lines.reversed().joined(separator: "\n"))
    let match = try #require(index.symbol(at: 0xffff_ffff_8100_0041))
    let name = index.table.name(at: match.index).text
    #expect(name == "init_once")
    #expect(match.size == 0x40)
  }

  @Test("every name of a large table is found, and no other")
  func large() throws {
    let list = symbolList(count: 3000, base: 0xffff_ffff_8100_0000)
    let index = try index(list)
    for symbol in 0..<index.table.count {
      let found = index.symbols(named: index.table.name(at: symbol))
      #expect(found.contains(symbol))
    }
    #expect(index.symbols(named: "vfs_vfs_").isEmpty)
    #expect(index.symbols(named: "").isEmpty)
  }

  @Test("an empty index answers nothing")
  func empty() {
    let index = SymbolIndex(SymbolTable())
    #expect(index.symbols(named: "x").isEmpty)
    #expect(index.symbol(at: 1) == nil)
  }

  @Test("of equal addresses the first counts, however many there are", arguments: [0, 1, 2, 20])
  func manyAliases(_ before: Int) throws {
    for count in [1, 2, 14, 15, 16, 17, 18, 33, 70] {
      var list = (0..<before).map { "\(String(0x1000 + $0, radix: 16)) t b\($0)\n" }.joined()
      list += (0..<count).map { "2000 t a\($0)\n" }.joined() + "3000 t c\n"
      let index = try index(list)
      let match = try #require(index.symbol(at: 0x2001))
      #expect(match.index == before && match.offset == 1 && match.size == 0x1000, "\(count)")
      #expect(index.aliases(of: before, limit: 100) == Array((before + 1)..<(before + count)))
      #expect(index.aliases(of: before, limit: 2).count <= 3)
      #expect(index.size(of: before + count) == nil)
    }
  }

  @Test("symbols one byte apart have a byte each, in modules and before many aliases, too")
  func neighbours() throws {
    let aliases = (0..<20).map { "1002 t a\($0)\n" }.joined()
    let index = try index(
      "1000 T _stext\n1001 t b\n\(aliases)3000 T _end\n"
        + "8000 t f\t[m]\n8001 t g\t[m]\n8003 t h\t[m]\n")
    func found(_ address: UInt64) -> String? {
      index.symbol(at: address).map { "\(index.table.name(at: $0.index).text)+\($0.offset)" }
    }
    #expect(
      [0x1000, 0x1001, 0x1002, 0x1003].map { found($0) } == ["_stext+0", "b+0", "a0+0", "a0+1"])
    #expect([0x8000, 0x8001, 0x8002, 0x8003].map { found($0) } == ["f+0", "g+0", "g+1", "h+0"])
    #expect([0, 1, 2, 22].map { index.size(of: $0) } == [1, 1, 0x1ffe, nil])
    let modules = try self.index("1000 t k\n8000 t f\t[m]\n8000 t g\t[m]\n")
    #expect(modules.aliases(of: 0) == [] && modules.aliases(of: 1) == [2])
  }

  @Test("the kernel has its addresses up to its end, and those of its initial part")
  func bounds() throws {
    let list = """
      1000 T _stext
      2000 T _etext
      5000 T __init_begin
      5100 T _sinittext
      5180 t start
      5200 T _einittext
      6000 T __init_end

      """
    let text = try index(list).bounds
    #expect(text.main == 0x1000..<0x2000 && text.initial == 0x5100..<0x5200)
    let all = try index(list + "4000 B _end\n")
    #expect(all.bounds.main == 0x1000..<0x4000 && all.bounds.initial == 0x5000..<0x6000)
    for (address, isInside) in [
      (0xfff, false), (0x1000, true), (0x3fff, true), (0x4000, false), (0x4fff, false),
      (0x5000, true), (0x5fff, true), (0x6000, false),
    ] as [(UInt64, Bool)] {
      #expect(all.bounds.contains(address) == isInside, "\(address)")
      #expect((all.symbol(at: address) != nil) == isInside)
    }
    #expect(try index("1000 t a\n2000 t b\n").bounds.contains(5))
    #expect(try index("2000 T _stext\n2000 T _end\n").bounds.main?.isEmpty == true)
    #expect(try index("2000 T _stext\n1000 T _end\n").bounds.main == nil)
  }

  @Test("a module's symbols are no bounds of the kernel")
  func boundsOfModules() throws {
    let module = try index("1000 T _stext\n1800 t f\n2000 T _end\t[m]\n3000 T _etext\t[m]\n")
    #expect(module.kernelCount == 2 && module.bounds.main == nil)
    let second = try index("1000 T _stext\n2000 T f\t[m]\n3000 T _end\t[m]\n")
    #expect(second.bounds.main == nil)
  }

  @Test("a function ends at the next address of its owner, in modules not at labels")
  func ends() throws {
    let list = """
      1000 T _stext
      1800 t last
      2000 T _end
      8000 t f\t[a]
      8008 t $x\t[a]
      8010 t .L1\t[a]
      8018 t L0\u{1}\t[a]
      8020 t g\t[a]
      8030 t h\t[b]
      8040 t $d\t[b]
      8050 t i\t[b]
      8050 t j\t[b]

      """
    let index = try index(list)
    func found(_ address: UInt64) -> String? {
      index.symbol(at: address).map { match in
        "\(index.table.name(at: match.index).text)+\(match.offset)"
          + (match.size.map { "/\($0)" } ?? "")
      }
    }
    #expect(found(0x1801) == "last+1/2048" && found(0x1fff) == "last+2047/2048")
    #expect(found(0x8000) == "f+0/32" && found(0x8009) == "f+9/32" && found(0x801f) == "f+31/32")
    #expect(found(0x8021) == "g+1" && found(0x8041) == "h+17/32" && found(0x8051) == "i+1")
    #expect(found(0x7fff) == nil && found(0x2000) == nil && found(0xfff) == nil)
    #expect(index.size(of: 3) == 32 && index.size(of: 7) == nil && index.size(of: -1) == nil)
    #expect(index.size(of: index.table.count) == nil && index.aliases(of: 99) == [])
    #expect(index.aliases(of: index.table.count) == [] && index.aliases(of: -1) == [])
    #expect(index.next(after: index.table.count) == nil && index.next(after: -1) == nil)
    #expect(index.aliases(of: 10) == [11] && index.aliases(of: 11) == [10])
  }
}

@Suite("Lists of symbols as text")
struct SymbolTextTests {
  @Test("System.map, nm, nm -S and /proc/kallsyms are read")
  func forms() throws {
    let text = """
      c0008000 T _text
      c0008010 00000010 t sized
                       U missing
      ffffffffc0000000 t in_module\t[some_module]\r

      not a symbol
      """
    let parsed = try SymbolText(parsing: Array(text.utf8).rawSpan)
    #expect(parsed.table.count == 3)
    let name = parsed.table.name(at: 1).text
    #expect(name == "sized")
    #expect(parsed.table.owner(at: 2) == "some_module")
    #expect(parsed.table.owner(at: 0) == "vmlinux")
    #expect(parsed.undefinedCount == 1)
    #expect(parsed.skippedLineCount == 1)
  }

  @Test("65,535 modules have symbols beside the kernel's, a list with more is refused")
  func manyModules() throws {
    let list = "0 t f\n" + (1...65_535).map { "\($0) t f\t[m\($0)]\n" }.joined()
    let table = try SymbolText(parsing: Array(list.utf8).rawSpan).table
    #expect(table.ownerNames.count == 65_536 && table.owner(at: 65_535) == "m65535")
    let long = list + "65536 t f\t[m65536]\n"
    #expect(throws: ParseError.self) { try SymbolText(parsing: Array(long.utf8).rawSpan) }
  }

  @Test("hidden addresses are reported")
  func hidden() throws {
    let text = "0000000000000000 T _text\n0000000000000000 t other\t[mod]\n"
    #expect(try SymbolText(parsing: Array(text.utf8).rawSpan).hidesAddresses)
  }

  @Test("prose is no list of symbols")
  func prose() {
    // What Debian ships as System.map.
    let stub =
      "ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package\n"
    for text in [stub, "System.map is elsewhere\n", "", "0x1 vfs_read vmlinux EXPORT_SYMBOL\n"] {
      #expect(throws: ParseError.self) { try SymbolText(parsing: Array(text.utf8).rawSpan) }
    }
  }
}
