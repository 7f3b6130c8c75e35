import ByteStorage
import KernelReleases
import SymbolSpelling
import SymbolTables
import Testing

/// What there is to know about the spellings of symbols of a kernel and of a module.
@Suite("Remarks on symbol spellings")
struct SpellingRemarkTests {
  private static let list = """
    ffffffff81000000 T _text
    ffffffff81000000 T _stext
    ffffffff81000100 t twin
    ffffffff81000200 t twin
    ffffffff81000200 W single
    ffffffff81000300 T once
    ffffffff81000300 W other_name
    ffffffff81000400 t foo.llvm.123
    ffffffff81001000 T _etext
    ffffffff81002000 D data
    ffffffff81005000 B _end
    ffffffffc0000000 t own	[m]
    ffffffffc0000100 t pair	[m]
    ffffffffc0000200 t pair	[m]
    ffffffffc0000300 d value	[m]
    ffffffffc0001000 t last	[n]

    """

  private func table() throws -> SymbolTable {
    try SymbolText(parsing: Array(Self.list.utf8).rawSpan).table
  }

  private func spell(
    _ name: String, _ position: Int = 1, at offset: UInt64 = 0, for interface: SymbolInterface,
    isRunning: Bool = false, release: String = "7.2", isLTO: Bool = false
  ) throws -> SymbolSpelling {
    let speller = SymbolSpeller(
      SymbolIndex(try table()),
      kernel: .init(
        release: KernelRelease(release), configuration: .init(hasClangLTO: isLTO),
        isRunning: isRunning), interfaces: [interface])
    let found = speller.index.symbols(named: name)
    try #require(found.count >= position)
    return speller.spelling(of: found[position - 1], at: offset, for: interface)
  }

  private typealias Remarks = [SpellingNote.Code]

  @Test("of a symbol that the kernel has once, only where it can be probed is not known")
  func uniqueNames() throws {
    let remarks: [(SymbolInterface, Remarks)] = [
      (.kprobe, [.sitesUnknown]), (.ftrace, []), (.perf, [.sitesUnknown]),
      (.bpftrace, [.sitesUnknown]), (.livepatch, []), (.gdb, []), (.crash, []),
      (.modversions, [.hashed]),
    ]
    for (interface, codes) in remarks {
      #expect(try spell("once", for: interface).remarks.map(\.code) == codes, "\(interface)")
    }
  }

