import ByteStorage
import Kallsyms
import NameTranslation

extension FuzzTargets {
  /// Translation of any text, both ways and by the grammars of all surfaces. The first byte chooses
  /// the options; the text is cut into two pieces where its second byte says.
  static func translate(_ bytes: RawSpan) {
    guard let choice = bytes.byte(at: 0), let cut = bytes.byte(at: 1),
      let text = bytes.suffix(from: 2)
    else { return }
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
    options.verifies = choice & 8 != 0
    options.showsAddresses = options.verifies
    options.collectsNames = choice & 64 != 0
    options.ambiguity = choice & 128 != 0 ? .all : .first
    use(translated(text, options, cut: Int(cut)).count)
  }

  private static let kernel: [NameSource] = {
    let list = Array(
      """
      ffffffff81000000 t loop_add.isra.0
      ffffffff81000270 t init_once.llvm.14172910296636650566
      ffffffff810002b0 T _RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk
      ffffffff810002e0 t loop_add.cold.12
      ffffffff810002f0 T _etext
      ffffffffc0000000 t loop_add.isra.0\t[loop]

      """.utf8)
    guard let text = try? SymbolText(parsing: list.span.bytes) else { return [] }
    return [NameSource(SymbolIndex(text.table), release: "7.3.4", buildID: "ab")]
  }()

  private static func translated(
    _ text: RawSpan, _ options: TranslationOptions, cut: Int
  ) -> [UInt8] {
    var translator = TextTranslator(options, sources: kernel)
    let middle = text.byteCount * cut / 256
    var output: [UInt8] = []
    if let first = text.slice(0..<middle), let second = text.suffix(from: middle) {
      translator.translate(first) { output += $0.array }
      translator.translate(second) { output += $0.array }
    }
    translator.finish { output += $0.array }
    use(translator.takeNames().count &+ translator.takeFindings().count)
    return output
  }
}
