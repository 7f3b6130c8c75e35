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
