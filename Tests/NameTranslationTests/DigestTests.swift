import ByteStorage
import NameTranslation
import SymbolNames
import Testing

@Suite("Digests in a text")
struct DigestTests {
  private static let name = "_RNvC4core3foo"

  @Test("a digest that a letter, a digit or a low line touches is none")
  func digestEnds() throws {
    let kernel = try source("ffffffff81000000 T \(Self.name)\n")
    let digest = HashedName(of: Array(Self.name.utf8).rawSpan).hexadecimal
    for (before, after, isDigest) in [
      ("", "", true), ("x", "", false), ("", "x", false), ("_", "", false), ("", "_", false),
      ("0", "", false), ("", "0", false), ("«x", "", false), ("é", "", false), ("", "é", false),
      ("“", "”", true),
      ("“", "é", false), ("é", "”", false), ("(", ")", true),
    ] {
      let text = before + digest + after
      let expected = isDigest ? before + Self.name + after : text
      #expect(translated(text, .linkage, sources: [kernel]) == expected, "\(text)")
    }
    for broken in [[0xff], [0x80], [0xe2, 0x80], [0xc3]] as [[UInt8]] {
      for text in [Array(digest.utf8) + broken, broken + Array(digest.utf8)] {
        #expect(translated(text, .linkage, sources: [kernel]) == text)
      }
    }
  }
}
