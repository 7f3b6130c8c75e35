import ByteStorage
import KernelComparison
import SymtypesFormat
import Testing

@Suite("Comparison of types")
struct TypeComparisonTests {
  private static func trees(
    _ texts: [[String: String]]
  ) throws -> (trees: [SymtypesTree], store: SymtypesStore) {
    var store = SymtypesStore()
    let trees = try texts.map { files in
      var tree = SymtypesTree()
      for (path, text) in files.sorted(by: { $0.key < $1.key }) {
        try SymtypesReader.read(
          Array(text.utf8).rawSpan, path: Array(path.utf8), into: &tree, &store)
      }
      return tree
    }
    return (trees, store)
  }

  /// Causes as `type: exports (chain)`.
  private static func causes(_ old: [String: String], _ new: [String: String]) throws -> [String] {
    let (trees, store) = try trees([old, new])
    let comparison = TypeComparison(trees[0], trees[1], store)
    func names(_ keys: [UInt32]) -> String {
      keys.map { store.keys.name(Int($0)).text }.joined(separator: " ")
    }
    return comparison.causes.map {
      "\(names([$0.cause.key])): \(names($0.exports)) (\(names($0.chain)))"
    }
  }

  @Test("a change reaches exports through common references, by the shortest chain")
  func chains() throws {
    let old = """
      s#a struct a { s#b b ; }
      s#b struct b { int x ; }
      f int f ( s#a )
      g int g ( s#b )
      h int h ( )
      """
    let found = try Self.causes(["a": old], ["a": old.replacing("int x", with: "long x")])
    #expect(found == ["s#b: f g (g s#b)"])
    let third = old.replacing("int h ( )", with: "int h ( s#b )")
    #expect(
      try Self.causes(["a": third], ["a": third.replacing("int x", with: "long x")])
        == ["s#b: f g h (g s#b)"], "of chains of one length the first")
    let both = old.replacing("s#b b ;", with: "s#b b ; int n ;").replacing("int x", with: "long x")
    #expect(try Self.causes(["a": old], ["a": both]) == ["s#a: f (f s#a)", "s#b: f g (g s#b)"])
  }

  @Test("what only one side refers to is not compared, and cycles end")
  func limits() throws {
    #expect(
      try Self.causes(
        ["a": "s#a struct a { s#b b ; }\ns#b struct b { int x ; }\nf int f ( s#a )"],
        [
          "a":
            "s#a struct a { s#c b ; }\ns#c struct c { int x ; }\ns#b struct b { long x ; }\nf int f ( s#a )"
        ]) == ["s#a: f (f s#a)"])
    let cycle = "s#l struct l { s#l * n ; int v ; }\nf int f ( s#l )"
    #expect(
      try Self.causes(["a": cycle], ["a": cycle.replacing("int v", with: "long v")])
        == ["s#l: f (f s#l)"])
  }

  @Test("what a text mentions after a type that it mentions twice is compared, too")
  func repeatedMentions() throws {
    let old = """
      s#a struct a { s#b x ; s#b y ; s#c z ; }
      s#b struct b { int x ; }
      s#c struct c { int x ; }
      f int f ( s#a )
      """
    let new = old.replacing("struct c { int", with: "struct c { long")
    #expect(try Self.causes(["a": old], ["a": new]) == ["s#c: f (f s#a s#c)"])
  }

  @Test("exports are in bytewise order, also those that begin alike")
  func orderOfExports() throws {
    let names = ["beginning2", "beginning10", "beginnin", "b", "beginning", "beginning1"]
    let text = names.map { "\($0) int \($0) ( )\n" }.joined()
    let (trees, store) = try Self.trees([["a": text], ["a": "z int z ( )\n"]])
    let comparison = TypeComparison(trees[0], trees[1], store)
    #expect(comparison.removed.map { store.keys.name(Int($0)).text } == names.sorted())
  }

  @Test("each export is compared with the variant of its own file")
  func variants() throws {
    let old = [
      "a": "s#s struct s { int a ; }\nf int f ( s#s )",
      "b": "s#s struct s { int b ; }\ng int g ( s#s )",
    ]
    let new = [
      "a": "s#s struct s { int a ; }\nf int f ( s#s )",
      "b": "s#s struct s { int c ; }\ng int g ( s#s )",
    ]
    #expect(try Self.causes(old, new) == ["s#s: g (g s#s)"])
  }

  @Test("what differs in several ways is in the order of texts, references before words")
  func order() throws {
    func causes(_ old: [String], _ new: [String]) throws -> [String] {
      func files(_ texts: [String]) -> [String: String] {
        let others = "s#t struct t { int x ; }\n"
        return [
          "a": "\(others)s#s \(texts[0])\nf int f ( s#s )",
          "b": "\(others)s#s \(texts[1])\ng int g ( s#s )",
        ]
      }
      return try Self.causes(files(old), files(new))
    }
    let (first, second) = ("s#s: f (f s#s)", "s#s: g (g s#s)")
    let (int, long) = ("struct s { int x ; }", "struct s { long x ; }")
    let (other, type) = ("struct s { short x ; }", "struct s { s#t x ; }")
    #expect(try causes([other, other], [int, long]) == [first, second])
    #expect(try causes([other, other], [long, int]) == [second, first])
    #expect(try causes([int, long], [other, other]) == [first, second])
    #expect(try causes([long, int], [other, other]) == [second, first])
    // The old texts count before the new ones.
    #expect(try causes([long, int], [int, long]) == [second, first])
    #expect(try causes([other, other], [int, type]) == [second, first])
    #expect(try causes([other, other], [type, int]) == [first, second])
    #expect(try causes([other, other], [int, "struct s"]) == [second, first])
    #expect(try causes([other, other], ["struct s", int]) == [first, second])
  }

  @Test("builds are equal where no export came, went or changed")
  func equal() throws {
    let (f, g) = ("f int f ( )\n", "g int g ( )\n")
    let (trees, store) = try Self.trees([
      ["a": f], ["a": f], ["a": f + g], ["a": "f long f ( )\n"],
    ])
    func isEmpty(_ old: Int, _ new: Int) -> Bool {
      TypeComparison(trees[old], trees[new], store).isEmpty
    }
    #expect(isEmpty(0, 1))
    #expect(!isEmpty(0, 2) && !isEmpty(2, 0) && !isEmpty(0, 3))
  }

  @Test("consolidated text leaves out what was written before, and is read as the same tree")
  func consolidated() throws {
    let files = [
      "a": "s#s struct s { UNKNOWN }\na int a ( s#s )\n",
      "b": "s#s struct s { int x ; }\nb int b ( s#s )\n",
      "c/d": "s#s struct s { UNKNOWN }\nc int c ( s#s )\n",
      "d": "s#s struct s { int x ; }\nd int d ( s#s )\n",
    ]
    let (trees, store) = try Self.trees([files])
    var text: [UInt8] = []
    SymtypesText(store).consolidate(trees[0]) { piece in
      text += piece.bytes
      piece.removeAll()
    }
    let whole = String(decoding: text, as: UTF8.self)
    #expect(
      whole == """
        /* a */
        s##s
        a int a ( s#s )

        /* b */
        s#s struct s { int x ; }
        b int b ( s#s )

        /* c/d */
        s##s
        c int c ( s#s )

        /* d */
        d int d ( s#s )

        """)
    let (again, store2) = try Self.trees([["": whole]])
    for file in again[0].files {
      var output = OutputBuffer()
      SymtypesText(store2).write(file, to: &output)
      let written = String(decoding: output.bytes, as: UTF8.self)
      #expect(written == files[String(decoding: file.path, as: UTF8.self)])
    }
  }

  @Test("paths that lead out of a directory are known")
  func paths() {
    for path in ["../x", "/x", "a/../x", "", "a/..", "a\0b"] {
      #expect(SymtypesText.leadsOutside(Array(path.utf8)), "\(path)")
    }
    for path in ["a", "a/b", "..a/b", "./a"] {
      #expect(!SymtypesText.leadsOutside(Array(path.utf8)), "\(path)")
    }
  }

  @Test(
    "a type is broken into lines at braces and semicolons",
    arguments: [
      ("s#s struct s { int a ; u#u b ; }", ["struct s {", "\tint a;", "\tu#u b;", "}"]),
      ("s#e enum e { A , B }", ["enum e {", "\tA,", "\tB", "}"]),
      ("t#t typedef enum { A , B } t", ["typedef enum {", "\tA,", "\tB", "} t"]),
      ("t#t typedef struct { int a , b ; } t", ["typedef struct {", "\tint a, b;", "} t"]),
      (
        "s#s struct s { struct { struct { int a ; } b ; } c ; int d ; }",
        [
          "struct s {", "\tstruct {", "\t\tstruct {", "\t\t\tint a;", "\t\t} b;", "\t} c;",
          "\tint d;", "}",
        ]
      ),
      ("s#s struct s } { ; } ,", ["struct s", "} {", "\t;", "},"]), ("s#s", []),
      (
        "s#s structure_type s { member t#a a , member b b } size(8)",
        ["structure_type s {", "\tmember t#a a, member b b", "} size(8)"]
      ),
    ])
  func lines(_ text: String, _ lines: [String]) throws {
    let others = "\nt#a a\nu#u union u { UNKNOWN }"
    let (trees, store) = try Self.trees([["a": text + others]])
    let name = Array(text.utf8.prefix(3))
    let found = store.keys.find(name.rawSpan)
    let key = try #require(found)
    let number = try #require(trees[0].files[0].text(ofKey: key))
    let plain = TypeText.lines(of: number, in: store).map { String(decoding: $0, as: UTF8.self) }
    #expect(plain == lines)
    if text.contains("member") {
      let readable = TypeText.lines(of: number, in: store, style: .readable)
      #expect(readable.count == 4 && readable[1] == Array("\tmember t#a a,".utf8))
    }
  }

  @Test("a difference is the first shortest one, in parts with three lines around it")
  func differences() {
    func parts(_ old: [Int], _ new: [Int]) -> [String] {
      LineDiff(old, new).hunks.map { hunk in
        let steps = hunk.steps.map { $0 == .keep ? "." : $0 == .add ? "+" : "-" }.joined()
        return "\(hunk.oldStart) \(hunk.newStart) \(steps)"
      }
    }
    #expect(parts([1, 2, 2, 3, 2, 9], [1, 2, 3, 2, 2, 3, 9]) == ["0 0 ..-..++."])
    #expect(parts([], [7]) == ["0 0 +"])
    #expect(parts(Array(0..<20), Array(0..<20)).isEmpty)
    var changed = Array(0..<30)
    changed.insert(99, at: 5)
    changed.insert(98, at: 12)
    #expect(parts(Array(0..<30), changed) == ["2 2 ...+......+..."])
    changed = Array(0..<30)
    changed.insert(99, at: 5)
    changed.insert(98, at: 13)
    #expect(parts(Array(0..<30), changed) == ["2 2 ...+...", "9 10 ...+..."])
    #expect(parts(Array(0..<9000), Array(9000..<18000)).count == 1)
  }

  @Test("of a long chain both ends are given, with its length")
  func longChain() throws {
    var text = "f int f ( s#a0 )\n"
    for number in 0..<200 { text += "s#a\(number) struct a\(number) { s#a\(number + 1) n ; }\n" }
    text += "s#a200 struct a200 { int x ; }\n"
    let (trees, store) = try Self.trees([
      ["a": text], ["a": text.replacing("int x", with: "long x")],
    ])
    let reach = try #require(TypeComparison(trees[0], trees[1], store).causes.first)
    let names = reach.chain.map { store.keys.name(Int($0)).text }
    #expect(reach.chainLength == 202 && names.count == 64)
    #expect(names.first == "f" && names.last == "s#a200" && names[31] == "s#a30")
  }
}
