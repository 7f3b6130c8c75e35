import ByteStorage
import NameTranslation
import SymbolTables
import Testing

@Suite("Addresses without names")
struct AddressTests {
  private static let wide = """
    ffffffff81000000 T _text
    ffffffff81000000 T _stext
    ffffffff81000100 T vfs_read
    ffffffff81000200 T _RNvC4core3foo
    ffffffff81000300 T _end

    """
  private static let narrow = """
    c0008000 T _text
    c0008000 T _stext
    c0008100 T vfs_read
    c0008200 T kernel_clone
    c0008300 T _end

    """

  private func named(
    _ text: String, _ list: String, _ move: KernelMove? = nil, form: NameForm = .readable
  ) throws -> String {
    var options = TranslationOptions(form: form)
    options.showsAddresses = true
    var translator = TextTranslator(options, sources: [try source(list)])
    translator.setAddresses(move)
    return String(decoding: translated(Array(text.utf8), by: &translator), as: UTF8.self)
  }

  @Test("a name with control characters is put beside no address")
  func controls() throws {
    let list = Self.wide.replacing("vfs_read", with: "vfs\u{1b}[31m_read")
    for address in ["ffffffff81000104", "ffffffff81000201"] {
      let said = try named("RAX: \(address) x", list)
      #expect(said.contains("(") == (address == "ffffffff81000201") && !said.contains("\u{1b}"))
    }
  }

  @Test(
    "addresses of 64 bits are named in every form that tools print",
    arguments: [
      ("[<ffffffff81000104>] x", "[<ffffffff81000104>] (vfs_read+0x4/0x100) x"),
      ("RIP: 0010:0xffffffff81000104", "RIP: 0010:0xffffffff81000104 (vfs_read+0x4/0x100)"),
      ("    ffffffff81000104 [unknown]", "    ffffffff81000104 (vfs_read+0x4/0x100) [unknown]"),
      ("RAX: ffffffff81000201 x", "RAX: ffffffff81000201 (core::foo+0x1/0x100) x"),
      ("(0xffffffff81000200)", "(0xffffffff81000200 (core::foo+0x0/0x100))"),
      (
        "foo+0x4/0x100 (x) 0xffffffff81000104",
        "foo+0x4/0x100 (x) 0xffffffff81000104 (vfs_read+0x4/0x100)"
      ), ("a ffffffff81000104", "a ffffffff81000104 (vfs_read+0x4/0x100)"),
    ])
  func wideForms(_ text: String, _ expected: String) throws {
    #expect(try named(text, Self.wide) == expected)
  }

  @Test(
    "addresses of 32 bits are named where their place shows that they are addresses",
    arguments: [
      (
        "Function entered at [<c0008200>] from [<c0008104>]",
        "Function entered at [<c0008200>] (kernel_clone+0x0/0x100) from "
          + "[<c0008104>] (vfs_read+0x4/0x100)"
      ), ("PC is at 0xc0008104\r", "PC is at 0xc0008104 (vfs_read+0x4/0x100)\r"),
      ("PC is at c0008104 x", "PC is at c0008104 (vfs_read+0x4/0x100) x"),
      ("pc = c0008104 x", "pc = c0008104 (vfs_read+0x4/0x100) x"),
      ("pc =c0008104", "pc =c0008104 (vfs_read+0x4/0x100)"),
      ("  c0008104", "  c0008104 (vfs_read+0x4/0x100)"),
      ("  c0008104\r", "  c0008104 (vfs_read+0x4/0x100)\r"),
      ("  c0008104 [unknown]", "  c0008104 (vfs_read+0x4/0x100) [unknown]"),
      (
        "epc : c0008104 ra : c0008200 sp : c1008200",
        "epc : c0008104 (vfs_read+0x4/0x100) ra : c0008200 (kernel_clone+0x0/0x100) sp : c1008200"
      ), ("PC: c0008104", "PC: c0008104 (vfs_read+0x4/0x100)"),
      (
        "NIP: c0008104 LR: c0008204 CTR: c0008104",
        "NIP: c0008104 (vfs_read+0x4/0x100) LR: c0008204 (kernel_clone+0x4/0x100) "
          + "CTR: c0008104 (vfs_read+0x4/0x100)"
      ), ("NIP [c0008104] x", "NIP [c0008104 (vfs_read+0x4/0x100)] x"),
      ("LR [c0008104]", "LR [c0008104 (vfs_read+0x4/0x100)]"),
      (" => c0008104", " => c0008104 (vfs_read+0x4/0x100)"),
      (
        "x-1 [0] 1.2: f: location=c0008104 x",
        "x-1 [0] 1.2: f: location=c0008104 (vfs_read+0x4/0x100) x"
      ),
      (
        "GPR00: 00000000 c0008104 c1008200 c0008200",
        "GPR00: 00000000 c0008104 (vfs_read+0x4/0x100) c1008200 c0008200 (kernel_clone+0x0/0x100)"
      ), ("a0 : c0008104", "a0 : c0008104 (vfs_read+0x4/0x100)"),
      ("$ 4   : c0008104", "$ 4   : c0008104 (vfs_read+0x4/0x100)"),
      ("epc   : c0008104 x", "epc   : c0008104 (vfs_read+0x4/0x100) x"),
    ])
  func narrowForms(_ text: String, _ expected: String) throws {
    #expect(try named(text, Self.narrow) == expected)
  }

