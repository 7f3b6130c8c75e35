import ByteStorage
import KernelReleases
import SymbolSpelling
import SymbolTables
import Testing

/// Names at the ends of what interfaces take, in kernels made for them.
@Suite("Limits of symbol spellings")
struct SpellingLimitTests {
  private static let base: UInt64 = 0xffff_ffff_8100_0000

  /// A speller for a kernel with functions of these names, one every 16 bytes.
  private func speller(_ names: [String], wordBits: Int = 64) -> SymbolSpeller {
    var table = SymbolTable()
    for (place, name) in (names + ["_end"]).enumerated() {
      let address = Self.base + 16 * UInt64(place)
      table.append(address: address, type: UInt8(ascii: "t"), name: Array(name.utf8).rawSpan)
    }
    return SymbolSpeller(
      SymbolIndex(table), kernel: .init(release: KernelRelease(7, 2), wordBits: wordBits))
  }

  private func spell(
    _ name: String, for interface: SymbolInterface, wordBits: Int = 64
  ) -> SymbolSpelling {
    speller(["_text", name], wordBits: wordBits).spelling(of: 1, for: interface)
  }

  private func name(_ length: Int) -> String { String(repeating: "n", count: length) }

  /// `klp_init_func` refuses names of KSYM_NAME_LEN bytes: they lack room for the NUL.
  @Test("a livepatch takes names of up to 511 bytes")
  func livepatch() {
    #expect(
      spell(name(511), for: .livepatch).text
        == ".old_name = \"\(name(511))\", .old_sympos = 0")
    let long = spell(name(512), for: .livepatch)
    #expect(long.text == nil && long.problem?.code == .nameTooLong)
    #expect(long.problem?.numbers == [511])
  }

  /// The name and its NUL share MODULE_NAME_LEN bytes, which is 64 less the size of a long.
  @Test(
    "the basic table takes a name that leaves one byte of its field",
    arguments: [(64, 55), (32, 59)])
  func basicVersions(_ wordBits: Int, _ most: Int) {
    let fitting = spell(name(most), for: .modversions, wordBits: wordBits)
    #expect(fitting.text == "basic, extended, packed, hashed")
    #expect(fitting.remarks.map(\.code) == [.hashed])
    let long = spell(name(most + 1), for: .modversions, wordBits: wordBits)
    #expect(long.text == "extended, packed, hashed")
    #expect(long.remarks.map(\.code) == [.basicTooSmall, .hashed])
    #expect(long.remarks.first?.numbers == [most, most + 1])
  }

  /// The kernel reads WRITE_BUFSIZE bytes less a line feed and a NUL.
  @Test("a line for kprobe_events has up to 4094 bytes")
  func kprobeLine() {
    // "p:", an event of 63 bytes, a blank, and the name.
    let fitting = spell(name(4094 - 66), for: .kprobe)
    #expect(fitting.text?.utf8.count == 4094)
    let long = spell(name(4095 - 66), for: .kprobe)
    #expect(long.text == nil && long.problem?.code == .lineTooLong)
    #expect(long.problem?.numbers == [4094])
  }

  /// `trace_get_user` ends a word at what `isspace` of the kernel says, 0xa0 included; the rest has a
  /// meaning in filters.
  @Test("names that ftrace would cut or read as a pattern cannot be written for it")
  func ftraceCharacters() {
    for character in [
      "\u{1}", "\t", "\u{1f}", " ", "!", "*", "?", "[", "\\", ":", "\u{e0}", "\u{a0}",
    ] {
      let found = spell("a\(character)b", for: .ftrace)
      #expect(found.text == nil && found.problem?.code == .specialCharacters, "\(character)")
    }
    for character in ["\"", "~", "]", ";", "/", "\u{e1}"] {
      #expect(spell("a\(character)b", for: .ftrace).text == "a\(character)b")
    }
    #expect(spell("9p", for: .ftrace).text == "[9]p")
    #expect(spell(";9", for: .ftrace).text == ";9")
  }

  @Test("a name that kprobe_events would read as something else is written as a distance")
  func kprobeCharacters() {
    for character in ["\u{1f}", " ", "+", "-", "%", ":", "\u{7f}", "\u{e1}"] {
      let line = spell("a\(character)b", for: .kprobe).text
      #expect(line?.hasSuffix(" _text+0x10") == true, "\(character)")
    }
    for character in ["!", "~", "*", "."] {
      let name = "a\(character)b"
      #expect(spell(name, for: .kprobe).text?.hasSuffix(" \(name)") == true)
    }
  }

  @Test("a name that perf or bpftrace would read as something else is written as an address")
  func toolCharacters() {
    for character in ["\u{1f}", " "] + ";:+@%=*?'".map({ String($0) }) {
      let text = spell("a\(character)b", for: .perf).text
      #expect(text?.hasSuffix("=0xffffffff81000010'") == true, "\(character)")
    }
    for character in ["\u{1f}", " "] + "\":+*?[]{}/,".map({ String($0) }) {
      let text = spell("a\(character)b", for: .bpftrace).text
      #expect(text == "kprobe:0xffffffff81000010", "\(character)")
    }
    #expect(spell("a!b", for: .perf).text?.hasSuffix("=a!b'") == true)
    #expect(spell("a!b", for: .bpftrace).text == "kprobe:\"a!b\"")
  }

  @Test("a distance is from _text, else from _stext, where the kernel has that once and not above")
  func bases() {
    func places(_ names: [String]) -> [String] {
      let speller = self.speller(names)
      return speller.index.symbols(named: "twin").compactMap {
        speller.spelling(of: $0, for: .kprobe).text?.split(separator: " ").last.map { String($0) }
      }
    }
    #expect(places(["_text", "twin", "twin"]) == ["_text+0x10", "_text+0x20"])
    #expect(places(["_stext", "twin", "twin"]) == ["_stext+0x10", "_stext+0x20"])
    #expect(
      places(["_text", "_text", "_stext", "twin", "twin"]) == ["_stext+0x10", "_stext+0x20"])
    #expect(places(["twin", "twin"]) == ["0xffffffff81000000", "0xffffffff81000010"])
    var table = SymbolTable()
    for name in ["_text", "twin", "twin"] {
      table.append(address: Self.base, type: UInt8(ascii: "T"), name: Array(name.utf8).rawSpan)
    }
    let speller = SymbolSpeller(SymbolIndex(table), kernel: .init(release: KernelRelease(7, 2)))
    #expect(speller.spelling(of: 1, for: .kprobe).text?.hasSuffix(" _text+0x0") == true)
  }
}
