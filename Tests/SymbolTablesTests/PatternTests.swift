import ByteStorage
import ELFFormat
import SymbolTables
import TestSupport
import Testing

@Suite("Patterns of names")
struct PatternTests {
  @Test(
    "a pattern fits whole names",
    arguments: [
      ("", [""], ["a"]), ("*", ["", "abc"], []), ("a*", ["a", "ab"], ["", "ba"]),
      ("*a", ["a", "ba", "aba"], ["ab", ""]), ("a**b", ["ab", "acb", "abab"], ["a", "abc"]),
      ("*a*b*", ["ab", "xaxbx", "aab"], ["ba", "a"]), ("?", ["a", "?"], ["", "ab"]),
      ("a?c", ["abc", "acc"], ["ac", "abbc"]), ("*?", ["a", "abc"], [""]),
      ("[a-c]x", ["ax", "bx", "cx"], ["dx", "`x", "x", "-x"]),
      ("[!a-c]x", ["dx", "-x"], ["ax", "cx", "x"]), ("[^a]", ["b", "^"], ["a", ""]),
      ("[a^]", ["a", "^"], ["b"]), ("[]]", ["]"], ["[]]", ""]), ("[!]]", ["a"], ["]"]),
      ("[a-]", ["a", "-"], ["b"]), ("[-a]", ["a", "-"], ["b"]), ("[a-a]", ["a"], ["-", "b"]),
      ("[c-a]", [], ["a", "b", "c", "-"]), ("[ac-e]", ["a", "d", "e"], ["b", "f"]),
      ("[", ["["], ["a", ""]), ("[]", ["[]"], ["]", ""]), ("[!", ["[!"], ["a"]),
      ("a[b", ["a[b"], ["ab"]), ("[a-b", ["[a-b"], ["a"]), ("[a-", ["[a-"], ["a"]),
      ("\\*", ["*"], ["a", "\\*"]), ("\\[a]", ["[a]"], ["a"]), ("a\\", ["a\\"], ["a"]),
      ("\\\\", ["\\"], ["\\\\"]), ("*[0-9].b", ["1.b", "x9.b"], ["a.b", "1b"]),
    ])
  func patterns(_ pattern: String, _ fitting: [String], _ others: [String]) {
    for name in fitting { #expect(NamePattern(pattern).matches(name), "\(name)") }
    for name in others { #expect(!NamePattern(pattern).matches(name), "\(name)") }
  }

  @Test(
    "a pattern fits ends of names from some offsets on",
    arguments: [
      ("c", true), ("b-c", true), ("a-b-c", true), ("b*", true), ("b*c", true), ("*b-?", true),
      ("-c", false), ("b", false), ("c*b", false), ("", false), ("d*", false), ("?", true),
    ])
  func ends(_ pattern: String, _ fits: Bool) {
    let name = Array("a-b-c".utf8)
    #expect(NamePattern(pattern).matches(name.rawSpan) { [2, 4].contains($0) } == fits)
  }

  @Test("only a star, a question mark or a bracket makes a pattern")
  func signs() {
    for text in ["*", "a?", "a[b"] { #expect(NamePattern.isPattern(text)) }
    for text in ["", "a]", "a\\b", "a.b"] { #expect(!NamePattern.isPattern(text)) }
  }
}

@Suite("Probe sites")
struct ProbeSitesTests {
  private let sites = ProbeSites(tracing: [0x40, 0x10, .max - 1], refused: [0x30, 0x20, .max])

  @Test("a site belongs to the function from its first byte to its last")
  func tracing() {
    for (address, size, isTraced) in [
      (0x10, 1, true), (0x10, 0, true), (0x11, 0x2f, false), (0x11, 0x30, true), (0x0, 0x10, false),
      (0x0, 0x11, true), (0x40, 0, true), (0x41, 9, false), (.max - 1, 0, true),
      (.max - 8, 1 << 40, true), (.max, 9, false),
    ] as [(UInt64, UInt64, Bool)] {
      #expect(sites.canTrace(address, size: size) == isTraced, "\(address) \(size)")
    }
  }

  @Test("only the first byte of a refused function counts")
  func refused() {
    for (address, isRefused) in [
      (0x20, true), (0x1f, false), (0x21, false), (0x30, true), (0, false), (.max - 1, false),
    ] as [(UInt64, Bool)] {
      #expect(sites.refuses(address) == isRefused, "\(address)")
    }
  }
}

@Suite("Letters of symbols")
struct SymbolLettersTests {
  /// As `nm` shows symbols in sections of each kind: local, global, weak, weak object.
  @Test(
    "a section's flags decide its letter, the binding its case",
    arguments: [
      (".text", .progbits, [.alloc, .execInstructions], "tTWV"),
      (".both", .progbits, [.alloc, .execInstructions, .write], "tTWV"),
      (".bss", .nobits, [.alloc, .write], "bBWV"), (".data", .progbits, [.alloc, .write], "dDWV"),
      (".rodata", .progbits, [.alloc], "rRWV"), (".debug_info", .progbits, [], "NNWV"),
      (".comment", .progbits, [], "nNWV"), (".other", .progbits, [.write], "??WV"),
    ] as [(String, ELFSectionType, ELFSectionFlags, String)])
  func sections(
    _ name: String, _ type: ELFSectionType, _ flags: ELFSectionFlags, _ expected: String
  ) throws {
    var elf = ELFBuilder()
    let section = elf.addSection(name, type: type, flags: flags, bytes: [0], size: 1)
    let letters = try letters(elf, in: section)
    #expect(letters == expected)
  }

  @Test("undefined, absolute and common symbols have letters of their own")
  func special() throws {
    let elf = ELFBuilder()
    #expect(try letters(elf, in: 0) == "UUwv")
    #expect(try letters(elf, in: Int(ELFSectionIndex.absolute)) == "aAWV")
    #expect(try letters(elf, in: Int(ELFSectionIndex.common)) == "CCCC")
    #expect(try letters(elf, in: 200) == "??WV")
    let kinds = [(UInt8(2), UInt8(10)), (10, 1)]
    #expect(try kinds.map { try letter(elf, in: 0xfff1, $0.0, $0.1) } == ["i", "u"])
  }

  @Test("in the kernel a capital shows an export, whatever the binding")
  func kernel() throws {
    var elf = ELFBuilder()
    let text = elf.addSection(".text", flags: [.alloc, .execInstructions], bytes: [0])
    let perCPU = elf.addSection(".data..percpu", flags: [.alloc, .write], bytes: [0])
    let other = elf.addSection(".other", flags: [.write], bytes: [0])
    for (section, plain, exported) in [
      (text, "t", "T"), (perCPU, "a", "A"), (0, "u", "U"), (0xfff1, "a", "A"), (0xff00, "?", "?"),
      (0xfeff, "?", "?"), (other, "?", "?"), (200, "?", "?"),
    ] {
      for binding in [0, 1] as [UInt8] {
        #expect(try letter(elf, in: section, binding, 2, isExported: false) == plain, "\(section)")
        #expect(try letter(elf, in: section, binding, 2, isExported: true) == exported)
      }
      #expect(try letter(elf, in: section, 2, 1, isExported: false) == "v")
      #expect(try letter(elf, in: section, 2, 2, isExported: true) == "W")
    }
  }

  private func letters(_ elf: ELFBuilder, in section: Int) throws -> String {
    try [(0, 2), (1, 2), (2, 2), (2, 1)].map { try letter(elf, in: section, $0.0, $0.1) }.joined()
  }

  private func letter(
    _ elf: ELFBuilder, in section: Int, _ binding: UInt8, _ type: UInt8, isExported: Bool? = nil
  ) throws -> String {
    var elf = elf
    elf.addSymbol("symbol", section: section, binding: binding, type: type)
    let bytes = elf.build()
    let file = try ELFFile(ByteSource(bytes.rawSpan))
    let found = try file.symbolTable()?.symbol(at: 1)
    let symbol = try #require(found)
    let letters = SymbolLetters(file)
    let letter =
      isExported.map { letters.kernelLetter(of: symbol, isExported: $0) }
      ?? letters.letter(of: symbol)
    return String(UnicodeScalar(letter))
  }
}