  @Test("one of several equal names has its position, and an address where that is written")
  func equalNames() throws {
    let remarks: [(SymbolInterface, linked: Remarks, running: Remarks)] = [
      (.kprobe, [.position, .sitesUnknown], [.position, .sitesUnknown]),
      (.ftrace, [.selectsAll], [.selectsAll]),
      (.perf, [.position, .sitesUnknown, .linkedAddress], [.position, .sitesUnknown]),
      (
        .bpftrace, [.position, .sitesUnknown, .linkedAddress, .unsafeMode],
        [.position, .sitesUnknown, .unsafeMode]
      ),
      (.livepatch, [], []), (.gdb, [.position, .linkedAddress], [.position]),
      (.crash, [.sharedName, .linkedAddress], [.sharedName]),
    ]
    for (interface, linked, running) in remarks {
      let found = try spell("twin", 2, for: interface)
      #expect(found.remarks.map(\.code) == linked, "\(interface)")
      let numbers = found.remarks.first { $0.code == .position }?.numbers
      #expect(numbers == nil || numbers == [2, 2])
      #expect(
        try spell("twin", 2, for: interface, isRunning: true).remarks.map(\.code) == running,
        "\(interface)")
    }
    #expect(
      try spell("twin", at: 4, for: .gdb).remarks.map(\.code)
        == [.position, .linkedAddress, .instructionStart])
  }

  /// Where a module lies only the running kernel knows; its own names it has as the kernel has.
  @Test(
    "a module's symbol is written with the module, and one of several by an address that is known",
    arguments: [
      (
        SymbolInterface.kprobe, "p:own m:own", " 0xffffffffc0000200" as String?,
        [.position] as [SpellingNote.Code]
      ), (.perf, "perf probe -m m --add 'own=own'", "=0xffffffffc0000200'", [.position]),
      (.bpftrace, "kprobe:m:own", "kprobe:0xffffffffc0000200", [.position, .unsafeMode]),
      (.gdb, "break own", "break *0xffffffffc0000200", [.position]),
      (.crash, "dis own", "dis 0xffffffffc0000200", [.sharedName]),
    ])
  func modules(
    _ interface: SymbolInterface, _ own: String, _ pair: String?, _ remarks: [SpellingNote.Code]
  ) throws {
    for isRunning in [false, true] {
      let spelling = try spell("own", for: interface, isRunning: isRunning)
      #expect(spelling.text == own && spelling.remarks.isEmpty)
    }
    let linked = try spell("pair", 2, for: interface)
    #expect(linked.text == nil && linked.problem?.code == .needsAddress)
    #expect(linked.problem?.subject == "m")
    let running = try spell("pair", 2, for: interface, isRunning: true)
    #expect(running.text?.hasSuffix(pair ?? "") == true)
    #expect(running.remarks.map(\.code) == remarks)
  }

  @Test("places in a module's symbol are written as those in the kernel's")
  func placesInModules() throws {
    #expect(try spell("own", at: 4, for: .kprobe).text == "p:own_0x4 m:own+0x4")
    #expect(try spell("own", at: 4, for: .kprobe).remarks.map(\.code) == [.instructionStart])
    #expect(try spell("own", at: 4, for: .bpftrace).text == "kprobe:m:own+0x4")
    #expect(
      try spell("pair", 2, at: 4, for: .kprobe, isRunning: true).text?
        .hasSuffix(" 0xffffffffc0000204") == true)
    #expect(try spell("value", for: .kprobe).problem?.code == .notFunction)
    #expect(try spell("value", for: .gdb).text == "info address value")
    #expect(try spell("value", for: .crash).text == "sym value")
  }

  /// `klp_find_object_symbol` counts a module's symbols in the order of its own symbol table.
  @Test("a livepatch counts a module's equal names in the order of the module's file")
  func livepatchOfModules() throws {
    for (name, position, number, remarks) in [
      ("own", 1, 0, []), ("pair", 2, 2, [.fileOrder]), ("twin", 2, 2, []), ("once", 1, 0, []),
    ] as [(String, Int, Int, Remarks)] {
      let spelling = try spell(name, position, for: .livepatch)
      #expect(spelling.text == ".old_name = \"\(name)\", .old_sympos = \(number)")
      #expect(spelling.remarks.map(\.code) == remarks, "\(name)")
    }
  }

  @Test("ftrace selects all functions of a name in a module, and an alias by the name it prints")
  func ftrace() throws {
    #expect(try spell("own", for: .ftrace).text == "own:mod:m")
    #expect(try spell("own", for: .ftrace).remarks.isEmpty)
    let pair = try spell("pair", 2, for: .ftrace)
    #expect(pair.text == "pair:mod:m" && pair.remarks.map(\.code) == [.selectsAll])
    #expect(pair.remarks.first?.numbers == [2])
    let alias = try spell("other_name", for: .ftrace)
    #expect(alias.text == "once" && alias.remarks.map(\.code) == [.alias])
    let ofTwin = try spell("single", for: .ftrace)
    #expect(ofTwin.text == "twin" && ofTwin.remarks.map(\.code) == [.selectsAll, .alias])
  }

  @Test("any place is one in the last function of a module, whose size is not known")
  func unknownSizes() throws {
    #expect(try spell("last", for: .bpftrace).text == "kprobe:n:last")
    #expect(try spell("last", at: 0x1000, for: .bpftrace).text == "kprobe:n:last+0x1000")
  }

  @Test("where all addresses are hidden, none is outside of the text")
  func hiddenAddresses() throws {
    var table = SymbolTable()
    for name in ["_stext", "f", "_etext"] {
      table.append(address: 0, type: 0x74, name: Array(name.utf8).rawSpan)
    }
    let speller = SymbolSpeller(SymbolIndex(table), kernel: .init(release: KernelRelease(7, 2)))
    #expect(speller.spelling(of: 1, for: .kprobe).text == "p:f f")
  }

  /// 6.5 bisects names that are sorted by what is left of them: see ``LookupEra``.
  @Test("a symbol that no lookup by name finds is probed at a distance, and never replaced")
  func neverFound() throws {
    let names = ["foo.cold", "foo.llvm.111", "foo", "foo.llvm.222", "foo._entry", "only.llvm.3"]
    var list = "ffffffff81000000 T _text\n"
    for (place, name) in names.enumerated() { list += "ffffffff810000\(place + 1)0 t \(name)\n" }
    let table = try SymbolText(parsing: Array(list.utf8).rawSpan).table
    let speller = SymbolSpeller(
      SymbolIndex(table),
      kernel: .init(release: KernelRelease(6, 5), configuration: .init(hasClangLTO: true)))
    let probe = speller.spelling(of: 1, at: 4, for: .kprobe)
    #expect(probe.text?.hasSuffix(" _text+0x14") == true)
    #expect(probe.remarks.map(\.code) == [.instructionStart, .neverFound])
    #expect(speller.spelling(of: 1, for: .livepatch).problem?.code == .neverFound)
    #expect(speller.spelling(of: 6, for: .livepatch).problem == nil)
  }

  @Test("a name that is cut, by crash or by the release, is noted with the whole name")
  func cutNames() throws {
    let crash = try spell("foo.llvm.123", for: .crash)
    #expect(crash.remarks.map(\.code) == [.strippedName])
    #expect(crash.remarks.first?.subject == "foo.llvm.123")
    for (release, remarks) in [("6.6", [.cutName]), ("7.2", [])] as [(String, Remarks)] {
      let patch = try spell("foo.llvm.123", for: .livepatch, release: release, isLTO: true)
      #expect(patch.remarks.map(\.code) == remarks, "\(release)")
    }
  }

  @Test("a kernel is taken for one in a file, built without Clang's LTO, where nothing is said")
  func assumptions() throws {
    let speller = SymbolSpeller(
      SymbolIndex(try table()), kernel: .init(release: KernelRelease(6, 6)))
    let promoted = try #require(speller.index.symbols(named: "foo.llvm.123").first)
    #expect(
      speller.spelling(of: promoted, for: .livepatch).text
        == ".old_name = \"foo.llvm.123\", .old_sympos = 0")
    let twin = try #require(speller.index.symbols(named: "twin").first)
    #expect(speller.spelling(of: twin, for: .gdb).remarks.map(\.code).contains(.linkedAddress))
  }

  @Test("an address of an image that does not say where it lies is a distance")
  func relativeAddresses() throws {
    var table = try table()
    table.isRelative = true
    let speller = SymbolSpeller(SymbolIndex(table), kernel: .init(release: KernelRelease(7, 2)))
    let twin = try #require(speller.index.symbols(named: "twin").last)
    #expect(
      speller.spelling(of: twin, for: .gdb).remarks.map(\.code) == [.position, .relativeAddress])
  }

  /// add_extended_versions of scripts/mod/modpost.c, which kernels read from 6.14 on.
  @Test("a name too long for the basic table needs a kernel that reads extended ones")
  func extendedVersions() throws {
    var table = SymbolTable()
    let name = String(repeating: "n", count: 56)
    table.append(address: 0x1000, type: 0x54, name: Array(name.utf8).rawSpan)
    for (release, remarks) in [
      (KernelRelease(6, 13), [.basicTooSmall, .extendedUnread, .hashed]),
      (KernelRelease(6, 14), [.basicTooSmall, .hashed]),
    ] as [(KernelRelease, Remarks)] {
      let speller = SymbolSpeller(SymbolIndex(table), kernel: .init(release: release))
      let found = speller.spelling(of: 0, for: .modversions)
      #expect(found.text == "extended, packed, hashed")
      #expect(found.remarks.map(\.code) == remarks)
    }
  }

  /// `check_kprobe_address_safe` of kernel/kprobes.c asks whether the address lies in one of them.
  @Test(
    "the parts of the text that kprobes refuse begin and end with their symbols",
    arguments: ["entry_text", "kprobes_text", "noinstr_text", "idmap_text", "hyp_text"])
  func refusedAreas(_ area: String) throws {
    let names = ["_stext", "before", "__\(area)_start", "first", "last", "__\(area)_end", "_etext"]
    var table = SymbolTable()
    for (place, name) in names.enumerated() {
      // What follows a start has its address.
      let address = 0x1000 + 16 * UInt64(place > 2 ? place - 1 : place)
      table.append(address: address, type: 0x74, name: Array(name.utf8).rawSpan)
    }
    let speller = SymbolSpeller(SymbolIndex(table), kernel: .init(release: KernelRelease(7, 2)))
    let problems = (0..<names.count).map { speller.spelling(of: $0, for: .kprobe).problem?.code }
    #expect(
      problems == [nil, nil, .refusedArea, .refusedArea, .refusedArea, nil, .outsideText])
    #expect(speller.spelling(of: 3, for: .kprobe).problem?.subject == "__\(area)_start")
    #expect(speller.spelling(of: 1, at: 15, for: .kprobe).problem == nil)
    #expect(speller.spelling(of: 1, at: 16, for: .kprobe).problem?.code == .refusedArea)
  }

  /// `within_notrace_func` of kernel/trace/trace_kprobe.c asks about the name up to the first dot.
  @Test("a clone is refused as its function is, and probed where its function can be traced")
  func clones() throws {
    var table = SymbolTable()
    for (place, name) in ["_stext", "f", "f.cold", "g", "g.cold", "_etext"].enumerated() {
      table.append(
        address: 0x1000 + 16 * UInt64(place), type: 0x74, name: Array(name.utf8).rawSpan)
    }
    for (tracing, refused, problems) in [
      ([], [], [.untraceable, .untraceable]), ([0x1010], [], [nil, nil]),
      ([0x101f], [], [nil, nil]), ([0x1020], [], [.untraceable, nil]),
      ([0x1010], [0x1010], [.refused, .refused]), ([0x1010], [0x1020], [nil, .refused]),
      ([0x1010], [0x1030], [nil, nil]),
    ] as [([UInt64], [UInt64], [SpellingNote.Code?])] {
      let sites = ProbeSites(tracing: tracing, refused: refused)
      let speller = SymbolSpeller(
        SymbolIndex(table), kernel: .init(release: KernelRelease(7, 2), sites: sites))
      let found = [1, 2].map { speller.spelling(of: $0, for: .kprobe).problem?.code }
      #expect(found == problems, "\(tracing) \(refused)")
    }
  }
}
