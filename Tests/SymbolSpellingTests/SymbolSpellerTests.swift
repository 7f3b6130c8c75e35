import ByteStorage
import KernelReleases
import Kernels
import SymbolSpelling
import SymbolTables
import Testing

/// Spellings for the interfaces of a small kernel.
@Suite("Symbol spellings")
struct SymbolSpellerTests {
  private static let list = """
    ffffffff81000000 T _text
    ffffffff81000000 T _stext
    ffffffff81000100 t __cfi_foo.llvm.123
    ffffffff81000110 t foo.llvm.123
    ffffffff81000200 t twice
    ffffffff81000300 t twice
    ffffffff81000400 T vfs_read
    ffffffff81000500 t inlined.isra.0
    ffffffff81000600 t _RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk
    ffffffff81000700 t 3com_probe
    ffffffff81001000 T _etext
    ffffffff81002000 D jiffies
    ffffffff81003000 T _sinittext
    ffffffff81003100 t start_kernel
    ffffffff81004000 T _einittext
    ffffffff81005000 B _end

    """

  private func index() throws -> SymbolIndex {
    let bytes = Array(Self.list.utf8)
    // SAFETY: the bytes of an array of bytes are all initialised.
    return SymbolIndex(try SymbolText(parsing: bytes.rawSpan).table)
  }

  private func spell(
    _ name: String, _ position: Int = 1, at offset: UInt64 = 0, for interface: SymbolInterface,
    release: String = "7.2", isLTO: Bool = false, sites: ProbeSites? = nil
  ) throws -> SymbolSpelling {
    let speller = SymbolSpeller(
      try index(),
      kernel: .init(
        release: KernelRelease(release), configuration: .init(hasClangLTO: isLTO), sites: sites))
    let found = speller.index.symbols(named: name)
    try #require(found.count >= position)
    return speller.spelling(of: found[position - 1], at: offset, for: interface)
  }

  private let sites = ProbeSites(
    tracing: [
      0xffff_ffff_8100_0110, 0xffff_ffff_8100_0204, 0xffff_ffff_8100_0400, 0xffff_ffff_8100_0600,
    ], refused: [0xffff_ffff_8100_0400])

