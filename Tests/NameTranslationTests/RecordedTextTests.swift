import ByteStorage
import NameTranslation
import TestSupport
import Testing

/// What real tools printed of real kernels (Tests/Fixtures/translate/README.md).
@Suite("Recorded texts")
struct RecordedTextTests {
  static let names = DirectoryTree.names(in: Fixture.path("translate/readable"))

  @Test("recorded texts become readable as another program makes them", arguments: names)
  func forward(_ name: String) throws {
    let text = try Fixture.bytes("translate/\(name)")
    #expect(translated(text) == (try Fixture.bytes("translate/readable/\(name)")))
  }

  @Test("translations do not depend on where the text is cut into pieces", arguments: names)
  func pieces(_ name: String) throws {
    let text = try Fixture.bytes("translate/\(name)")
    let expected = try Fixture.bytes("translate/readable/\(name)")
    for size in [1, 7, 64, 1000] {
      #expect(translated(text, pieceSize: size) == expected, "pieces of \(size)")
    }
  }

  @Test(
    "recorded texts come back from readable{linkage} byte for byte, without a kernel",
    arguments: names)
  func pairs(_ name: String) throws {
    let text = try Fixture.bytes("translate/\(name)")
    for isBare in [false, true] {
      for form in [NameForm.readable, .source] {
        var options = TranslationOptions(form: form)
        options.keepsLinkage = true
        options.isBare = isBare
        #expect(translated(translated(text, options), .linkage) == text)
      }
    }
  }

  @Test(
    "recorded texts come back by the names that they contain, except ambiguous ones",
    arguments: names)
  func byNames(_ name: String) throws {
    let text = try Fixture.bytes("translate/\(name)")
    var all = TranslationOptions()
    all.collectsNames = true
    var finder = TextTranslator(all)
    _ = translated(text, by: &finder)
    let list = NameList(finder.takeNames().map { Array($0.text.utf8) })
    var translator = TextTranslator(.linkage, directories: [list])
    let back = translated(try Fixture.bytes("translate/readable/\(name)"), by: &translator)
    let ambiguous = translator.takeFindings().compactMap { finding in
      if case .ambiguous(let name, _) = finding { name } else { nil }
    }
    let lines = String(decoding: back, as: UTF8.self).split(separator: "\n")
    for (line, own) in zip(lines, String(decoding: text, as: UTF8.self).split(separator: "\n")) {
      // A word after `p ` or alone in a line is not a name if it is plain.
      let isWord = name.hasPrefix("kprobes-") && line.split(separator: " ").count <= 2
      #expect(line == own || isWord || ambiguous.contains { line.contains($0) }, "\(line)")
    }
  }

  /// Every name of architectures.txt, with the sizes it has there.
  static let kernel = """
    ffffffff81000000 t loop_add.isra.0
    ffffffff81000270 t init_once.llvm.14172910296636650566
    ffffffff810002b0 T _RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk
    ffffffff810002e0 t loop_add.cold.12
    ffffffff810002f0 T _etext
    ffffffffc0000000 t loop_add.isra.0	[loop]
    ffffffffc0000270 t loop_exit	[loop]

    """

  @Test("texts of every architecture and report come back by the kernel's names")
  func backward() throws {
    let text = try Fixture.bytes("translate/architectures.txt")
    let readable = try Fixture.bytes("translate/readable/architectures.txt")
    #expect(translated(readable, .linkage, sources: [try source(Self.kernel)]) == text)
  }

  @Test("each recorded text has names of its surface")
  func surfaces() throws {
    var found: Set<Surface> = []
    for name in Self.names {
      var options = TranslationOptions()
      options.collectsNames = true
      var translator = TextTranslator(options)
      _ = translated(try Fixture.bytes("translate/\(name)"), by: &translator)
      found.formUnion(translator.takeNames().map(\.surface))
    }
    #expect(found.isSuperset(of: Set(Surface.allCases).subtracting([.pair, .digest, .address])))
  }
}
