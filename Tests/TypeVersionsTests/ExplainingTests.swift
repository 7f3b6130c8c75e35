import ByteStorage
import SymtypesFormat
import Testing
import TypeVersions

@Suite("Types as people read them")
struct ExplainingTests {
  private func lines(_ text: String, _ key: String) -> [String] {
    let (text, key) = (Array(text.utf8), Array(key.utf8))
    return TypeLayout.lines(text.rawSpan, ofKey: key.rawSpan).map(\.whole)
  }

  @Test("structures have their members in lines, with places and sizes")
  func structures() {
    #expect(
      lines(
        "structure_type s { member base_type long unsigned int byte_size(8) encoding(7) a "
          + "data_member_location(0) , member pointer_type { s#t } byte_size(8) b "
          + "data_member_location(8) , member union_type { member base_type int byte_size(4) "
          + "encoding(5) c } byte_size(4) data_member_location(16) , member base_type int "
          + "byte_size(4) encoding(5) d bit_size(3) data_bit_offset(160) } byte_size(24)", "s#s")
        == [
          "struct s {", "\tlong unsigned int a; /* 0 */", "\tstruct t *b; /* 8 */", "\tunion {",
          "\t\tint c;", "\t}; /* 16: 4 bytes */", "\tint d; /* bit 160, 3 bits */",
          "}; /* 24 bytes */",
        ])
  }

  @Test("members of a body in a body have their places in the whole")
  func nested() {
    func member(_ name: String, _ place: String) -> String {
      "member base_type int byte_size(4) encoding(5) \(name) \(place)"
    }
    let inner =
      "member structure_type { \(member("c", "data_member_location(0)")) , "
      + "\(member("d", "bit_size(3) data_bit_offset(32)")) } byte_size(8) data_member_location(8)"
    #expect(
      lines(
        "structure_type s { member union_type { \(member("b", "data_member_location(0)")) , "
          + "\(inner) } byte_size(16) data_member_location(16) } byte_size(32)", "s#s") == [
          "struct s {", "\tunion {", "\t\tint b; /* 16 */", "\t\tstruct {", "\t\t\tint c; /* 24 */",
          "\t\t\tint d; /* bit 224, 3 bits */", "\t\t}; /* 24: 8 bytes */",
          "\t}; /* 16: 16 bytes */",
          "}; /* 32 bytes */",
        ])
  }

  @Test(
    "declarations are those of C",
    arguments: [
      ("variable array_type[3][4] { base_type int byte_size(4) encoding(5) }", "int f[3][4];"),
      (
        "variable pointer_type { array_type[5] { base_type int byte_size(4) encoding(5) } }",
        "int (*f)[5];"
      ),
      (
        "subprogram ( formal_parameter pointer_type { const_type { base_type char byte_size(1) "
          + "encoding(6) } } byte_size(8) name , formal_parameter e#e ) -> pointer_type { s#s } "
          + "byte_size(8)", "struct s *f(const char *name, enum e);"
      ),
      ("subprogram ( ) -> base_type void", "void f(void);"),
      (
        "variable const_type { pointer_type { subroutine_type ( formal_parameter t#u32 ) -> "
          + "base_type void } byte_size(8) }", "void (*const f)(u32);"
      ),
      ("variable s#s", "struct s f;"),
      ("variable reference_type { s#s } byte_size(8)", "struct s &f;"),
      ("variable rvalue_reference_type { s#s } byte_size(8)", "struct s &&f;"),
      (
        "variable const_type { enumeration_type { enumerator A = 0 , enumerator B = 1 } "
          + "byte_size(4) }", "const enum { A, B } f;"
      ),
      (
        "variable pointer_type { structure_type { member base_type int byte_size(4) encoding(5) a "
          + "data_member_location(0) , member s#t b data_member_location(4) } byte_size(8) }",
        "struct { int a; struct t b } *f;"
      ),
      // What is not such a text is written as it is.
      ("pointer_type {", "pointer_type {"), ("variable reference_type", "variable reference_type"),
    ])
  func declarations(_ text: String, _ line: String) { #expect(lines(text, "f") == [line]) }

  @Test("enumerations and typedefs are those of C")
  func enumerations() {
    #expect(
      lines("enumeration_type e { enumerator A = 0 , enumerator B = 7 } byte_size(4)", "e#e") == [
        "enum e {", "\tA = 0,", "\tB = 7,", "}; /* 4 bytes */",
      ])
    #expect(
      lines("typedef_type t { pointer_type { base_type void } byte_size(8) }", "t#t") == [
        "typedef void *t;"
      ])
    #expect(
      lines("enumeration_type e { enumerator A = 18446744073709551615 } byte_size(4)", "e#e")[1]
        == "\tA = -1,")
    #expect(
      lines("enumeration_type e { enumerator A = 18446744073709551615 } byte_size(8)", "e#e")[1]
        == "\tA = 18446744073709551615,")
    #expect(
      lines("enumeration_type e { enumerator A = 18446744073709551615 }", "e#e")[1]
        == "\tA = 18446744073709551615,", "the size is not known")
    #expect(lines("structure_type s { }", "s#s") == ["struct s;"])
  }

  @Test("types of Rust are written as in Rust")
  func rust() {
    #expect(
      lines(
        "structure_type a::S { member pointer_type &str { s#&str } x accessibility(3) "
          + "data_member_location(0) , member s#a::T y data_member_location(16) } "
          + "byte_size(24) alignment(8)", "s#a::S") == [
          "struct a::S {", "\tx: &str, // 0", "\ty: a::T, // 16",
          "} // 24 bytes, aligned to 8",
        ])
  }

  @Test("enumerations of Rust have their tag, and their variants with their values")
  func rustEnumerations() {
    let text =
      "structure_type a::E { variant_part { member base_type u8 byte_size(1) encoding(7) "
      + "data_member_location(0) , variant { member s#a::E::None None data_member_location(0) } "
      + "discr_value(2) , variant { member s#a::E::Some Some data_member_location(0) } } } "
      + "byte_size(1) alignment(1)"
    #expect(
      lines(text, "s#a::E") == [
        "enum a::E {", "\t// tag u8 at 0", "\tNone: a::E::None, // 2", "\tSome: a::E::Some,",
        "} // 1 bytes, aligned to 1",
      ])
  }

  @Test(
    "functions of Rust are written as in Rust",
    arguments: [
      (
        "subprogram ( formal_parameter pointer_type { base_type void } p ) -> base_type void",
        "fn a::f(p: *c_void);"
      ),
      ("subprogram ( ) -> base_type u8 byte_size(1) encoding(7)", "fn a::f() -> u8;"),
    ])
  func rustFunctions(_ text: String, _ line: String) { #expect(lines(text, "a::f") == [line]) }

  @Test(
    "names of references are without their quotes",
    arguments: [
      ("s#'a b'", "struct a b"), ("s#a", "struct a"), ("u#'", "union '"), ("t#'a", "'a"),
      ("e#a'", "enum a'"), ("f", "f"),
    ])
  func names(_ key: String, _ name: String) {
    let bytes = Array(key.utf8)
    #expect(TypeLayout.name(ofKey: bytes.rawSpan) == name)
  }

  @Test("words of genksyms are broken at braces and semicolons")
  func genksyms() {
    #expect(
      lines("struct s { int a ; s#t * b ; } ", "s#s") == [
        "struct s {", "\tint a;", "\tstruct t * b;", "}",
      ])
  }

  @Test("a change is found where it is, by the shortest way")
  func changes() throws {
    var (old, new, store) = (SymtypesTree(), SymtypesTree(), SymtypesStore())
    let before = Array(
      ("f void f ( s#a , s#b )\ns#a struct a { s#c x ; }\ns#b struct b { s#a y ; }\n"
        + "s#c struct c { int i ; }\n").utf8)
    let after = Array(
      ("f void f ( s#a , s#b )\ns#a struct a { s#c x ; }\ns#b struct b { s#a y ; }\n"
        + "s#c struct c { long i ; }\n").utf8)
    try SymtypesReader.read(before.rawSpan, path: [1], into: &old, &store)
    try SymtypesReader.read(after.rawSpan, path: [1], into: &new, &store)
    let key = try #require(old.exports.first)
    var comparison = TypeChanges()
    let found = try comparison.changes(
      ofExport: Int(key), old: old.files[0], new: new.files[0], store)
    #expect(found.count == 1)
    let chain = comparison.chain(to: found[0].key).compactMap { $0 }
    #expect(chain.map { store.keys.name($0).text } == ["f", "s#a", "s#c"])
    let path = TypeChanges.path(from: Int(key), to: found[0].key, in: old.files[0], store)
    #expect(path == chain)
    #expect(TypeChanges.path(from: found[0].key, to: Int(key), in: old.files[0], store) == nil)
  }

  @Test("types that are met again, or on one side only, hide no others")
  func severalReferences() throws {
    func found(_ before: String, _ after: String) throws -> [String] {
      var (old, new, store) = (SymtypesTree(), SymtypesTree(), SymtypesStore())
      try SymtypesReader.read(Array(before.utf8).rawSpan, path: [1], into: &old, &store)
      try SymtypesReader.read(Array(after.utf8).rawSpan, path: [1], into: &new, &store)
      var comparison = TypeChanges()
      let key = try #require(old.exports.first)
      return try comparison.changes(
        ofExport: Int(key), old: old.files[0], new: new.files[0], store
      ).map { store.keys.name($0.key).text }
    }
    func types(_ word: String) -> String {
      "s#a struct a { s#a x ; }\ns#b struct b { \(word) y ; }\ns#c struct c { \(word) z ; }\n"
    }
    #expect(
      try found(
        "f void f ( s#a , s#a , s#b )\n" + types("int"),
        "f void f ( s#a , s#a , s#b )\n" + types("long"))
        == ["s#b"])
    #expect(
      try found(
        "f void f ( s#a , s#c , s#b )\n" + types("int"), "f void f ( s#a , s#b )\n" + types("long"))
        == ["f", "s#b"])
    #expect(
      try found("f void f ( s#a )\n" + types("int"), "f void f ( s#a )\n" + types("long")) == [])
  }

  @Test("that an object has no debug information is no other error")
  func missingInformation() {
    for (error, isMissing) in [
      (TypeVersionsError.debugInformation(ParseError(.missing, in: ".debug_info", at: 0)), true),
      (.debugInformation(ParseError(.missing, in: ".debug_abbrev", at: 0)), false),
      (.tooLarge, false),
    ] { #expect(error.isMissingInformation == isMissing) }
  }

  @Test(
    "of a long way the ends are shown, and thousands of changes take no longer than their number")
  func longChains() throws {
    let count = 20_000
    var (old, new, store) = (SymtypesTree(), SymtypesTree(), SymtypesStore())
    func text(_ word: String) -> [UInt8] {
      var lines = ["f f ( s#t0 )"]
      for index in 0..<count { lines.append("s#t\(index) struct { \(word) s#t\(index + 1) }") }
      lines.append("s#t\(count) struct { }")
      return Array((lines.joined(separator: "\n") + "\n").utf8)
    }
    let (before, after) = (text("int"), text("long"))
    try SymtypesReader.read(before.rawSpan, path: [1], into: &old, &store)
    try SymtypesReader.read(after.rawSpan, path: [1], into: &new, &store)
    let key = try #require(old.exports.first)
    var comparison = TypeChanges()
    let found = try comparison.changes(
      ofExport: Int(key), old: old.files[0], new: new.files[0], store)
    #expect(found.count == count)
    let last = try #require(found.last)
    let chain = comparison.chain(to: last.key).map { $0.map { store.keys.name($0).text } }
    #expect(chain.count == 33)
    #expect(chain.first == "f" && chain[15] == "s#t14" && chain[16] == nil)
    #expect(chain.last == "s#t\(count - 1)")
    // Of 32 keys none is left out, of 33 one.
    let whole = comparison.chain(to: found[30].key).map { $0.map { store.keys.name($0).text } }
    #expect(whole == ["f"] + (0...30).map { "s#t\($0)" })
    let parts = comparison.chain(to: found[31].key).map { $0.map { store.keys.name($0).text } }
    #expect(parts == ["f"] + (0...14).map { "s#t\($0)" } + [nil] + (16...31).map { "s#t\($0)" })
  }

  @Test("differences keep the lines around them and the first")
  func differences() {
    let old = ["struct s {", "a", "b", "c", "d", "e", "f", "g", "h", "}"].map { PlacedLine($0) }
    var new = old
    new.remove(at: 7)
    new.insert(PlacedLine("x"), at: 8)
    #expect(
      LineDifference(old, new, context: 1).lines == [
        .same("struct s {"), .gap, .same("f"), .removed("g"), .same("h"), .added("x"),
        .same("}"),
      ])
    #expect(LineDifference(old, old).lines.isEmpty == false)
  }

  @Test("members that a change moves show where they were, and are no change themselves")
  func movedMembers() {
    let (first, end) = (PlacedLine("struct s {"), PlacedLine("}"))
    func member(_ text: String, _ place: String, _ sizes: String = "") -> PlacedLine {
      PlacedLine("\t\(text); /* ", place: place, "\(sizes) */")
    }
    let old = [first, member("int a", "0"), member("int b", "4"), PlacedLine("}; /* 8 bytes */")]
    let new = [
      first, member("int a", "0"), member("int x", "4"), member("int b", "8"),
      PlacedLine("}; /* 12 bytes */"),
    ]
    #expect(
      LineDifference(old, new).lines == [
        .same("struct s {"), .same("\tint a; /* 0 */"), .added("\tint x; /* 4 */"),
        .same("\tint b; /* 8, was 4 */"), .removed("}; /* 8 bytes */"),
        .added("}; /* 12 bytes */"),
      ])
    #expect(
      LineDifference([first, member("u8 b", "4"), end], [first, member("u8 b", "8"), end]).lines
        == [
          .same("struct s {"), .removed("\tu8 b; /* 4 */"), .added("\tu8 b; /* 8 */"), .same("}"),
        ], "where nothing else differs, the place is the change")
    let value = PlacedLine("\tA = ", place: "1", ",")
    #expect(
      LineDifference(
        [PlacedLine("\tB = ", place: "1", ",")], [value, PlacedLine("\tB = ", place: "2", ",")]
      ).lines == [.added("\tA = 1,"), .same("\tB = 2, /* was 1 */")])
    let bits = LineDifference(
      [member("int d", "bit 160, 3 bits"), member("}", "16", ": 4 bytes")],
      [PlacedLine("\tint c;"), member("int d", "bit 192, 3 bits"), member("}", "20", ": 4 bytes")])
    #expect(
      bits.lines == [
        .added("\tint c;"), .same("\tint d; /* bit 192, 3 bits, was bit 160, 3 bits */"),
        .same("\t}; /* 20, was 16: 4 bytes */"),
      ])
  }

  @Test("each of several values that change is a change, also beside one another")
  func changedValues() {
    func enumeration(_ values: String...) -> [PlacedLine] {
      values.enumerated().map { PlacedLine("\tE\($0.offset) = ", place: $0.element, ",") }
    }
    #expect(
      LineDifference(enumeration("1", "2", "3"), enumeration("5", "9", "3")).lines == [
        .removed("\tE0 = 1,"), .added("\tE0 = 5,"), .removed("\tE1 = 2,"), .added("\tE1 = 9,"),
        .same("\tE2 = 3,"),
      ])
  }

  @Test("what changes beside another change is shown: values, widths, where members begin to move")
  func changesBesideOthers() {
    let values = ["1", "22", "3", "4", "5", "6", "7", "8"]
    func enumeration(_ values: [String]) -> [PlacedLine] {
      values.enumerated().map { PlacedLine("\tE\($0.offset) = ", place: $0.element, ",") }
    }
    let added = PlacedLine("\tNEW = ", place: "99", ",")
    let lines = LineDifference(
      enumeration(values), enumeration(["1", "2"] + values.dropFirst(2)) + [added]
    ).lines
    #expect(lines.contains(.removed("\tE1 = 22,")) && lines.contains(.added("\tE1 = 2,")))
    #expect(lines.contains(.same("\tE2 = 3,")) && lines.contains(.added("\tNEW = 99,")))
    func members(_ places: [Int], _ last: String) -> [PlacedLine] {
      [PlacedLine("struct s {")]
        + places.enumerated().map {
          PlacedLine("\tint m\($0.offset); /* ", place: "\($0.element)", " */")
        } + [PlacedLine("\t\(last);")]
    }
    let old = [0, 4, 8, 12, 16, 20, 24, 28]
    let moved = LineDifference(
      members(old, "int z"), members([0] + old.dropFirst().map { $0 + 28 }, "long z"))
    #expect(
      moved.lines.prefix(4) == [
        .same("struct s {"), .same("\tint m0; /* 0 */"), .same("\tint m1; /* 32, was 4 */"), .gap,
      ])
    let alone = LineDifference(
      members(old, "z"), members([0] + old.dropFirst().map { $0 + 28 }, "z"))
    #expect(alone.lines.contains(.removed("\tint m1; /* 4 */")))
    #expect(alone.lines.contains(.added("\tint m1; /* 32 */")))
    #expect(alone.hasChanges && !LineDifference(old.map { PlacedLine("\($0)") }, []).lines.isEmpty)
  }
}