  @Test("a unique name is written as it is")
  func uniqueName() throws {
    #expect(try spell("vfs_read", for: .kprobe).text == "p:vfs_read vfs_read")
    #expect(try spell("vfs_read", for: .ftrace).text == "vfs_read")
    #expect(try spell("vfs_read", for: .bpftrace).text == "kprobe:vfs_read")
    #expect(
      try spell("vfs_read", for: .livepatch).text == ".old_name = \"vfs_read\", .old_sympos = 0")
    #expect(try spell("vfs_read", for: .gdb).text == "break vfs_read")
    #expect(try spell("jiffies", for: .gdb).text == "info address jiffies")
    #expect(try spell("vfs_read", for: .crash).text == "dis vfs_read")
  }

  @Test("one of several equal names is identified by its place")
  func equalNames() throws {
    let first = try spell("twice", 1, for: .kprobe).text ?? ""
    let second = try spell("twice", 2, for: .kprobe).text ?? ""
    #expect(first.hasSuffix(" _text+0x200"))
    #expect(second.hasSuffix(" _text+0x300"))
    #expect(first.split(separator: " ").first != second.split(separator: " ").first)
    #expect(
      try spell("twice", 2, for: .livepatch).text == ".old_name = \"twice\", .old_sympos = 2")
    #expect(try spell("twice", for: .ftrace).remarks.map(\.code) == [.selectsAll])
    #expect(try spell("twice", 2, for: .gdb).text == "break *0xffffffff81000300")
    #expect(try spell("twice", 2, for: .crash).text == "dis 0xffffffff81000300")
  }

  @Test("a kernel whose loader is there, and the livepatch core is not, replaces no function")
  func withoutLivepatches() throws {
    for (functions, code) in [
      (["load_module"], .noLivepatches), (["load_module", "klp_enable_patch"], nil),
      (["klp_enable_patch"], nil), ([], nil),
    ] as [([String], SpellingNote.Code?)] {
      let names = ["vfs_read"] + functions
      let list = names.enumerated().map { "ffffffff8100\(1000 + $0) T \($1)\n" }.joined()
      let bytes = Array(list.utf8)
      let speller = SymbolSpeller(
        SymbolIndex(try SymbolText(parsing: bytes.rawSpan).table),
        kernel: .init(release: KernelRelease("6.12")))
      let symbol = try #require(speller.index.symbols(named: "vfs_read").first)
      #expect(speller.spelling(of: symbol, for: .livepatch).problem?.code == code, "\(functions)")
      #expect(speller.spelling(of: symbol, for: .kprobe).problem == nil)
    }
  }

  @Test("code that the kernel made while it ran can be looked at, and neither probed nor replaced")
  func generatedCode() throws {
    let list = """
      ffffffff81000000 T _text
      ffffffffc0000000 t bpf_prog_6deef7357e7b4530_sd_fw_egress\t[bpf]
      ffffffffc0201000 t ftrace_trampoline\t[__builtin__ftrace]
      ffffffffc0202000 t kprobe_insn_page\t[__builtin__kprobes]
      ffffffffc0300000 t bpf_own\t[bpf_preload]

      """
    let bytes = Array(list.utf8)
    let speller = SymbolSpeller(
      SymbolIndex(try SymbolText(parsing: bytes.rawSpan).table),
      kernel: .init(release: KernelRelease("6.12"), isRunning: true))
    for (symbol, owner) in [
      (1, "bpf"), (2, "__builtin__ftrace"), (3, "__builtin__kprobes"), (4, nil),
    ] as [(Int, String?)] {
      for interface in [SymbolInterface.kprobe, .ftrace, .perf, .bpftrace, .livepatch] {
        let problem = speller.spelling(of: symbol, for: interface).problem
        #expect((problem?.code == .generated) == (owner != nil), "\(symbol) \(interface)")
        #expect(owner == nil || problem?.subject == owner)
      }
      for interface in [SymbolInterface.gdb, .crash] {
        #expect(speller.spelling(of: symbol, for: interface).problem?.code != .generated)
      }
    }
  }

  @Test("a place in a symbol is written with its offset where the interface takes one")
  func places() throws {
    let expected: [(SymbolInterface, String?)] = [
      (.kprobe, "p:vfs_read_0x4 vfs_read+0x4"), (.ftrace, nil),
      (.perf, "perf probe --add 'vfs_read_0x4=vfs_read+0x4'"), (.bpftrace, "kprobe:vfs_read+0x4"),
      (.livepatch, nil), (.gdb, "break *(vfs_read+0x4)"), (.crash, "dis (vfs_read+0x4)"),
      (.modversions, nil),
    ]
    for (interface, text) in expected {
      let spelling = try spell("vfs_read", at: 4, for: interface)
      #expect(spelling.text == text)
      #expect(spelling.problem?.code == (text == nil ? .takesNoOffset : nil))
    }
    #expect(try spell("vfs_read", at: 4, for: .gdb).remarks.map(\.code) == [.instructionStart])
    #expect(try spell("jiffies", at: 4, for: .gdb).text == "info symbol (char *)&jiffies+0x4")
    #expect(try spell("jiffies", at: 4, for: .crash).text == "sym (jiffies+0x4)")
    #expect(
      try spell("foo.llvm.123", at: 8, for: .gdb).text == "break *('foo.llvm.123'+0x8)")
    #expect(
      try spell("foo.llvm.123", at: 8, for: .bpftrace).text == "kprobe:\"foo.llvm.123\"+0x8")
    #expect(try spell("foo.llvm.123", at: 8, for: .crash).text == "dis (foo+0x8)")
  }

  @Test("a place in one of several equal names is a distance or an address")
  func placesInEqualNames() throws {
    #expect(try spell("twice", 2, at: 8, for: .kprobe).text?.hasSuffix("_0x8 _text+0x308") == true)
    for interface in [SymbolInterface.perf, .bpftrace, .gdb, .crash] {
      let text = try spell("twice", 2, at: 8, for: interface).text
      #expect(text?.contains("0xffffffff81000308") == true)
    }
    #expect(try spell("vfs_read", at: 0x100, for: .bpftrace).problem?.code == .outsideFunction)
  }

  @Test("names of events are C identifiers of at most 63 bytes")
  func eventNames() throws {
    let rust = "_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk"
    for name in ["foo.llvm.123", rust, "3com_probe", "inlined.isra.0", "twice"] {
      let line = try spell(name, for: .kprobe).text ?? ""
      let event = line.dropFirst(2).prefix { $0 != " " }
      #expect(event.utf8.count <= 63)
      #expect(event.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
      #expect(event.first?.isNumber == false)
    }
    #expect(try spell(rust, for: .kprobe).text?.hasPrefix("p:_RNvNtCs") == true)
  }

  @Test(
    "a suffix is written as the release finds the name",
    arguments: [
      ("6.1", "foo"), ("6.6", "foo"), ("6.11", "foo.llvm.123"), ("7.2", "foo.llvm.123"),
    ])
  func suffixes(release: String, name: String) throws {
    let patch = try spell("foo.llvm.123", for: .livepatch, release: release, isLTO: true)
    // Before 6.2 the whole name is found as well.
    let expected = release == "6.1" ? "foo.llvm.123" : name
    #expect(patch.text == ".old_name = \"\(expected)\", .old_sympos = 0")
    #expect(try spell("foo.llvm.123", for: .ftrace, release: release, isLTO: true).text == name)
  }

  @Test("a symbol that an interface cannot take has the reason")
  func impossible() throws {
    #expect(try spell("jiffies", for: .kprobe).problem?.code == .outsideText)
    #expect(try spell("start_kernel", for: .kprobe).problem?.code == .freed)
    #expect(try spell("start_kernel", for: .livepatch).problem?.code == .freed)
    #expect(try spell("start_kernel", for: .ftrace).problem?.code == .freed)
    #expect(try spell("__cfi_foo.llvm.123", for: .kprobe).text == nil)
    #expect(try spell("jiffies", for: .ftrace).problem?.code == .notFunction)
  }

  @Test("functions without a call of ftrace are neither traced, nor probed by events, nor replaced")
  func untraced() throws {
    #expect(try spell("twice", 1, for: .kprobe, sites: sites).text != nil)
    #expect(try spell("twice", 2, for: .kprobe, sites: sites).text == nil)
    #expect(try spell("twice", 2, for: .ftrace, sites: sites).text == nil)
    #expect(try spell("twice", 2, for: .livepatch, sites: sites).text == nil)
    #expect(
      try spell("vfs_read", for: .kprobe, sites: sites).problem?.code == .refused)
    #expect(try spell("vfs_read", for: .ftrace, sites: sites).text == "vfs_read")
    var open = sites
    open.allowsUntraced = true
    #expect(try spell("twice", 2, for: .kprobe, sites: open).text != nil)
  }

  @Test("a leading digit is hidden from ftrace, which would take it for a position")
  func leadingDigit() throws {
    #expect(try spell("3com_probe", for: .ftrace).text == "[3]com_probe")
  }

  @Test("crash knows names without .llvm., .isra. and .part.")
  func crashNames() throws {
    #expect(try spell("foo.llvm.123", for: .crash).text == "dis foo")
    #expect(try spell("inlined.isra.0", for: .crash).text == "dis inlined")
  }

  @Test("modversions names the layouts with room for the name")
  func layouts() throws {
    let short = try spell("vfs_read", for: .modversions)
    #expect(short.text == "basic, extended, packed, hashed")
    #expect(short.remarks.map(\.code) == [.hashed])
  }

  @Test("an event has the symbol's name where that fits, else its end and a digest")
  func longEvents() throws {
    func event(_ name: String) throws -> Substring {
      let list = "ffffffff81000000 T _text\nffffffff81000010 t \(name)\nffffffff81001000 T _end\n"
      let index = SymbolIndex(try SymbolText(parsing: Array(list.utf8).rawSpan).table)
      let speller = SymbolSpeller(index, kernel: .init(release: KernelRelease(7, 2)))
      let text = speller.spelling(of: 1, for: .kprobe).text
      return try #require(text).dropFirst(2).prefix { $0 != " " }
    }
    let name = "f" + String(repeating: "n", count: 62)
    #expect(try event(name) == name)
    let cut = try event("\(name)x")
    #expect(cut.utf8.count == 63 && cut.hasPrefix("nnnnn"))
    #expect(cut.dropLast(9).hasSuffix("nx") && cut.dropLast(8).hasSuffix("_"))
    #expect(cut.suffix(8).allSatisfy { $0.isHexDigit })
    #expect(try event("3com").dropLast(8) == "_com_")
    #expect(try event("a..b").dropLast(8) == "a_b_")
    #expect(try event("Zz_9") == "Zz_9")
    for odd in ["a{b", "a@b", "a[b", "a`b", "a:b", "a/b"] {
      #expect(try event(odd).dropLast(8) == "a_b_", "\(odd)")
    }
  }
}
