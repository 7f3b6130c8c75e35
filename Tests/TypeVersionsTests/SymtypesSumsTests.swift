import ByteStorage
import SymtypesFormat
import TestSupport
import Testing
import TypeVersions

@Suite("Versions from symtypes")
struct SymtypesSumsTests {
  /// Lines as genksyms prints them, in the order of the text.
  private func lines(_ text: [UInt8]) throws -> [String] {
    var (tree, store) = (SymtypesTree(), SymtypesStore())
    try SymtypesReader.read(text.rawSpan, path: [], into: &tree, &store)
    var versions = try SymtypesSums(
      tree.files[0], store, SymtypesGenerator(of: tree.files[0], store))
    return try tree.files[0].exports.map { key in
      let crc = try versions.version(ofExport: Int(key)) ?? 0
      let digits = String(crc, radix: 16)
      let zeros = String(repeating: "0", count: 8 - digits.count)
      return "#SYMVER \(store.keys.name(Int(key)).text) 0x\(zeros)\(digits)"
    }
  }

  @Test("versions of C are those that genksyms printed beside the text")
  func genksyms() throws {
    let recorded = try Fixture.bytes("types/genksyms/t.symver")
    let expected = recorded.rawSpan.text.split(separator: "\n")
    #expect(try lines(Fixture.bytes("types/genksyms/t.symtypes")) == expected.map(String.init))
  }

  @Test(
    "each type is written out once, later as it is named",
    arguments: [
      (
        "s#a struct a { s#a * p ; } \nf extern int f ( s#a ) \n",
        "int f ( struct a { struct a * p ; } ) "
      ),
      ("t#t typedef int t \nf t#t f ( t#t ) \n", "typedef int t f ( t ) "),
      ("E#A 1 \nf int f [ E#A + E#A ] \n", "int f [ 1 + A ] "),
      ("e#e enum e { UNKNOWN } \nf e#e f ( e#e ) \n", "enum e { UNKNOWN } f ( enum e ) "),
      ("s#a structure_type a {  }\nf variable  s#a s#a\n", "variable  structure_type a {  } s#a"),
      (
        "s#'a b' structure_type a b { }\nf subprogram ( s#'a b' , s#'a b' )\n",
        "subprogram ( structure_type a b { } , s#'a b' )"
      ),
      ("m variable \n", "variable "),
    ])
  func expansion(_ text: String, _ expanded: String) throws {
    let bytes = Array(expanded.utf8)
    let crc = bytes.rawSpan.crc32
    let digits = String(crc, radix: 16)
    let zeros = String(repeating: "0", count: 8 - digits.count)
    #expect(try lines(Array(text.utf8)).last?.hasSuffix(" 0x\(zeros)\(digits)") == true)
  }

  @Test("a large type is summed anew where a part of it was met before")
  func metParts() throws {
    var members = ""
    for index in 0..<200 { members += "int member_\(index) ; " }
    var text = "s#a struct a { int x ; }\ns#b struct b { \(members)s#a y ; }\n"
    for index in 0..<4 { text += "f\(index) int f\(index) ( s#b )\n" }
    text += "g int g ( s#a , s#b )\n"
    let expanded = Array(
      "int g ( struct a { int x ; } , struct b { \(members)struct a y ; } ) ".utf8)
    let digits = String(expanded.rawSpan.crc32, radix: 16)
    let zeros = String(repeating: "0", count: 8 - digits.count)
    #expect(try lines(Array(text.utf8)).last == "#SYMVER g 0x\(zeros)\(digits)")
  }

  @Test("a large type is summed anew for each part of it that was met before")
  func severalParts() throws {
    var members = ""
    for index in 0..<200 { members += "int member_\(index) ; " }
    var text = "s#a struct a { int x ; }\ns#c struct c { int z ; }\n"
    text += "s#b struct b { \(members)s#a y ; s#c w ; }\n"
    for index in 0..<4 { text += "f\(index) int f\(index) ( s#b )\n" }
    text += "g int g ( s#a , s#b )\nh int h ( s#c , s#b )\n"
    let found = try lines(Array(text.utf8))
    let (a, c) = ("struct a { int x ; }", "struct c { int z ; }")
    for (name, first, rest) in [
      ("g", a, "struct a y ; \(c) w ;"), ("h", c, "\(a) y ; struct c w ;"),
    ] {
      let expanded = Array("int \(name) ( \(first) , struct b { \(members)\(rest) } ) ".utf8)
      let digits = String(expanded.rawSpan.crc32, radix: 16)
      let zeros = String(repeating: "0", count: 8 - digits.count)
      #expect(found.contains("#SYMVER \(name) 0x\(zeros)\(digits)"))
    }
  }

  @Test("what many exports reach is summed once")
  func sharedTypes() throws {
    var text = "s#t struct t { "
    for index in 0..<2_000 { text += "struct member_\(index) * m\(index) ; " }
    text += "} \n"
    for index in 0..<4_000 { text += "f\(index) int f\(index) ( s#t ) \n" }
    let found = try lines(Array(text.utf8))
    #expect(found.count == 4_000)
    #expect(Set(found.map { $0.suffix(8) }).count == 4_000)
  }
}
