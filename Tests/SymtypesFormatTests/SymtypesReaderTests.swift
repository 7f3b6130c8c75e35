import ByteStorage
import SymtypesFormat
import Testing

@Suite("Symtypes text")
struct SymtypesReaderTests {
  /// The files of a text: path, then every key with its words.
  private func files(_ text: String, path: String = "a.symtypes") throws -> [String] {
    var (tree, store) = (SymtypesTree(), SymtypesStore())
    let bytes = Array(text.utf8)
    try SymtypesReader.read(bytes.rawSpan, path: Array(path.utf8), into: &tree, &store)
    return tree.files.map { file in
      let records = file.records.map { record in
        let tokens = store.tokens(Int(record.text))
        let words = tokens.indices.map { store.bytes(tokens[$0]).text }
        return "\(store.keys.name(Int(record.key)).text)=\(words.joined(separator: " "))"
      }
      return "\(file.path.rawSpan.text): \(records.sorted().joined(separator: "; "))"
    }
  }

  @Test("a plain file gives its records, whatever blanks are between the words")
  func plain() throws {
    #expect(
      try files("s#foo struct foo { int m ; } \n bar\tvoid  bar ( s#foo ) \n") == [
        "a.symtypes: bar=void bar ( s#foo ); s#foo=struct foo { int m ; }"
      ])
  }

  @Test("a quoted name goes on to the second quote and then to the next blank")
  func quotes() throws {
    #expect(
      try files("s#'a b'c structure_type a b { }\nf variable s#'a b'c\n") == [
        "a.symtypes: f=variable s#'a b'c; s#'a b'c=structure_type a b { }"
      ])
  }

  @Test("the mark override is skipped, and an export may have that name")
  func override() throws {
    #expect(
      try files("override s#x struct x { }\noverride f extern int f ( s#x )\n") == [
        "a.symtypes: f=extern int f ( s#x ); s#x=struct x { }"
      ])
    #expect(
      try files("override extern int override ( void )\n") == [
        "a.symtypes: override=extern int override ( void )"
      ])
    #expect(
      try files("override variable base_type int\n") == [
        "a.symtypes: override=variable base_type int"
      ])
  }

  @Test("a section has what its records reach: declared, its own, or the last before its end")
  func consolidated() throws {
    let text = """
      /* a.symtypes */
      s#s struct s { int a ; }
      u##u
      x int x ( s#s , u#u )

      /* b/c.symtypes */
      u#u union u { t#t t ; }
      t#t typedef int t
      y int y ( s#s , u#u )
      """
    #expect(
      try files(text) == [
        "a.symtypes: s#s=struct s { int a ; }; u#u=union u { UNKNOWN }; x=int x ( s#s , u#u )",
        "b/c.symtypes: s#s=struct s { int a ; }; t#t=typedef int t; u#u=union u { t#t t ; }; "
          + "y=int y ( s#s , u#u )",
      ])
  }

  @Test("variants are chosen by the line of the file, in the form before sections")
  func variants() throws {
    let text = """
      s#s@0 struct s { int a ; }
      s#s@deadbeef struct s { t#t a ; }
      t#t typedef int t
      x int x ( s#s )
      y int y ( s#s )
      F#a.symtypes x s#s@0
      F#b.symtypes y s#s@deadbeef
      """
    #expect(
      try files(text) == [
        "a.symtypes: s#s=struct s { int a ; }; x=int x ( s#s )",
        "b.symtypes: s#s=struct s { t#t a ; }; t#t=typedef int t; y=int y ( s#s )",
      ])
  }

  @Test(
    "what cannot be right is refused, at its line",
    arguments: [
      ("s#s struct s { }\n\nx int x ( )\n", "noKey 2"), (" \t\n", "noKey 1"),
      ("s#s struct s { }\ns#s struct s { }\n", "duplicateKey s#s 2"),
      ("a int a ( s#q )\n", "unknownType s#q 1"),
      ("s#s struct s { t#q x ; }\na int a ( )\n", "unknownType t#q 1"),
      ("/* a */\ns##s\nx int x ( s#s )\n/* b */\ny int y ( s#s )\n", "unknownType s#s 5"),
      ("/* a */\nx int x ( s#a )\n/* b */\ns#a struct a { }\n", "unknownType s#a 2"),
      ("/* a */\ns##s\ns#s struct s { }\n", "duplicateKey s#s 3"),
      ("/* a */\ns##s struct\n", "wordsAfterDeclaration 2"),
      ("/* a */\ns##'a b'\n", "wordsAfterDeclaration 2"),
      ("/* a */\nx int x ( )\n \n", "noKey 3"),
      ("/* a */\nx int x ( )\n/* a */\n", "duplicatePath a 0"),
      ("/* */\nx int x ( )\n", "invalidHeader 1"),
      ("/*  */\nx int x ( )\n", "invalidHeader 1"),
      ("/* a */\nx int x ( )\n/*  */\ny int y ( )\n", "invalidHeader 3"),
      ("s#s@0 struct s { }\nF#a s#s\n", "unknownType s#s 2"),
    ])
  func refusals(_ text: String, _ expected: String) throws {
    do {
      _ = try files(text)
      Issue.record("was read")
    } catch let error as SymtypesError {
      let words =
        switch error.reason {
        case .noKey: "noKey"
        case .duplicateKey(let key): "duplicateKey \(key.rawSpan.text)"
        case .unknownType(let key): "unknownType \(key.rawSpan.text)"
        case .wordsAfterDeclaration: "wordsAfterDeclaration"
        case .invalidHeader: "invalidHeader"
        case .consolidated: "consolidated"
        case .duplicatePath(let path): "duplicatePath \(path.rawSpan.text)"
        case .object, .notText, .notSymtypes: "notSymtypes"
        case .tooManyRecords, .tooLarge: "tooLarge"
        }
      #expect("\(words) \(error.line)" == expected)
    }
  }

  @Test(
    "a refusal has the text of its line",
    arguments: [
      ("a int a ( s#q )\n", "a int a ( s#q )"),
      ("s#s struct s { }\na int a ( s#q )\n", "a int a ( s#q )"),
      ("/* a */\nx int x ( s#a )\n/* b */\ns#a struct a { }\n", "x int x ( s#a )"),
    ])
  func refusedLines(_ text: String, _ line: String) {
    let error = #expect(throws: SymtypesError.self) { _ = try files(text) }
    #expect(error.map { $0.content } == Array(line.utf8))
  }

  @Test("an export of two files counts in the first, and the second is recorded")
  func duplicates() throws {
    var (tree, store) = (SymtypesTree(), SymtypesStore())
    let text =
      "/* a */\nf int f ( )\n/* b */\nf int f ( long )\ng int g ( )\n/* c */\nf int f ( )\n"
    let bytes = Array(text.utf8)
    try SymtypesReader.read(bytes.rawSpan, path: [], into: &tree, &store)
    let name = Array("f".utf8)
    let found = store.keys.find(name.rawSpan)
    let key = try #require(found)
    #expect(tree.file(ofExport: key) == 0)
    #expect(tree.exports.map { store.keys.name(Int($0)).text } == ["f", "g"])
    #expect(tree.duplicates.map(\.line) == [4, 7])
    // The key of the last export is after all of the first file's.
    let last = Array("g".utf8)
    let later = store.keys.find(last.rawSpan)
    #expect(later.map { tree.files[0].text(ofKey: $0) == nil } == true)
  }

  @Test("texts that differ in blanks only have one canonical number")
  func canonicalTexts() throws {
    var (old, new, store) = (SymtypesTree(), SymtypesTree(), SymtypesStore())
    let (first, second) = (Array("f int f ( ) \n".utf8), Array("f int  f ( )\ng int f\n".utf8))
    try SymtypesReader.read(first.rawSpan, path: [1], into: &old, &store)
    try SymtypesReader.read(second.rawSpan, path: [1], into: &new, &store)
    let name = Array("f".utf8)
    let found = store.keys.find(name.rawSpan)
    let key = try #require(found)
    let (left, right) = (old.files[0].text(ofKey: key), new.files[0].text(ofKey: key))
    #expect(left != right)
    #expect(left.map(store.canonical) == right.map(store.canonical))
  }
}
