import ByteStorage
import KernelComparison
import Testing

@Suite("Wildcards")
struct WildcardTests {
  private static func matches(_ pattern: String, _ text: String) throws -> Bool {
    try #require(Wildcard(pattern)).matches(Array(text.utf8).rawSpan)
  }

  @Test(
    "a pattern has to match the whole text, character by character",
    arguments: [
      ("a?c", "abc", true), ("a?c", "abbc", false), ("a*", "a", true), ("**c", "abc", true),
      ("a*c", "a/b/c", true), ("*b*b*", "abcabc", true), ("*b*b*", "abc", false),
      ("a[bx]c", "axc", true), ("a[^b]c", "abc", false), ("a[^b]c", "axc", true),
      ("a[]]c", "a]c", true), ("a[^]]c", "a]c", false), ("a[-x]c", "a-c", true),
      ("a[y-a]c", "abc", false), ("a[]-a]c", "a^c", true), ("a[a-]c", "a-c", true),
      ("a\\*c", "a*c", true), ("a\\*c", "abc", false), ("abc\\", "abc", false),
      ("a[!b]c", "a!c", true), ("ABC", "abc", false), ("", "", true), ("*", "", true),
      ("?", "é", true), ("[α-ω]", "λ", true), ("?", "", false), ("a[b-b]c", "abc", true),
      // A range that ends before it begins has its first character; the end of one may begin another.
      ("a[y-b]c", "ayc", true), ("a[y-b]c", "abc", false), ("a[^y-b]c", "ayc", false),
      ("[a-c-e]", "d", true), ("[a-c-e]", "-", false), ("[a-c-]", "-", true), ("[--0]", ".", true),
      ("?", "\u{80}", true), ("?", "\u{7ff}", true), ("?", "\u{800}", true),
      ("?", "\u{ffff}", true),
      ("?", "\u{10000}", true), ("[\u{10000}-\u{10ffff}]", "\u{10ffff}", true),
    ])
  func whole(_ pattern: String, _ text: String, _ isMatch: Bool) throws {
    #expect(try Self.matches(pattern, text) == isMatch)
  }

  @Test("an open bracket is an error, or matches nothing where the tool lets it")
  func open() {
    #expect(Wildcard("a[b") == nil && Wildcard("a[]") == nil && Wildcard("a[") == nil)
    #expect(Wildcard("a[b", isLenient: true) == nil)
    let lenient = Wildcard("a[", isLenient: true)
    let isMatch = lenient?.matches(Array("a[".utf8).rawSpan)
    #expect(isMatch == false)
  }

  @Test("many runs take no more than the product of both lengths")
  func many() throws {
    let pattern = String(repeating: "*a", count: 100_000)
    let text = String(repeating: "a", count: 2_000) + "b"
    #expect(try !Self.matches(pattern, text))
    #expect(try Self.matches(String(repeating: "*", count: 1_000_000), text))
  }

  @Test("a carriage return belongs to the end of a line before a line feed, and nowhere else")
  func lines() {
    let text = Array("a\r\nb\rc\n\r\n\n\r\r\nd\re\r\nf\r".utf8)
    var lines = TextLines(text.rawSpan)
    var (found, places): ([String], [Int]) = ([], [])
    while let line = lines.next() {
      found.append(line.text)
      places.append(lines.start)
    }
    #expect(found == ["a", "b\rc", "", "", "\r", "d\re", "f\r"])
    #expect(places == [0, 3, 7, 9, 10, 13, 18] && lines.number == 7)
    var none = TextLines(RawSpan())
    let isOver = none.next() == nil
    #expect(isOver && none.number == 0)
  }

  @Test("bytes that are not text stand for themselves")
  func bytes() throws {
    let pattern = try #require(Wildcard("a?b"))
    func matches(_ bytes: [UInt8]) -> Bool { pattern.matches(bytes.rawSpan) }
    #expect(matches([0x61, 0xff, 0x62]) && matches([0x61, 0xc3, 0x62]))
    #expect(!matches([0xff, 0x61, 0x62]))
    // Neither begins a character.
    #expect(!matches([0x61, 0xc0, 0x80, 0x62]) && !matches([0x61, 0xf5, 0x80, 0x80, 0x80, 0x62]))
  }
}
