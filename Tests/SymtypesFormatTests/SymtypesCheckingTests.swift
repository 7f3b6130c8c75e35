import ByteStorage
import SymtypesFormat
import TestSupport
import Testing

@Suite("What is not symtypes")
struct SymtypesCheckingTests {
  private func refusal(_ text: String) -> SymtypesError? {
    let bytes = Array(text.utf8)
    do {
      try SymtypesReader.check(bytes.rawSpan)
      return nil
    } catch { return error }
  }

  @Test(
    "objects, bytes, tables and logs are refused, at their line",
    arguments: [
      ("\u{7f}ELF\u{2}\u{1}", SymtypesError.Reason.object, 0),
      ("f int f ( )\n\u{0}\n", .notText(0), 2),
      ("0x12345678\tf\tvmlinux\tEXPORT_SYMBOL\t\n", .notSymtypes, 1),
      ("f\tint f ( )\n", .notSymtypes, 1),
      ("f int f ( )\n0x12345678 g vmlinux EXPORT_SYMBOL\n", .notSymtypes, 2),
      ("[    0.000000] Linux version\n", .notSymtypes, 1),
      ("2026-01-01 f ( )\n", .notSymtypes, 1),
      ("Words of a text\nand others\n", .notSymtypes, 1),
      ("/* a */\nF#a f\n\n2026-01-01 f ( )\n", .notSymtypes, 4), ("F#a f\n\u{1}\n", .notText(1), 2),
    ])
  func refused(_ text: String, _ reason: SymtypesError.Reason, _ line: Int) {
    let error = refusal(text)
    #expect(error?.reason == reason && error?.line == line)
  }

  @Test(
    "what the programs write is taken",
    arguments: [
      "", "/* a.symtypes */\ns##s\nf int f ( s#s )\n", "s#s struct\ts { int a ; }\r\n",
      "m variable \n", "f subprogram ( ) -> base_type void\n", "override f int f ( )\n",
      "t#t typedef int t\n", "_RNvC1a variable s#'a::B<u8>'\n", "f int f\nF#a.symtypes f\n",
      "f int ( )\n", "f enum { A }\n",
    ])
  func taken(_ text: String) { #expect(refusal(text) == nil) }

  @Test("names may begin with bytes that are not ASCII", arguments: [0x80, 0xc3, 0xff] as [UInt8])
  func otherBytes(_ byte: UInt8) throws {
    let bytes = [byte] + Array(" int f ( )\n".utf8)
    try SymtypesReader.check(bytes.rawSpan)
  }

  @Test("what genksyms wrote is taken")
  func genksyms() throws {
    let bytes = try Fixture.bytes("types/genksyms/t.symtypes")
    try SymtypesReader.check(bytes.rawSpan)
  }
}
