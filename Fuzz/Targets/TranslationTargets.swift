import ByteStorage
import Kallsyms
import NameTranslation
import SymbolTables

extension FuzzTargets {
  /// Translation of any text, both ways: by the grammar of each surface alone, and by all together.
  ///
  /// The first byte chooses the options, the second where the text is cut into two pieces, the third
  /// a surface and whether names are looked up in a list too.
  static func translate(_ bytes: RawSpan) {
    guard let choice = bytes.byte(at: 0), let cut = bytes.byte(at: 1),
      let more = bytes.byte(at: 2), let text = bytes.suffix(from: 3)
    else { return }
    let surface = Surface.allCases[Int(more & 0x1f) % Surface.allCases.count]
    checkSurface(surface, text)
    var pairs = TranslationOptions()
    pairs.keepsLinkage = true
    pairs.isBare = choice & 1 != 0
    let whole = translated(text, pairs, cut: 0)
    guard translated(text, pairs, cut: Int(cut)) == whole else {
      fatalError("pieces make a difference")
    }
    var options = TranslationOptions(form: NameForm.allCases[Int(choice) / 16 % 4])
    options.isBare = choice & 1 != 0
    options.keepsLinkage = choice & 2 != 0
    options.linesAreNames = choice & 4 != 0
    options.ambiguity = choice & 128 != 0 ? .all : .first
    let output = translated(text, options, cut: Int(cut), usesList: more & 0x20 != 0)
    var all = options
    all.reportsMissing = true
    all.collectsNames = true
    let searched = translated(text, all, cut: Int(cut), usesList: more & 0x20 != 0)
    // What is not searched has nothing in it.
    if searched != output { fatalError("a line was passed over") }
    options.verifies = choice & 8 != 0
    options.showsAddresses = choice & 64 != 0
    options.collectsNames = more & 0x40 != 0
    use(translated(text, options, cut: 0, usesList: more & 0x80 != 0).count)
  }

  /// What one surface finds lies in the line.
  private static func checkSurface(_ surface: Surface, _ text: RawSpan) {
    var start = 0
    while start < text.byteCount, let rest = text.suffix(from: start) {
      let length = rest.firstIndex(of: 0x0a) ?? rest.byteCount
      guard let line = rest.slice(0..<length) else { return }
      for (name, end) in SurfaceSearch.names(in: line, of: surface) {
        guard name.lowerBound >= 0, !name.isEmpty, name.upperBound <= length, end <= length,
          end >= name.upperBound
        else { fatalError("a name of \(surface) lies outside of its line") }
      }
      start += length + 1
    }
  }

  private static func source(_ text: String, _ release: String?) -> NameSource? {
    let list = Array(text.utf8)
    guard let text = try? SymbolText(parsing: list.rawSpan) else { return nil }
    return NameSource(SymbolIndex(text.table), release: release, buildID: "ab")
  }

  private static let kernel: [NameSource] = {
    let list = """
      ffffffff81000000 t loop_add.isra.0
      ffffffff81000270 t init_once.llvm.14172910296636650566
      ffffffff810002a0 t init_once
      ffffffff810002b0 T _RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk
      ffffffff810002e0 t loop_add.cold.12
      ffffffff810002f0 T _etext
      ffffffffc0000000 t loop_add.isra.0\t[loop]

      """
    return source(list, "7.3.4").map { [$0] } ?? []
  }()

  private static let module = source("0000000000000010 t nbd_add.isra.0\t[nbd]\n", nil)

  private static let list = NameList(
    ["a.llvm.1", "a.isra.0", "_RNvC1a1b", "b.cold", "init_once.llvm.7"].map { Array($0.utf8) })

  /// One module, by its name.
  private struct Modules: ModuleNames {
    func names(ofModule name: String) -> NameSource? { name == "nbd" ? module : nil }
  }

  private static func translated(
    _ text: RawSpan, _ options: TranslationOptions, cut: Int, usesList: Bool = false
  ) -> [UInt8] {
    var translator = TextTranslator(
      options, sources: kernel, modules: Modules(),
      directories: usesList ? [list] : [])
    let middle = text.byteCount * cut / 256
    var output: [UInt8] = []
    if let first = text.slice(0..<middle), let second = text.suffix(from: middle) {
      translator.translate(first) { output += $0.array }
      translator.translate(second) { output += $0.array }
    }
    translator.finish { output += $0.array }
    use(output)
    use("\(translator.takeNames())")
    use("\(translator.takeFindings())")
    return output
  }
}
