import ByteStorage
import NameTranslation
import SymbolNames
import Testing

@Suite("Text translator")
struct TextTranslatorTests {
  @Test(
    "a name alone is rewritten, wherever the text has a name",
    arguments: [
      ("foo.isra.0+0x1/0x2\r\n", "foo.isra+0x1/0x2\r\n"),
      (" ? __cfi_c_show.llvm.12+0x10/0x10  \n", " ? __cfi_c_show+0x10/0x10  \n"),
      ("\u{1b}[1;33mfoo.isra.0+0x1/0x2\u{1b}[0m", "\u{1b}[1;33mfoo.isra+0x1/0x2\u{1b}[0m"),
      ("foo.constprop.0.isra.0+0x1/0x2", "foo.constprop.isra+0x1/0x2"),
      ("foo.5.llvm.7+0x1/0x2", "foo.5+0x1/0x2"),
      ("0000000000000000 t foo.__uniq.123.llvm.9\n", "0000000000000000 t foo\n"),
      ("_RNvC4core3foo.llvm.1.cold+0x0/0x9", "core::foo.cold+0x0/0x9"),
    ])
  func names(_ text: String, _ expected: String) { #expect(translated(text) == expected) }

  @Test(
    "everything except names is left as it is",
    arguments: [
      "see foo.isra.0 in the manual\n", "https://example.org/foo.isra.0+0x10/0x20\n",
      "drivers/foo.cold.c:12\n", "0xffffffff81234567+0x1/0x2\n", "foo.isra.0 + 3\n",
      "\u{ff}\u{fe}.llvm.\n", "\n\n\r\n", ".isra.0\n",
      "   123: ffffffff81000000    16 FUNC    LOCAL  DEFAULT    1 init_once.llvm.14[...]\n",
      "kprobes/p_foo_isra_0_0\n", "",
      #"\u001b[31m#033[0m^[[K\x1b[m\033[1mplain foo.isra.0"#, "[31m ^[31m #033 \\u001b",
      "‘plain’ → words… «die»\u{a0}mode",
      "comm;+0x1;a.isra.0 12 3\n", "comm;+0x1 12\n",
    ])
  func others(_ text: String) {
    #expect(translated(text) == text)
  }

  @Test("names end at other bytes, also behind a bracket that none opens")
  func edges() {
    #expect(translated("x>::foo.isra.0+0x1/0x2") == "x>::foo.isra+0x1/0x2")
    // The last byte of À is the first of those that are not ASCII.
    for letter in ["À", "é"] {
      #expect(
        translated("see \(letter)_RNvC4core3foo in the manual\n")
          == "see \(letter)core::foo in the manual\n")
    }
  }

