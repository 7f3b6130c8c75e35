import ByteStorage
import KernelReleases
import SymbolTables
import TestSupport
import Testing

@Suite("Eras of lookup")
struct EraTests {
  /// A kernel built with ThinLTO: `foo` exists plain and promoted, `only` just promoted.
  private static let list = """
    ffffffff81000000 T _stext
    ffffffff81000010 t foo.cold
    ffffffff81000020 t foo.llvm.111
    ffffffff81000030 T foo
    ffffffff81000040 t foo.llvm.222
    ffffffff81000050 t foo._entry
    ffffffff81000060 t only.llvm.333
    ffffffff81000070 t plain
    ffffffff81000080 t hashed$0123456789abcdef0123456789abcdef
    ffffffff81001000 T _end

    """

  private static let index: SymbolIndex? = {
    (try? SymbolText(parsing: Array(list.utf8).rawSpan)).map { SymbolIndex($0.table) }
  }()

  private func answer(
    _ name: String, _ version: KernelRelease, lto: Bool = true, cfi: Bool = false
  ) throws -> [Int] {
    let index = try #require(EraTests.index)
    let era = LookupEra.of(
      version, .init(hasClangLTO: lto, hasCFIWithThinLTO: cfi))
    let answer = EraLookup(index, era).answer(name)
    #expect(answer.match == answer.all.first)
    return answer.all
  }

  @Test("names are compared exactly without LTO, before 5.13, and from 6.10.7 on")
  func exact() throws {
    for (version, lto) in [
      (KernelRelease(6, 6), false), (KernelRelease(5, 12), true), (KernelRelease(6, 10, 7), true),
      (KernelRelease(6, 11), true), (KernelRelease(7, 3), true),
    ] {
      #expect(try answer("foo", version, lto: lto) == [3])
      #expect(try answer("foo.llvm.111", version, lto: lto) == [2])
      #expect(try answer("only", version, lto: lto) == [])
    }
  }

  @Test("5.13 to 5.15 cut the hash of jump tables, with CFI and ThinLTO only")
  func lastDollar() throws {
    #expect(try answer("hashed", KernelRelease(5, 15), cfi: true) == [8])
    #expect(try answer("hashed", KernelRelease(5, 15)) == [])
    // Without a word on it, a kernel has no CFI.
    #expect(LookupEra.of(KernelRelease(5, 15), .init(hasClangLTO: true)).isExact)
    #expect(try answer("only", KernelRelease(5, 15), cfi: true) == [])
  }

  @Test("5.16 to 6.1.41 cut at the first dot, and answer the lowest address")
  func firstDotLinear() throws {
    for version in [KernelRelease(5, 16), KernelRelease(6, 1, 41)] {
      #expect(try answer("foo", version) == [1, 2, 3, 4, 5])
      #expect(try answer("foo.llvm.222", version) == [4])
      #expect(try answer("only", version) == [6])
    }
  }

  @Test("6.2 to 6.4 bisect by cut name: the group as a whole, one of it by luck")
  func firstDotBisected() throws {
    #expect(try answer("foo", KernelRelease(6, 3)) == [1, 2, 3, 4, 5])
    #expect(try answer("only.llvm.333", KernelRelease(6, 3)) == [6])
    #expect(try answer("plain", KernelRelease(6, 3)) == [7])
  }

  @Test(
    "6.5 cuts at .llvm. only, and misses names that sort between foo and foo.llvm",
    arguments: [
      KernelRelease(6, 5), KernelRelease(6, 4, 6), KernelRelease(6, 1, 42), KernelRelease(6, 1, 50),
    ])
  func llvmBisected(_ version: KernelRelease) throws {
    #expect(try answer("only", version) == [6])
    #expect(try answer("foo", version) == [2, 3, 4])
    #expect(try answer("foo.cold", version) == [])
  }

  @Test(
    "6.5.1 to 6.10.6 never find a name with its suffix",
    arguments: [
      KernelRelease(6, 5, 1), KernelRelease(6, 6, 80), KernelRelease(6, 10, 6),
      KernelRelease(6, 1, 51), KernelRelease(6, 1, 100), KernelRelease(6, 4, 14),
    ])
  func cutNames(_ version: KernelRelease) throws {
    #expect(try answer("foo", version) == [2, 3, 4])
    #expect(try answer("foo.llvm.111", version) == [])
    #expect(try answer("only", version) == [6])
    #expect(try answer("foo.cold", version) == [1])
  }

  /// Promoted alone, twice, and beside a plain one that lies higher.
  private static let promoted = """
    ffffffff81000000 T _stext
    ffffffff81000010 t one.llvm.1
    ffffffff81000020 t two.llvm.2
    ffffffff81000030 t two.llvm.1
    ffffffff81000040 t mixed.llvm.1
    ffffffff81000050 t mixed
    ffffffff81000060 r .str.24.llvm.1
    ffffffff81001000 T _end

    """