  @Test(
    "named addresses, offsets, ranges, code bytes, digests and other numbers stay",
    arguments: [
      "[<c0008104>] (vfs_read) from here", "[<c0008104>] vfs_read+0x4/0x100 (0xc0008104)",
      "c0008104 T vfs_read", "commit c0008104 fixes", "Code: e1a00000 c0008104 (c0008200)",
      "Code: c0008104 c0008200", "1e40: c0008104 c0008104", "be40: c0008104",
      "[c0008104-x] [x c0008104]",
      "c0008104 c0008200", "x:c0008104 ::c0008104", "NIP [c0008104] foo+0x4/0x100",
      "[c0b01e48] [c0008104] foo+0x4/0x100 (unreliable)", "a: 0 c0008104", "x => c0008104abcd",
      "0xc0008100-0xc0008200", "x+0xc0008104", "c0008104:\t00", "c00081040000 deadc0008104",
      "Kernel Offset: 0xc0008104 from 0xc0008000", "[<d0008104>] [<c0000000>] 0xc0008104ffff",
      "vfs 12345 2 - Live 0xc0008104", "c0008104", "c0008104\r", "commit c0008104",
      "x c0008104\r", "  c0008104\rx", "  c0008104\r xy", "0c0008104", "  0c0008104",
      "000000c0008104", "pc : 0c0008104", "a0 : 0c0008104 c0008104", "[<c0008104", "[<c0008104] x",
      "c0008104>] x", "<c0008104>]", "[c0008104>] x",
    ])
  func others(_ text: String) throws {
    let written = try named(text, Self.narrow)
    #expect(
      written.replacing("0x100 (0xc0008104) (0xc0008104)", with: "0x100 (0xc0008104)") == text)
  }

  @Test(
    "an address stays that has a name beside it, whatever name",
    arguments: [
      "foo+0x4/0x100 (0xffffffff81000104)", "foo+0x4/0x100 (ffffffff81000104)",
      "foo+0x4/0x100 at 0xffffffff81000104", "foo+0x4/0x100 at ffffffff81000104",
      "ffffffff81000104 ? foo+0x4/0x100", "ffffffff81000104 (foo+0x4/0x100)",
      "ffffffff81000104 <foo+0x4>", "NIP [ffffffff81000104] foo+0x4/0x100",
      "LR [ffffffff81000104] vfs_read",
      "LR [ffffffff81000104]vfs_read+0x4/0x100",
      "[ffffc90000a3bd28] [ffffffff81000104] foo+0x4/0x100 (unreliable)",
      "[<ffffffff81000104>] (foo+0x4/0x100)",
      "[<ffffffff81000104>] ? foo+0x4/0x100",
      "# ffffffff81000104 <foo+0x4>",
    ])
  func namedBesides(_ text: String) throws {
    #expect(try named(text, Self.wide) == text)
  }

  @Test("a row of registers has up to eight values")
  func rows() throws {
    let row = "a0 : " + [String](repeating: "c0001234", count: 7).joined(separator: " ")
    let place = "c0008104 (vfs_read+0x4/0x100)"
    #expect(try named("\(row) c0008104", Self.narrow) == "\(row) \(place)")
    let full = "\(row) c0001234"
    #expect(try named("\(full) c0008104", Self.narrow) == "\(full) c0008104")
  }

  @Test(
    "more digits than an address has are not one",
    arguments: [
      "0ffffffff81000104", "ffffffff810001040", "0xffffffff810001040", "xffffffff81000104",
      "ffffffff81000104x", "deadbeefffffffff81000104 [unknown]", "[<0ffffffff81000104>]",
      "0123456789abcdef01234567ffffffff81000104",
    ])
  func longWords(_ text: String) throws {
    #expect(try named(text, Self.wide) == text)
  }

  @Test("a kernel that KASLR moved is moved back; one that is moved already is not")
  func moved() throws {
    let text = "[<ffffffff8b000104>]"
    let move = KernelMove(offset: 0xa00_0000, base: 0xffff_ffff_8100_0000)
    let expected = "[<ffffffff8b000104>] (vfs_read+0x4/0x100)"
    #expect(try named(text, Self.wide, move) == expected)
    #expect(try named(text, Self.wide, KernelMove(offset: 0xa00_0000)) == expected)
    let running = Self.wide.replacing("ffffffff81", with: "ffffffff8b")
    #expect(try named(text, running, move) == expected)
    #expect(try named(text, Self.wide) == text)
  }

  @Test("eight digits are addresses where the highest of all has eight")
  func widths() throws {
    for (highest, isNamed) in [("ffffffff", true), ("100000000", false)] {
      let written = try named("  c0008104", Self.narrow + "\(highest) A top\n")
      #expect(written == "  c0008104" + (isNamed ? " (vfs_read+0x4/0x100)" : ""), "\(highest)")
    }
  }

  @Test("an address is that of a symbol up to its end, if that is known, and up to 16 MiB after it")
  func distances() throws {
    let list = "c0008000 T _text\nc1000000 T far\n"
    #expect(try named("[<c0ff8004>]", list) == "[<c0ff8004>] (_text+0xff0004/0xff8000)")
    #expect(try named("[<c1000004>]", list) == "[<c1000004>]")
    let ending = list + "d0000000 T _end\n"
    #expect(try named("[<c1ffffff>]", ending) == "[<c1ffffff>] (far+0xffffff/0xf000000)")
    #expect(try named("[<c2000000>]", ending) == "[<c2000000>]")
    // Modules stay where they are, and nothing shows where the last of their symbols ends.
    let modules = ending + "d1000000 t f\t[m]\n"
    let move = KernelMove(offset: 0x10_0000)
    #expect(try named("[<d1ffffff>]", modules, move) == "[<d1ffffff>] (f+0xffffff [m])")
    #expect(try named("[<d2000000>]", modules, move) == "[<d2000000>]")
  }

  @Test("names are written in the form that is wanted")
  func forms() throws {
    let text = "0xffffffff81000200"
    #expect(
      try named(text, Self.wide, form: .linkage)
        == "0xffffffff81000200 (_RNvC4core3foo+0x0/0x100)")
  }

  @Test("a record of an address has the place that is written after it")
  func records() throws {
    var options = TranslationOptions()
    (options.showsAddresses, options.collectsNames) = (true, true)
    var translator = TextTranslator(options, sources: [try source(Self.wide)])
    _ = translated(Array("RAX: ffffffff81000104 x\n".utf8), by: &translator)
    let found = translator.takeNames().filter { $0.surface == .address }
    #expect(found.map(\.translation) == ["vfs_read+0x4/0x100"])
  }

  @Test("a text is surveyed boot by boot; modules come from lists")
  func survey() {
    let text = """
      [    0.0] Linux version 6.1.0 (x)
      Kernel Offset: 0x1a000000 from 0xffffffff81000000 (relocation range: 0x1-0x2)
      usbcore 311296 2 - Live 0xffffffffc01c3000
      x 12 0 - Gone 0xffffffffc01c3000
      [    0.0] Linux version 6.1.0 (x)
      [    0.0] Linux version 6.1.0 (x)
      Kernel Offset: disabled

      """
    let bytes = Array(text.utf8)
    let survey = TextSurvey(bytes.rawSpan)
    #expect(
      survey.boots.map(\.move) == [
        KernelMove(offset: 0x1a00_0000, base: 0xffff_ffff_8100_0000), nil, KernelMove(offset: 0),
      ])
    #expect(survey.boots.first?.range.lowerBound == 0)
    #expect(survey.boots.last?.range.upperBound == bytes.count)
    #expect(
      zip(survey.boots, survey.boots.dropFirst()).allSatisfy {
        $0.range.upperBound == $1.range.lowerBound
      })
    #expect(survey.modules.map(\.name) == ["usbcore"])
    #expect(survey.modules.first?.base == 0xffff_ffff_c01c_3000)
    #expect(TextSurvey(RawSpan()).boots.count == 1)
  }

  @Test("a kernel that the text is not of, by release or build ID, names no address in it")
  func otherKernels() throws {
    var options = TranslationOptions()
    options.showsAddresses = true
    let (own, other) = (String(repeating: "ab", count: 20), String(repeating: "cd", count: 20))
    let old = Self.wide.replacing("vfs_read", with: "old_read")
    let text = "0xffffffff81000104\n"
    let (new, before) = (
      "0xffffffff81000104 (vfs_read+0x4/0x100)\n", "0xffffffff81000104 (old_read+0x4/0x100)\n"
    )
    for (origin, expected, foreign) in [
      (TextOrigin(), new, 0), (TextOrigin(release: "6.12.0"), new, 0),
      (TextOrigin(release: "6.1.0"), before, 0), (TextOrigin(release: "5.10.0"), text, 1),
      (TextOrigin(release: "6.12.0", buildID: own), new, 0),
      (TextOrigin(release: "6.12.0", buildID: other), text, 1),
      (TextOrigin(buildID: own), new, 0),
    ] {
      let lists = [(Self.wide, "6.12.0", own), (old, "6.1.0", nil)] as [(String, String, String?)]
      let sources = try lists.map { list, release, buildID in
        NameSource(try source(list).index, release: release, buildID: buildID)
      }
      let kernels = origin.buildID == nil ? sources : [sources[0]]
      var translator = TextTranslator(options, sources: kernels)
      translator.setAddresses(nil, of: origin)
      let found = String(decoding: translated(Array(text.utf8), by: &translator), as: UTF8.self)
      #expect(found == expected, "\(origin)")
      #expect(translator.counts.foreignAddresses == foreign, "\(origin)")
    }
    // Of a list nobody knows which kernel it is of.
    var translator = TextTranslator(options, sources: [try source(Self.wide)])
    translator.setAddresses(nil, of: TextOrigin(release: "6.1.0", buildID: other))
    #expect(
      String(decoding: translated(Array(text.utf8), by: &translator), as: UTF8.self) == new)
  }

  @Test("lines that only look like those of modules are passed over, offsets without digits, too")
  func lookalikes() {
    let live = "2 - Live 0xffffffffc01c3000\n"
    for (line, size) in [
      (" 12 \(live)", nil), ("m 12 \(live)", 12), ("m x \(live)", nil), ("m  12 \(live)", nil),
      ("m 123456789012345678 \(live)", 123_456_789_012_345_678),
      ("m 1234567890123456789 \(live)", nil),
    ] as [(String, UInt64?)] {
      #expect(TextSurvey(Array(line.utf8).rawSpan).modules.map(\.size) == (size.map { [$0] } ?? []))
    }
    let offsets = "Kernel Offset: 0xz\nKERNELOFFSET=1a000000\n"
    let boots = TextSurvey(Array(offsets.utf8).rawSpan).boots
    #expect(boots.map(\.move) == [KernelMove(offset: 0x1a00_0000)])
  }
}
