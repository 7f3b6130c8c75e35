import ByteStorage
import KernelReleases
import SymbolTables
import TestSupport
import Testing

@Suite("Finding symbols by what a user knows")
struct FinderTests {
  private static let list = """
    ffffffff81000000 T _stext
    ffffffff81000010 t init_once
    ffffffff81000050 t init_once
    ffffffff81000090 t promoted.llvm.14172910296636650566
    ffffffff810000a0 T _RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk
    ffffffff810000b0 t __cfi_promoted.llvm.14172910296636650566
    ffffffff81000100 T first
    ffffffff81000100 W second
    ffffffff81001000 T _end
    ffffffffc0000000 t init_once\t[alpha]
    ffffffffc0000040 t init_once\t[alpha]
    ffffffffc0001000 t other\t[beta_two]

    """

  private static let index: SymbolIndex? = {
    (try? SymbolText(parsing: Array(list.utf8).rawSpan)).map { SymbolIndex($0.table) }
  }()

  /// Indices and positions, as `7` or `7 (1 of 2)`, with the offset.
  private func find(_ key: String) throws -> [String] {
    let index = try #require(FinderTests.index)
    return SymbolFinder(index).find(key).map { found in
      var text = "\(found.index)"
      if let offset = found.offset { text += "+\(offset)" }
      if found.position.count > 1 { text += " (\(found.position))" }
      return text
    }
  }

  @Test(
    "queries are read",
    arguments: [
      ("name", "name", nil, nil, nil, nil), ("name,2", "name", nil, 2, nil, nil),
      ("name@mod", "name", "mod", nil, nil, nil), ("mod:name,3", "name", "mod", 3, nil, nil),
      ("name,2@mod", "name", "mod", 2, nil, nil), ("name@mod,2", "name", "mod", 2, nil, nil),
      ("name+0x1c/0x40", "name", nil, nil, 28, 64), ("name+28", "name", nil, nil, 28, nil),
      ("name+0x1c/0x40 [mod]", "name", "mod", nil, 28, 64),
      ("name+0x1 [mod 0123abcd]", "name", "mod", nil, 1, nil),
      ("a::b", "a::b", nil, nil, nil, nil), ("mod:a::b", "a::b", "mod", nil, nil, nil),
      ("<T as U + V>::f", "<T as U + V>::f", nil, nil, nil, nil), ("+1", "+1", nil, nil, nil, nil),
      (",1", ",1", nil, nil, nil, nil), ("@m", "@m", nil, nil, nil, nil),
      (":n", ":n", nil, nil, nil, nil), ("name+x", "name+x", nil, nil, nil, nil),
      ("name+1/", "name+1/", nil, nil, nil, nil), ("name+/1", "name+/1", nil, nil, nil, nil),
      ("name+0x", "name+0x", nil, nil, nil, nil), ("", "", nil, nil, nil, nil),
      ("[mod]", "[mod]", nil, nil, nil, nil), ("name[mod]", "name[mod]", nil, nil, nil, nil),
      ("name\t[mod]", "name", "mod", nil, nil, nil), (" [mod]", "", "mod", nil, nil, nil),
      ("8021q:name", "name", "8021q", nil, nil, nil), ("Z-a_z:n", "n", "Z-a_z", nil, nil, nil),
      ("a.b:n", "a.b:n", nil, nil, nil, nil), ("a/b:n", "a/b:n", nil, nil, nil, nil),
      ("a@b:n", "a@b:n", nil, nil, nil, nil), ("a[b:n", "a[b:n", nil, nil, nil, nil),
      ("a`b:n", "a`b:n", nil, nil, nil, nil), ("a{b:n", "a{b:n", nil, nil, nil, nil),
    ] as [(String, String, String?, Int?, UInt64?, UInt64?)])
  func queries(
    _ text: String, _ name: String, _ owner: String?, _ position: Int?, _ offset: UInt64?,
    _ size: UInt64?
  ) {
    let query = SymbolQuery(text)
    #expect(query.name == name)
    #expect(query.owner == owner)
    #expect(query.position == position)
    #expect(query.offset == offset)
    #expect(query.size == size)
  }

  @Test("equal names are all shown, and chosen by position, module and size")
  func equals() throws {
    let all = ["1 (1 of 2)", "2 (2 of 2)", "9 (1 of 2)", "10 (2 of 2)"]
    #expect(try find("init_once") == all)
    #expect(try find("init_once,2") == ["2 (2 of 2)", "10 (2 of 2)"])
    #expect(try find("init_once,3") == [])
    #expect(try find("init_once,0") == [])
    #expect(try find("promoted.llvm.14172910296636650566,0") == ["3"])
    #expect(try find("init_once@alpha") == ["9 (1 of 2)", "10 (2 of 2)"])
    #expect(try find("alpha:init_once,2") == ["10 (2 of 2)"])
    #expect(try find("vmlinux:init_once,2") == ["2 (2 of 2)"])
    #expect(try find("other@beta-two") == ["11"])
    #expect(try find("other@alpha") == [])
    #expect(try find("init_once+0x4/0x40@nothing") == [])
    #expect(try find("init_once+0x4/0x40") == ["1+4 (1 of 2)", "2+4 (2 of 2)", "9+4 (1 of 2)"])
    #expect(try find("init_once+4/0x40 [alpha]") == ["9+4 (1 of 2)"])
  }