  /// What each era answers for the names without suffix, then for those with: the indices.
  private static let rows: [(KernelRelease, [[Int]], [[Int]?])] = {
    let exact = ([[], [], [5], []], [[1], [3], [2], [4], [6]])
    let lowest = [[1], [2, 3], [4, 5], []]
    // Before 6.2, symbols are compared as they are first; bisection with names that are not sorted
    // so finds some of several equals only by luck.
    let linear = [[1], [3], [2], [4], [6]]
    let lucky: [[Int]?] = [[1], nil, nil, nil, [6]]
    let never = [[Int]](repeating: [], count: 5)
    return [
      (KernelRelease(5, 12), exact.0, exact.1), (KernelRelease(5, 15), exact.0, exact.1),
      (KernelRelease(5, 16), lowest, linear), (KernelRelease(6, 1, 41), lowest, linear),
      (KernelRelease(6, 1, 42), lowest, lucky), (KernelRelease(6, 1, 50), lowest, lucky),
      (KernelRelease(6, 1, 51), lowest, never), (KernelRelease(6, 1, 176), lowest, never),
      (KernelRelease(6, 4, 5), lowest, lucky), (KernelRelease(6, 4, 13), lowest, lucky),
      (KernelRelease(6, 4, 14), lowest, never), (KernelRelease(6, 5, 0), lowest, lucky),
      (KernelRelease(6, 5, 1), lowest, never), (KernelRelease(6, 10, 6), lowest, never),
      (KernelRelease(6, 10, 7), exact.0, exact.1), (KernelRelease(6, 11), exact.0, exact.1),
      (KernelRelease(7, 3, 4), exact.0, exact.1),
    ]
  }()

  @Test("promoted names alone, twice and beside a plain one, in every era", arguments: rows.indices)
  func promoted(_ row: Int) throws {
    let (version, plain, suffixed) = EraTests.rows[row]
    let text = Array(EraTests.promoted.utf8)
    let index = SymbolIndex(try SymbolText(parsing: text.rawSpan).table)
    let lookup = EraLookup(index, LookupEra.of(version, .init(hasClangLTO: true)))
    for (name, expected) in zip(["one", "two", "mixed", ".str.24"], plain) {
      // `.str.24` is cut to nothing at its first dot, and to itself at `.llvm.`.
      let isCut = name == ".str.24" && lookup.era.cut == .llvm
      #expect(lookup.answer(name).all == (isCut ? [6] : expected), "\(version) \(name)")
    }
    let names = ["one.llvm.1", "two.llvm.1", "two.llvm.2", "mixed.llvm.1", ".str.24.llvm.1"]
    for (name, expected) in zip(names, suffixed) {
      guard let expected else { continue }
      #expect(lookup.answer(name).all == expected, "\(version) \(name)")
    }
    #expect(lookup.era.isCertain)
  }

  @Test("a lookup by name in the kernel does not find symbols of modules")
  func modules() throws {
    let list = "1000 t f\n8000 t f\t[m]\n8010 t g\t[m]\n"
    let index = SymbolIndex(try SymbolText(parsing: Array(list.utf8).rawSpan).table)
    for (release, hasLTO) in [
      (KernelRelease(6, 12), false), (KernelRelease(6, 1), true), (KernelRelease(6, 6), true),
    ] {
      let lookup = EraLookup(index, LookupEra.of(release, .init(hasClangLTO: hasLTO)))
      #expect(lookup.answer("f").all == [0] && lookup.answer("g").all == [], "\(release)")
    }
  }

  @Test("symbols that count as equal are met by address, in whatever order they are listed")
  func unsorted() throws {
    let list = "3000 t f.llvm.2\n1000 t f.llvm.1\n2000 t f\n1000 t f.llvm.3\n"
    let index = SymbolIndex(try SymbolText(parsing: Array(list.utf8).rawSpan).table)
    let lookup = EraLookup(index, LookupEra.of(KernelRelease(6, 6), .init(hasClangLTO: true)))
    #expect(lookup.answer("f").all == [1, 3, 2, 0])
  }

  @Test("names are printed cut where they are compared cut")
  func printed() throws {
    let index = try #require(EraTests.index)
    func printed(_ version: KernelRelease) -> String {
      EraLookup(index, LookupEra.of(version, .init(hasClangLTO: true))).printedName(of: 2)
    }
    #expect(printed(KernelRelease(6, 6)) == "foo")
    #expect(printed(KernelRelease(6, 12)) == "foo.llvm.111")
  }
}