  @Test("an empty piece does not begin a text")
  func emptyPiece() {
    var translator = TextTranslator()
    var output: [UInt8] = []
    let none: [UInt8] = []
    translator.translate(none.rawSpan) { output += $0.array }
    let text = Array("<html>\n<p>_RNvXC1aNtB2_1TNtB2_1U1f</p>\n".utf8)
    output += translated(text, by: &translator)
    #expect(
      String(decoding: output, as: UTF8.self)
        == "<html>\n<p>&lt;a::T as a::U&gt;::f</p>\n")
  }

  @Test("tags stay as they are, at the end of a line and within a name")
  func tags() throws {
    let last = "<html>\n<p>see <a id=\"a.llvm.1\">\n"
    #expect(translated(last) == last)
    let name = "_RNvXC1aNtB2_1TNtB2_1U1f"
    let kernel = try source("ffffffff81000000 T \(name)\n")
    #expect(
      translated(
        "<html>\n<p>&lt;a::T<wbr>as a::U&gt;::f</p>\n", .linkage, sources: [kernel])
        == "<html>\n<p>\(name)<wbr></p>\n")
  }

  @Test("of escapes within a name those that the new one needs are written, and signs stay")
  func escapesInNames() {
    #expect(
      translated(#"{"M":"f::<a\/b>::g.isra.0+0x1/0x2"}"#)
        == #"{"M":"f::<a/b>::g.isra+0x1/0x2"}"#)
    #expect(
      translated(#"{"M":"f::<a\bb\fc>::g.isra.0+0x1/0x2"}"#)
        == #"{"M":"f::<a\bb\fc>::g.isra+0x1/0x2"}"#)
    let sign = translated(#"{"M":"f::<a\u2019b>::g.isra.0+0x1/0x2"}"#)
    #expect(sign.contains(#"::g.isra"#) && sign.contains(#"\u2019"#))
    #expect(!sign.contains(".isra.0"))
  }

  @Test("bare leaves out what a compiler did")
  func bare() {
    var options = TranslationOptions()
    options.isBare = true
    #expect(translated(" foo.isra.0.cold+0x1/0x2", options) == " foo+0x1/0x2")
    options.form = .source
    #expect(translated(" _RNvC4core3foo.cold.1+0x1/0x2", options) == " _RNvC4core3foo+0x1/0x2")
  }

  @Test("a pair of a digest and a name is read back, of one letter too")
  func hashedPairs() {
    for name in ["a", "ab", "foo.isra.0"] {
      let pair = "\(HashedName(of: Array(name.utf8).rawSpan).hexadecimal){\(name)}"
      #expect(translated("x \(pair) y\n", .linkage) == "x \(name) y\n")
    }
    #expect(translated("{}", .linkage) == "{}" && translated("a{}b{", .linkage) == "a{}b{")
  }

  @Test("semicolons in names do not cut folded stacks")
  func folded() throws {
    let name = "_RNvMC4coreAhj4_3foo"
    let text = "comm;start;\(name) 12\n"
    let readable = translated(text)
    #expect(readable == "comm;start;<[u8: 4]>::foo 12\n")
    let kernel = try source("ffffffff81000000 T \(name)\n")
    #expect(translated(readable, .linkage, sources: [kernel]) == text)
  }

  // stackcollapse-perf.pl marks the kernel's frames by `_[k]`, inlined ones by `_[i]`, others by `_[j]`.
  @Test("a frame of folded stacks may end in a mark, before which its name comes back")
  func markedFrames() throws {
    let kernel = try source("ffffffff81000000 t a.isra.0\nffffffff81000100 T end\n")
    for text in [
      "comm;x;a.isra.0_[k] 12\n", "comm;a.isra.0_[i];x 12\n", "comm;x;a.isra.0+0x10_[j] 12\n",
    ] {
      let readable = text.replacing("isra.0", with: "isra")
      #expect(translated(text) == readable)
      #expect(translated(readable, .linkage, sources: [kernel]) == text)
    }
    var options = TranslationOptions()
    options.collectsNames = true
    for (frame, name) in [("_[k]", "_[k]"), ("b_[k]", "b"), ("_[k", "_[k"), ("b[k]", "b[k]")] {
      var translator = TextTranslator(options)
      _ = translated(Array("comm;\(frame);a.isra.0 12\n".utf8), by: &translator)
      #expect(translator.takeNames().map(\.text) == [name, "a.isra.0"])
    }
  }

  @Test("a line that is too long passes as it is, in bounded pieces, and the next is translated")
  func longLines() {
    var translator = TextTranslator()
    var count = 0
    var largest = 0
    let piece = [UInt8](repeating: 0x61, count: 1 << 16) + Array(" f.isra.0+0x1/0x2 ".utf8)
    for _ in 0..<100 {
      translator.translate(piece.rawSpan) { output in
        count += output.byteCount
        largest = max(largest, output.byteCount)
      }
    }
    #expect(largest <= TextTranslator.longestLine)
    let end = Array("\nf.isra.0+0x1/0x2".utf8)
    var last: [UInt8] = []
    translator.translate(end.rawSpan) { last += $0.array }
    translator.finish { last += $0.array }
    #expect(count + last.count == piece.count * 100 + end.count - 2)
    #expect(last.suffix(14) == Array("f.isra+0x1/0x2".utf8)[...])
    #expect(translator.counts.longLines == 1)
  }

  @Test("a line has up to a mebibyte with its end, however it is cut")
  func longestLine() {
    let name = "f.isra.0+0x1/0x2"
    for end in ["", "\n"] {
      for (excess, isTranslated) in [(0, true), (1, false)] {
        let blanks = TextTranslator.longestLine + excess - name.utf8.count - end.utf8.count
        let text = Array((String(repeating: " ", count: blanks) + name + end).utf8)
        for size in [text.count - 1, text.count] {
          var translator = TextTranslator()
          let written = translated(text, by: &translator, pieceSize: size)
          #expect(written.count == text.count - (isTranslated ? 2 : 0), "\(size) \(excess)")
          #expect(translator.counts.longLines == (isTranslated ? 0 : 1))
        }
      }
    }
  }

  @Test("what follows a piece that is too long for a line belongs to that line")
  func longPiece() {
    var translator = TextTranslator()
    var written: [UInt8] = []
    let name = "f.isra.0+0x1/0x2"
    let long = String(repeating: " ", count: TextTranslator.longestLine + 1)
    for piece in [long, " \(name) ", "\(name)\n\(name)\n"] {
      translator.translate(Array(piece.utf8).rawSpan) { written += $0.array }
    }
    translator.finish { written += $0.array }
    let expected = "\(long) \(name) \(name)\nf.isra+0x1/0x2\n"
    #expect(written == Array(expected.utf8))
    #expect(translator.counts.longLines == 1)
  }

  @Test("a word alone is a name for digests if it is an identifier, for others if it shows so")
  func wordsAlone() {
    for (word, isIdentifier, isMangled) in [
      ("", false, false), ("abc", true, false), ("a_9", true, false), ("_", true, false),
      ("9a", false, false), ("a b", false, false), ("a[b", false, false), ("a-b", false, false),
      ("a@b", false, false), ("a`b", false, false), ("{a", false, false), ("a.c", false, false),
      ("_RNvC1a1b", true, true), ("a::b", true, true), ("a.isra.0", true, true),
    ] {
      for (form, isName) in [(NameForm.hashed, isIdentifier), (.readable, isMangled)] {
        var translator = TextTranslator(TranslationOptions(form: form))
        var output: [UInt8] = []
        let bytes = Array(word.utf8)
        let found = translator.translate(name: bytes.rawSpan) { output += $0.array }
        #expect(found == isName, "\(word) \(form)")
        #expect(output.isEmpty != found)
      }
    }
  }

  @Test("counts of parts add up")
  func sums() {
    var (first, second) = (TranslationCounts(), TranslationCounts())
    (first.names, second.names, second.translated, second.ambiguous) = (1, 2, 3, 4)
    (second.missing, second.remaining, second.namedAddresses) = (5, 6, 7)
    (second.unnamedAddresses, second.verified, second.contradicted) = (8, 9, 10)
    (second.placed, second.unplaced, second.longLines) = (11, 12, 13)
    first += second
    #expect([first.names, first.translated, first.ambiguous, first.missing] == [3, 3, 4, 5])
    #expect([first.remaining, first.namedAddresses, first.unnamedAddresses] == [6, 7, 8])
    #expect([first.verified, first.contradicted, first.placed] == [9, 10, 11])
    #expect(first.unplaced == 12 && first.longLines == 13 && !first.hasByteMessages)
    second.hasByteMessages = true
    first += second
    second += TranslationCounts()
    #expect(first.hasByteMessages && second.hasByteMessages)
  }

  @Test("any bytes at all pass unchanged where there is no name")
  func randomBytes() {
    var generator = SystemRandomNumberGenerator()
    var bytes = [UInt8](repeating: 0, count: 1 << 17)
    for index in bytes.indices {
      bytes[index] = UInt8.random(in: 0...255, using: &generator)
    }
    #expect(translated(bytes, pieceSize: 4099) == bytes)
  }

  @Test("a record of names has the place of each name")
  func records() throws {
    var options = TranslationOptions()
    options.collectsNames = true
    var translator = TextTranslator(options)
    let text = Array("\nplain words\n pc : foo.isra.0+0x10/0x40 [loop]\n".utf8)
    _ = translated(text, by: &translator, pieceSize: 5)
    let name = try #require(translator.takeNames().first)
    #expect(name.line == 3 && name.column == 6 && name.surface == .kernelLog)
    #expect(name.text == "foo.isra.0" && name.translation == "foo.isra")
    #expect(name.offset == 0x10 && name.size == 0x40 && name.module == "loop")
    #expect(translator.takeNames().isEmpty)
  }

  @Test("the column of a name is that in the line itself, behind a colour or an escape too")
  func columns() {
    var options = TranslationOptions()
    options.collectsNames = true
    for before in ["", "\u{1b}[1m", "x \u{1b}[1m", #"{"m":"\t"#, #"{"m":"x \n"#] {
      var translator = TextTranslator(options)
      _ = translated(Array("\(before)a.isra.0+0x1/0x2".utf8), by: &translator)
      let found = translator.takeNames().filter { $0.text == "a.isra.0" }
      #expect(found.map(\.column) == [before.utf8.count], "\(before)")
    }
  }

  @Test(
    "for source names a line is looked at that has a digest, and none that has plain names only")
  func sourceLines() throws {
    let kernel = try source("ffffffff81000000 t a.isra.0\nffffffff81000100 T end\n")
    let digest = HashedName(of: Array("a.isra.0".utf8).rawSpan).hexadecimal
    var translator = TextTranslator(TranslationOptions(form: .source), sources: [kernel])
    let there = translated(Array("x \(digest) y\n".utf8), by: &translator)
    #expect(!String(decoding: there, as: UTF8.self).contains(digest))
    let before = translator.counts.names
    _ = translated(Array(" end+0x1/0x100\n".utf8), by: &translator)
    #expect(before > 0 && translator.counts.names == before)
  }

  @Test("a module before the name of a probe ends in one colon, and a path has two")
  func probeOwners() {
    for (line, range) in [("p:x core::foo", 4..<13), ("p:x loop:a::b", 9..<13)] {
      let found = SurfaceSearch.names(in: Array(line.utf8).rawSpan, of: .probes)
      #expect(found.map(\.name) == [range])
    }
  }

  @Test("an offset that is none does not hide the names after it")
  func brokenOffsets() throws {
    let line = Array("ffffffff81000000 <a+0x12345678123456789> ffffffff81000004 <z>".utf8)
    let place = try #require(line.firstIndex(of: UInt8(ascii: "z")))
    let found = SurfaceSearch.names(in: line.rawSpan, of: .objdump)
    #expect(found.contains { $0.name == place..<(place + 1) })
  }

  @Test("lines are counted however a text is cut, long ones too", arguments: [3, 100, 4096, .max])
  func lineNumbers(_ pieceSize: Int) throws {
    var options = TranslationOptions()
    options.collectsNames = true
    var translator = TextTranslator(options)
    let name = "f.isra.0+0x1/0x2"
    let long = String(repeating: "x", count: TextTranslator.longestLine + 1)
    let sixth = pieceSize > 100 ? long : ""
    let text = "\n\(name)\n\n\n\(name)\n\(sixth)\n\(name)"
    for _ in 0..<2 {
      _ = translated(Array(text.utf8), by: &translator, pieceSize: pieceSize)
      #expect(translator.takeNames().map(\.line) == [2, 5, 7])
    }
  }
}
