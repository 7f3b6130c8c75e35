import ByteStorage
import Testing

import NameTranslation

@Suite("Bytes of names")
struct NameBytesTests {
  /// The high bits of eight bytes, found one byte after the other.
  private func marks(_ bytes: [UInt8]) -> UInt64 {
    bytes.enumerated().reduce(0) { marks, byte in
      marks | (byte.element.isNameByte ? 0x80 << UInt64(8 * byte.offset) : 0)
    }
  }

  @Test("eight bytes at once are names' or not as each is by itself", arguments: 0..<8)
  func everyByte(_ place: Int) {
    for other: UInt8 in [0x00, 0x20, 0x41, 0x7f, 0x80, 0xff] {
      for byte in UInt8.min...UInt8.max {
        var bytes = [UInt8](repeating: other, count: 8)
        bytes[place] = byte
        let word = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        #expect(NameBytes.marks(word) & NameBytes.highBits == marks(bytes), "\(byte) in \(other)")
      }
    }
  }

  @Test("names of a list have numbers in bytewise order, and no others")
  func numbers() {
    let names = NumberedNames(sorting: ["b", "", "ab", "b"].map { Array($0.utf8) })
    #expect(names.count == 2)
    let found = (-1...3).map { names.name($0).text }
    #expect(found == ["", "ab", "b", "", ""])
    #expect(names.numbers(of: Array("b".utf8).rawSpan) == [1])
    #expect(names.numbers(of: Array("c".utf8).rawSpan) == [])
  }

  @Test("a name ends at the first byte that is no name's, wherever that is", arguments: 0..<40)
  func end(_ count: Int) {
    for end: String in ["", ",", " x", "[", "`"] {
      let text = Array((String(repeating: "n", count: count) + end).utf8)
      let line = TextLine(text.rawSpan)
      #expect(line.plainNameEnd(from: 0) == count)
      #expect(line.nameEnd(from: 0) == count)
      #expect(line.plainNameEnd(from: text.count + 1) == text.count + 1)
    }
  }

  @Test("every row of a surface finds names, and what follows a name may be a distance to it")
  func rows() {
    func names(_ text: String) -> [[Int]] {
      let bytes = Array(text.utf8)
      return SurfaceSearch.names(in: bytes.rawSpan, of: .objdump).map {
        [$0.name.lowerBound, $0.name.upperBound, $0.tokenEnd]
      }
    }
    // Two rows have relocations: one by the name of a symbol, one by that of a section.
    #expect(
      names("0000000000000010 R_X86_64_PLT32    .text.foo") == [[41, 44, 44], [41, 44, 44]])
    #expect(names("ffffffff81000000 <a.isra.0-0x10>:") == [[18, 26, 31]])
    #expect(names("ffffffff81000000 <a.isra.0-16>:") == [[18, 26, 29]])
  }

  @Test(
    "a path goes on with a name, with angle brackets or with braces, but begins with none of them",
    arguments: [
      ("a::b", 4), ("::b", 3), ("a::<T>", 6), ("a::<T>::b", 9), ("a::{closure#0}", 14),
      ("::<T>::b", 0), ("::{closure#0}", 0), ("{closure#0}", 0), ("<T>::b", 6), ("<a as b>::c", 11),
      ("a::", 1), ("a:b", 1), ("a:::b", 1), ("a::(b)", 1), ("a::[b]", 1), ("a:", 1), (":", 0),
      ("::", 0), ("a>", 1), ("a}", 1), ("a::<T", 1), ("a::<fn() -> b>::c", 17), ("</a>", 0),
      ("9a", 0), ("a9", 2),
    ])
  func paths(_ text: String, _ end: Int) {
    let bytes = Array("\(text) x".utf8)
    #expect(TextLine(bytes.rawSpan).nameEnd(from: 0) == end)
    let whole = Array(text.utf8)
    #expect(TextLine(whole.rawSpan).nameEnd(from: 0) == end)
  }
}
