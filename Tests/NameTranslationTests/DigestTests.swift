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
      let readable = isDigest ? before + "core::foo" + after : text
      #expect(translated(text + "\n", sources: [kernel]) == readable + "\n", "\(text)")
    }
    for broken in [[0xff], [0x80], [0xe2, 0x80], [0xc3]] as [[UInt8]] {
      for text in [Array(digest.utf8) + broken, broken + Array(digest.utf8)] {
        #expect(translated(text, .linkage, sources: [kernel]) == text)
      }
    }
  }

  @Test("a digest before a module is that of one of its symbols")
  func digestsOfModules() throws {
    let kernel = try source("ffffffff81000000 T start\n")
    let module = try source("0000000000000000 t probe.isra.0\t[nvme]\n")
    let modules = RecordingModules(["nvme": module])
    var translator = TextTranslator(sources: [kernel], modules: modules)
    let digest = HashedName(of: Array("probe.isra.0".utf8).rawSpan).hexadecimal
    let output = translated(Array("\(digest) [nvme]\n".utf8), by: &translator)
    #expect(String(decoding: output, as: UTF8.self) == "probe.isra [nvme]\n")
    #expect(modules.asked == ["nvme"])
  }
}
