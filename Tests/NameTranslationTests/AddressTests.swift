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

  @Test(
    "addresses of 64 bits are named in every form that tools print",
    arguments: [
      ("[<ffffffff81000104>] x", "[<ffffffff81000104>] (vfs_read+0x4/0x100) x"),
      ("RIP: 0010:0xffffffff81000104", "RIP: 0010:0xffffffff81000104 (vfs_read+0x4/0x100)"),
      ("    ffffffff81000104 [unknown]", "    ffffffff81000104 (vfs_read+0x4/0x100) [unknown]"),
      ("RAX: ffffffff81000201 x", "RAX: ffffffff81000201 (core::foo+0x1/0x100) x"),
      ("(0xffffffff81000200)", "(0xffffffff81000200 (core::foo+0x0/0x100))"),
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
      ("  c0008104", "  c0008104 (vfs_read+0x4/0x100)"),
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
      "vfs 12345 2 - Live 0xc0008104",
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
      "[ffffc90000a3bd28] [ffffffff81000104] foo+0x4/0x100 (unreliable)",
      "[<ffffffff81000104>] (foo+0x4/0x100)",
      "[<ffffffff81000104>] ? foo+0x4/0x100", "# ffffffff81000104 <foo+0x4>",
    ])
  func namedBesides(_ text: String) throws {
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

  @Test("names are written in the form that is wanted")
  func forms() throws {
    let text = "0xffffffff81000200"
    #expect(
      try named(text, Self.wide, form: .linkage)
        == "0xffffffff81000200 (_RNvC4core3foo+0x0/0x100)")
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
}
