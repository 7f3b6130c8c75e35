import ByteStorage
import NameTranslation
import Testing

/// Texts that would take the square of their length, or far more, if nothing were bounded; a test of
/// them that does not end soon has found something. `Benchmarks/make-hostile-lines.sh` has more.
@Suite("Text made to be slow")
struct HostileTextTests {
  @Test(
    "a text comes back from readable{linkage}, and from a kernel's names",
    arguments: [
      ">", "<", "{", "}", "+0x", "+0x1/0x", " <", "::", "symbol '<", "/livepatch/a", "{a}", "_R",
      ".llvm.", "| <", "probe:", "\u{1b}[", "\u{1b}[1;", ";a", "1;", "[a", "0x1 <a+", "a<,", "a< ",
      "a.isra.0+0x1/0x2 ", "a.isra.0+0x1/0x2 [a]", "_RNvC1a1b;", "a.isra.0;", ".klp.sym.a.", "{a",
      "0123456789abcdef",
    ])
  func repeated(_ text: String) throws {
    let line = Array(String(repeating: text, count: 4000 / text.utf8.count).utf8)
    let kernel = try source(
      "ffffffff81000000 T a\nffffffff81000002 t a.isra.0\nffffffff81000004 T _RNvC1a1b\n")
    var pairs = TranslationOptions()
    pairs.keepsLinkage = true
    for (prefix, end) in [
      ("", ""), ("_R ", ""), ("ffffffff81000000 <", ""), ("    pending:", ""), ("c;", " 12"),
    ] {
      let all = Array(prefix.utf8) + line + Array(end.utf8)
      #expect(translated(translated(all, pairs), .linkage) == all)
      _ = translated(all, .linkage, sources: [kernel])
      pairs.verifies = true
      pairs.showsAddresses = true
      _ = translated(all, pairs, sources: [kernel])
      pairs.verifies = false
      pairs.showsAddresses = false
    }
  }

  @Test(
    "addresses, modules, boots and names of a long line are found in time that grows with the line",
    arguments: [
      "0xffffffff81000001 ", "a+0x1/0x2 0xffffffff81000001 ", " Live 0xffffffffc0000000",
      "Linux version 6.1 ", " Comm: PID: 6.1 #", #"\t\"a.isra.0+0x1/0x2\""#,
    ])
  func longLine(_ text: String) throws {
    let line = Array(String(repeating: text, count: 100_000 / text.utf8.count).utf8)
    let whole = Array("{\"".utf8) + line + [0x0a]
    let survey = TextSurvey(whole.rawSpan)
    #expect(survey.boots.count == 1 && TextOrigin.parts(whole.rawSpan).count == 1)
    var options = TranslationOptions()
    options.showsAddresses = true
    options.collectsNames = true
    var translator = TextTranslator(
      options, sources: [try source("ffffffff81000000 T a\nffffffff81000002 t b\n")])
    translator.setAddresses(nil, modules: survey.modules)
    #expect(!translated(whole, by: &translator).isEmpty)
    let columns = translator.takeNames().map(\.column)
    #expect(columns == columns.sorted())
  }

  @Test("addresses are found in any number of modules, of which the first listed has them")
  func moduleRanges() throws {
    let list = (0..<4000).map { number in
      "m\(number) 4096 0 - Live 0x\(String(0xc000_0000 + number * 512, radix: 16))\n"
    }
    let survey = TextSurvey(Array(list.joined().utf8).rawSpan)
    #expect(survey.modules.count == 4000)
    var options = TranslationOptions()
    options.showsAddresses = true
    var translator = TextTranslator(
      options, sources: [try source("ffffffff81000000 T a\nffffffff81000002 t b\n")])
    translator.setAddresses(nil, modules: survey.modules)
    let text = "0x00000000c0000fff 0x00000000c0001000 0x00000000c01f4dff 0x00000000c01f4e00"
    #expect(
      String(decoding: translated(Array(text.utf8), by: &translator), as: UTF8.self)
        == "0x00000000c0000fff ([m0]+0xfff) 0x00000000c0001000 ([m1]+0xe00) "
        + "0x00000000c01f4dff ([m3999]+0xfff) 0x00000000c01f4e00")
  }

  @Test("names of many kilobytes and deep manglings stay as they are")
  func longNames() {
    for name in [
      "_R" + String(repeating: "N", count: 200_000),
      "_RNvC" + String(repeating: "9", count: 90_000),
      String(repeating: "a", count: 200_000) + ".llvm.1x",
      "_RINvC1a1b" + String(repeating: "IC1aI", count: 20_000),
    ] {
      let line = "\(name)+0x1/0x2\n"
      #expect(translated(line) == line)
    }
    let name = String(repeating: "a", count: 1_000_000)
    #expect(translated(" \(name).isra.0+0x1/0x2\n") == " \(name).isra+0x1/0x2\n")
  }

  @Test("manglings that mean far more than they say stay as they are")
  func bombs() {
    // Eleven steps, each of which means the step before twice: of a tuple, and of a path without
    // a readable name.
    for leaf in [
      "ThhE", String(repeating: "Nv", count: 99) + "C0" + String(repeating: "0", count: 99),
    ] {
      var name = "INvC1a1b"
      var place = name.utf8.count
      name += leaf
      for _ in 0..<11 {
        let here = name.utf8.count
        name += "TB\(base62(place))B\(base62(place))E"
        place = here
      }
      let text = String(repeating: " _R\(name)E+0x1/0x2\n", count: 200)
      #expect(translated(text) == text)
    }
  }

  /// A place in a mangled name.
  private func base62(_ value: Int) -> String {
    let digits = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    guard value > 0 else { return "_" }
    var rest = value - 1
    var text = ""
    repeat {
      text = String(digits[rest % 62]) + text
      rest /= 62
    } while rest > 0
    return text + "_"
  }

  @Test("each module that a text mentions is asked for once, however many there are")
  func manyModules() throws {
    let kernel = try source("ffffffff81000000 t a.isra.0\nffffffff81000002 T b\n")
    let modules = RecordingModules()
    var translator = TextTranslator(.linkage, sources: [kernel], modules: modules)
    let text = (0..<2_000).map { " a.isra+0x1/0x2 [m\($0)]\n" }.joined() + " a.isra+0x1/0x2\n"
    let output = translated(Array(text.utf8), by: &translator)
    #expect(output.suffix(18) == Array(" a.isra.0+0x1/0x2\n".utf8)[...])
    #expect(modules.asked.count == 2_000)
    // No module's name has more than 64 bytes.
    for (length, isAsked) in [(64, true), (65, false)] {
      let name = String(repeating: "m", count: length)
      _ = translated(Array(" a.isra+0x1/0x2 [\(name)]\n".utf8), by: &translator)
      #expect(modules.asked.contains(name) == isAsked)
    }
  }

  @Test("the translation is the same whether all names are listed or not")
  func listing() {
    // Frames that no grammar agrees on; found by fuzzing.
    let frame =
      Array(" (;kernel.1361b9b do_softirq.pa".utf8) + [0x89] + Array("t.0+0x3_add.isra;".utf8)
    let line =
      Array("fff8166".utf8) + frame
      + Array("init_once_[k] c7016 do_execveat_common.isra.0+0x1a6".utf8)
      + frame + Array("init_once_[k] 12\n".utf8)
    var listing = TranslationOptions()
    listing.reportsMissing = true
    listing.collectsNames = true
    #expect(translated(line, listing) == translated(line, TranslationOptions()))
  }
}