  @Test("addresses are found with and without 0x")
  func addresses() throws {
    #expect(try find("0xffffffff81000054") == ["2+4 (2 of 2)"])
    #expect(try find("ffffffff81000054") == ["2+4 (2 of 2)"])
    #expect(try find("0xffffffffc0000041") == ["10+1 (2 of 2)"])
    #expect(try find("0x1") == [])
    #expect(try find("0xffffffffffffffffff") == [])
  }

  @Test("keys of eight digits are addresses where those of the whole kernel have 32 bits")
  func narrowAddresses() throws {
    for (end, isNarrow) in [("ffff0000", true), ("100000000", true), ("100001000", false)] {
      let list = "c0008000 T _stext\nc0008010 t f\n\(end) B _end\n"
      let index = SymbolIndex(try SymbolText(parsing: Array(list.utf8).rawSpan).table)
      #expect(SymbolFinder(index).find("c0008014").map(\.index) == (isNarrow ? [1] : []), "\(end)")
    }
  }

  @Test("keys of sixteen digits are addresses where nothing shows the kernel's ends")
  func boundless() throws {
    let list = "ffffffff81000000 t f\nffffffff81001000 t g\n"
    let index = SymbolIndex(try SymbolText(parsing: Array(list.utf8).rawSpan).table)
    #expect(SymbolFinder(index).find("ffffffff81000004").map(\.index) == [0])
    #expect(SymbolFinder(index).find("81000004").isEmpty)
  }

  @Test("addresses below the text of a kernel that was moved stay")
  func movedAddresses() throws {
    let list = "10000 T _text\n10000 T _stext\n10010 t f\n19000 B _end\n8000 t g\t[m]\n"
    let index = SymbolIndex(try SymbolText(parsing: Array(list.utf8).rawSpan).table)
    for (move, key, found) in [
      (0x5000, "0x15014", [2]), (0x5000, "0x8004", [4]),
      (0, "0x10014", [2]), (0, "0x8004", [4]),
    ] as [(UInt64, String, [Int])] {
      #expect(SymbolFinder(index, move: move).find(key).map(\.index) == found, "\(key)")
    }
  }

  @Test("a name with a position is the kernel's own for an era, also where modules have it")
  func eraPositions() throws {
    let list = "1000 t f\n1010 t f\n8000 t f\t[m]\n8010 t f\t[m]\n"
    let index = SymbolIndex(try SymbolText(parsing: Array(list.utf8).rawSpan).table)
    let era = EraLookup(index, LookupEra.of(KernelRelease(5, 4), .init(hasClangLTO: false)))
    let finder = SymbolFinder(index, era: era)
    #expect(finder.find("f").map(\.index) == [0, 1])
    #expect(finder.find("f,1").map(\.index) == [0])
    #expect(finder.find("m:f,1").map(\.index) == [2])
  }

  @Test("source names, readable paths, patterns and digests are found")
  func names() throws {
    #expect(try find("promoted") == ["3"])
    for key in [
      "call_printk", "print::call_printk", "kernel::print::call_printk",
      "*::call_print?", "_R*call_printk",
    ] { #expect(try find(key) == ["4"], "\(key)") }
    #expect(try find("int::call_printk") == [])
    #expect(try find("*_once") == ["1 (1 of 2)", "2 (2 of 2)", "9 (1 of 2)", "10 (2 of 2)"])
    let digest = "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e"
    #expect(try find(digest) == ["6"])
    #expect(try find("sha256:" + digest.uppercased()) == ["6"])
    #expect(try find("sha256:" + digest.dropLast()) == [])
  }

  @Test("other names of an address are its aliases, a weak one last")
  func aliases() throws {
    let index = try #require(FinderTests.index)
    #expect(index.aliases(of: 6) == [7])
    #expect(index.aliases(of: 7) == [6])
    #expect(index.aliases(of: 1) == [])
    #expect(index.size(of: 6) == 0xf00)
    #expect(index.size(of: 7) == 0xf00)
    #expect(index.size(of: 10) == nil)
  }

  @Test(
    "what an era finds, by name and position",
    arguments: [
      ("promoted", KernelRelease(6, 6), ["3"]), ("promoted", KernelRelease(6, 12), []),
      ("promoted.llvm.14172910296636650566", KernelRelease(6, 6), []),
      ("promoted.llvm.14172910296636650566", KernelRelease(6, 12), ["3"]),
      ("init_once,2", KernelRelease(6, 6), ["2 (2 of 2)"]),
      ("init_once", KernelRelease(6, 6), ["1 (1 of 2)", "2 (2 of 2)"]),
      ("alpha:init_once", KernelRelease(6, 6), ["9 (1 of 2)", "10 (2 of 2)"]),
      ("other", KernelRelease(6, 6), ["11"]), ("vmlinux:other", KernelRelease(6, 6), []),
      ("*_once", KernelRelease(6, 6), []),
      // Livepatch of 6.1 compared names as they are, lookup did not.
      ("promoted", KernelRelease(6, 1), ["3"]), ("promoted,1", KernelRelease(6, 1), []),
    ])
  func eras(_ key: String, _ version: KernelRelease, _ expected: [String]) throws {
    let index = try #require(FinderTests.index)
    let era = EraLookup(index, LookupEra.of(version, .init(hasClangLTO: true)))
    let found = SymbolFinder(index, era: era).find(key).map { found in
      found.position.isUnique ? "\(found.index)" : "\(found.index) (\(found.position))"
    }
    #expect(found == expected)
  }
}
