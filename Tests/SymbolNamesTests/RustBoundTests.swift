import SymbolNames
import Testing

@Suite("Ends of what Rust names take")
struct RustBoundTests {
  private func readable(_ name: String) -> String? { RustDemangler.readableName(of: name) }

  private func a(_ count: Int) -> String { String(repeating: "a", count: count) }

  /// The byte after `9` in ASCII is a colon.
  @Test(
    "a colon is no digit and no byte of an identifier",
    arguments: [
      "_RNvC1a2f:", "_RNvC1a9abcdefgh:", "_RNvC1a9:abcdefgh", "_RNvCs:_1a1f", "_RNvC1a:aaaaaaaaaa",
      "_RC1:", "_ZN:aaaaaaaaaa17h0123456789abcdefE",
    ])
  func colons(_ name: String) { #expect(readable(name) == nil) }

  @Test(
    "an identifier has letters, digits and low lines of ASCII, and no other byte anywhere",
    arguments: 1...20)
  func identifierBytes(_ length: Int) {
    for place in 0..<length {
      for byte in UInt8(0x21)...0x7e {
        var bytes = [UInt8](repeating: 0x61, count: length)
        bytes[place] = byte
        let text = String(decoding: bytes, as: UTF8.self)
        let character = Character(UnicodeScalar(byte))
        let isTaken = character.isLetter || character.isNumber || character == "_"
        // The low line before it is no part of it.
        #expect(readable("_RNvC1a\(length)_\(text)") == (isTaken ? "a::\(text)" : nil), "\(text)")
      }
    }
  }

  @Test("of a name without a mark of another tool all is mangled, however short it is")
  func mangledLengths() {
    for (name, length) in [
      ("", 0), ("_", 1), ("R", 1), ("_R", 2), ("_R.x", 2), ("_RNvC1a1b$x.y", 9), ("_Z.x", 4),
    ] {
      let bytes = Array(name.utf8)
      #expect(RustDemangler.mangledLength(of: bytes.span) == length, "\(name)")
    }
  }

  @Test("the last identifier of the older mangling is a hash if its digits are of five kinds")
  func kinds() {
    #expect(readable("_ZN3foo17h0123401234012340E") == "foo")
    #expect(readable("_ZN3foo17h0123012301230123E") == nil)
  }

  @Test(
    "an escape of the older mangling needs its end; control characters stay escaped",
    arguments: [
      ("foo$LT$", "foo<"), ("foo$LT", "foo$LT"), ("foo$", "foo$"), ("$LT$a$GT$", "<a>"),
      ("a$u1f$", "a$u1f$"), ("a$u20$", "a "), ("a$u7e$", "a~"), ("a$u7f$", "a$u7f$"),
      ("a$u9f$", "a$u9f$"), ("a$ua0$", "a\u{a0}"), ("a$u10ffff$", "a\u{10ffff}"),
      ("a.", "a."), ("a..", "a::"), ("a...", "a::."), ("a..b", "a::b"), ("a.b", "a.b"),
      ("a$u110000$", "a$u110000$"), ("a$ud7ff$", "a\u{d7ff}"), ("a$ud800$", "a$ud800$"),
    ])
  func escapes(_ identifier: String, _ expected: String) {
    let name = "_ZN\(identifier.utf8.count)\(identifier)17h0123456789abcdefE"
    #expect(readable(name) == expected)
  }

  /// RFC 3492: the bias adapts while a delta is greater than 455. What Python's codec writes.
  @Test(
    "coded letters are those of RFC 3492, also where a delta is adapted to just its limit",
    arguments: [
      ("u11ab_cja24eem", "ab\u{e9}\u{19f}\u{1ef}"), ("u12ab_cja24em0j", "ab\u{e9}\u{19f}\u{49f}"),
      ("u12ab_cja495wfa", "ab\u{e9}\u{19cb}\u{19cc}"), ("u3_9ca", "\u{e9}"),
    ])
  func punycode(_ identifier: String, _ expected: String) {
    #expect(readable("_RNvC1a\(identifier)") == "a::\(expected)")
  }

  @Test("a coded identifier has up to 1024 letters")
  func punycodeLength() {
    #expect(readable("_RCu1025\(a(1024))_") == a(1024))
    #expect(readable("_RCu1026\(a(1025))_") == nil)
    #expect(readable("_RCu1027\(a(1023))_9ca")?.unicodeScalars.count == 1024)
    #expect(readable("_RCu1028\(a(1024))_9ca") == nil)
  }

  @Test("a character has up to six digits")
  func characters() {
    #expect(readable("_RINvC1a1fKc10ffff_E") == #"a::f::<'\u{10ffff}'>"#)
    #expect(readable("_RINvC1a1fKc1000000_E") == nil)
  }

  /// Each lifetime that is bound takes a byte where it is used.
  @Test("fewer lifetimes are bound than the name has bytes")
  func lifetimes() {
    // Nine bytes after `_R`, and `6_` counts eight.
    #expect(readable("_RMC0FG6_Eu") == "<for<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h> fn()>")
    #expect(readable("_RMC0FG7_Eu") == nil)
    // Within the first binder another may have what is left.
    #expect(readable("_RMC0FG4_FG4_EuEu") != nil)
    #expect(readable("_RMC0FG6_FG5_EuEu") == nil)
  }

  @Test("lifetimes after the 26th have numbers")
  func numberedLifetimes() {
    let letters = "abcdefghijklmnopqrstuvwxyz".map { "'\($0)" }.joined(separator: ", ")
    #expect(readable("_RMC30\(a(30))FGo_Eu") == "<for<\(letters)> fn()>")
    #expect(readable("_RMC30\(a(30))FGp_Eu") == "<for<\(letters), 'z1> fn()>")
  }

  @Test("a back reference points before its own end")
  func backReferences() {
    #expect(readable("_RMC0TuB3_E") == "<((), ())>")
    #expect(readable("_RMC0TuB4_E") == nil)
    // These end at 7 after `_R`, and point there, and at their own end.
    #expect(readable("_RMC0TB6_uE") == nil)
    #expect(readable("_RMC0TB5_uE") == nil)
  }

  @Test("a linkage name has up to 64 KiB")
  func linkageLength() {
    let most = RustDemangler.maximumLength
    #expect(readable("_RMC\(most - 10)\(a(most - 10))u") == "<()>")
    #expect(readable("_RMC\(most - 9)\(a(most - 9))u") == nil)
  }

  @Test("a short name may read as 4 KiB and no more")
  func readableLength() {
    func name(_ last: String) -> String {
      "_RNvMC0TC100" + a(100) + String(repeating: "B5_", count: 39) + last
    }
    let before = 4084
    #expect(readable(name("E12") + a(12))?.utf8.count == before + 12)
    #expect(readable(name("E13") + a(13)) == nil)
    // Two more types, and a coded letter, which takes four bytes until all are there.
    #expect(readable(name("uuEu3_9ca"))?.utf8.count == before + 8 + 2)
    #expect(readable(name("uuuEu3_9ca")) == nil)
  }

  @Test("the bracket at the end counts too")
  func readableBracket() {
    func name(_ last: String) -> String {
      "_RMC0TC100" + a(100) + String(repeating: "B3_", count: 39) + last + "E"
    }
    #expect(readable(name("C12" + a(12)))?.utf8.count == 4096)
    #expect(readable(name("C13" + a(13))) == nil)
  }
}

@Suite("Buffers of names")
struct NameBufferTests {
  @Test("the last bytes are forgotten, however many are asked for")
  func removing() {
    var buffer = NameBuffer()
    for byte in "abcde".utf8 { buffer.append(byte) }
    for (number, kept) in [(-1, "abcde"), (0, "abcde"), (2, "abc"), (3, ""), (1, "")] {
      buffer.removeLast(number)
      #expect(buffer.string == kept)
    }
    for byte in "abcde".utf8 { buffer.append(byte) }
    buffer.removeLast(99)
    #expect(buffer.string == "")
  }

  @Test("a byte is replaced from a place on, and not before it")
  func replacing() {
    for (start, expected) in [(2, "abcb"), (0, "cbcb"), (3, "abab"), (9, "abab")] {
      var buffer = NameBuffer()
      for byte in "abab".utf8 { buffer.append(byte) }
      buffer.replace(0x61, with: 0x63, from: start)
      #expect(buffer.string == expected)
    }
  }
}
