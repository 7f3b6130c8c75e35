import ByteStorage
import NameTranslation
import SymbolTables
import TestSupport
import Testing

@Suite("Names looked up in a kernel")
struct LookupTests {
  private let kernel: NameSource

  init() throws {
    kernel = try source(
      """
      ffffffff81000000 t init_once.llvm.1
      ffffffff81000040 t init_once.llvm.2
      ffffffff81000090 t type_show
      ffffffff810000a0 t type_show
      ffffffff810000c0 t work.isra.0
      ffffffff810000d0 t work.part.0
      ffffffff810000e0 T _RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk
      ffffffff81000100 t panic.llvm.3
      ffffffff81000200 T _etext
      ffffffffc0000000 t init_once.llvm.9	[loop]

      """)
  }

  private func linkage(
    _ text: String, _ ambiguity: TranslationOptions.Ambiguity = .keep
  ) -> String {
    var options = TranslationOptions.linkage
    options.ambiguity = ambiguity
    return translated(text, options, sources: [kernel])
  }

  @Test("the size distinguishes equal names")
  func size() {
    #expect(linkage("init_once+0x1/0x40") == "init_once.llvm.1+0x1/0x40")
    #expect(linkage("init_once+0x1/0x50") == "init_once.llvm.2+0x1/0x50")
    #expect(linkage("init_once+0x1/0x60") == "init_once+0x1/0x60")
    #expect(linkage("type_show+0x1/0x20") == "type_show+0x1/0x20")
  }

  @Test("the address distinguishes equal names where one of them has it")
  func address() {
    #expect(linkage("ffffffff81000040 t init_once") == "ffffffff81000040 t init_once.llvm.2")
    #expect(
      linkage("ffffffff81000000 <init_once>:") == "ffffffff81000000 <init_once.llvm.1>:")
    #expect(linkage("ffffffffa1000040 t init_once") == "ffffffffa1000040 t init_once")
  }

  @Test("the module decides whose name it is")
  func module() {
    #expect(linkage("init_once+0x1/0x40 [loop]") == "init_once.llvm.9+0x1/0x40 [loop]")
    #expect(linkage("work.isra+0x1/0x10 [loop]") == "work.isra+0x1/0x10 [loop]")
  }

  @Test("an ambiguous name is kept, or becomes the first or all of its symbols")
  func ambiguity() {
    #expect(linkage("0 t x\n=> init_once") == "0 t x\n=> init_once")
    #expect(linkage("=> init_once", .first) == "=> init_once.llvm.1")
    #expect(
      linkage("=> init_once", .all) == "=> init_once.llvm.1|init_once.llvm.2|init_once.llvm.9")
  }

  @Test(
    "what follows a path or a sign of arithmetic is no name",
    arguments: [
      "a/panic+0x1/0x100", "/panic+0x1/0x100", "a*panic+0x1/0x100", "a-panic+0x1/0x100",
      "a+panic+0x1/0x100", "panic+0x1/0x100/a", "panic+0x1/0x100a_", "panic+0x/0x100",
      "panic+1/0x100", "./a/panic+0x1/0x100 [loop]", "a#panic+0x1/0x100", "9panic+0x1/0x100",
    ])
  func paths(_ text: String) {
    #expect(linkage(text) == text)
    #expect(linkage(" \(text) ") == " \(text) ")
  }

  @Test(
    "a name with its offset may follow a bracket, a quote, or what separates columns",
    arguments: [
      "", " ", "\t", "(", "[", "<", ":", "=", ",", ";", "|", "\"", "'", ">", "<-", "a <-", "a ",
    ])
  func separators(_ before: String) {
    #expect(linkage("\(before)panic+0x1/0x100") == "\(before)panic.llvm.3+0x1/0x100")
  }

  @Test("the last part of a path is no name by itself, also after an arrow")
  func pathEnds() {
    for text in ["{x}::panic+0x1/0x100", "->{x}::panic+0x1/0x100", "a -> {x}::panic+0x1/0x100"] {
      #expect(linkage(text) == text)
    }
  }

  @Test("words of prose are no names, though symbols have them")
  func prose() {
    for text in [
      "panic", "do not panic", "the panic (3) call", "panic: show mode", "* panic()", "`panic`",
      "panic+0x10 is", "'panic'", "<panic>", "| panic |", "panic T", "(panic)", "p panic",
      "panic [loop]", "panic,1", "[panic]", "panic;panic", "a -> panic", "function panic",
      "call panic()", "#1 panic (no)", "symbol 'panic'",
    ] {
      #expect(linkage("\(text)\n") == "\(text)\n")
    }
    #expect(linkage("panic+0x1/0x100") == "panic.llvm.3+0x1/0x100")
  }

  @Test("lines that are names are looked up where the reader says so")
  func lists() {
    var options = TranslationOptions.linkage
    options.linesAreNames = true
    #expect(translated("panic\n", options, sources: [kernel]) == "panic.llvm.3\n")
    let address = "ffffffff81000040 "
    #expect(
      translated("\(address)init_once\n", options, sources: [kernel])
        == "\(address)init_once.llvm.2\n")
    #expect(
      translated("\(address)init_once [loop]\n", options, sources: [kernel])
        == "\(address)init_once.llvm.9 [loop]\n")
    options.form = .readable
    #expect(translated("\(address)work.isra.0 [m]\n", options) == "\(address)work.isra [m]\n")
    #expect(linkage("\(address)panic\n") == "\(address)panic\n")
  }

  @Test("a source name stands for what a compiler made of all of it, not for a piece")
  func sourceNames() {
    #expect(linkage("=> work") == "=> work.isra.0")
    #expect(linkage("=> work.part") == "=> work.part.0")
  }

  @Test("a path that no symbol has says by itself what its source name is")
  func unknownSource() {
    let options = TranslationOptions(form: .source)
    #expect(
      translated(" a::b.llvm.12+0x1/0x2\n", options, sources: [kernel]) == " a::b+0x1/0x2\n")
  }

  @Test("digests become names, and names digests")
  func digests() {
    var options = TranslationOptions(form: .hashed)
    let text = "0xcb8b6ec7\t_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk\tvmlinux\n"
    let hashed = translated(text, options)
    #expect(hashed.hasPrefix("0xcb8b6ec7\t") && hashed.hasSuffix("\tvmlinux\n"))
    #expect(hashed.utf8.count == 11 + 64 + 9)
    #expect(translated(hashed, .linkage, sources: [kernel]) == text)
    options.form = .readable
    let readable = translated(hashed, options, sources: [kernel])
    #expect(readable == "0xcb8b6ec7\tkernel::print::call_printk\tvmlinux\n")
    #expect(translated(hashed, options) == hashed)
  }

  @Test("a text from another kernel is reported")
  func verification() {
    var options = TranslationOptions()
    options.verifies = true
    let named = NameSource(
      kernel.index, release: "7.3.4", buildID: String(repeating: "ab", count: 20))
    var translator = TextTranslator(options, sources: [named])
    let other = String(repeating: "cd", count: 20)
    let text = """
      CPU: 0 UID: 0 PID: 41 Comm: ldt Not tainted 7.3.5 #1 PREEMPT  \(other)
       init_once.llvm.1+0x10/0x40
       init_once.llvm.1+0x10/0x44
       nowhere+0x10/0x44
       elsewhere+0x10/0x44 [nvme]

      """
    _ = translated(Array(text.utf8), by: &translator)
    let findings = translator.takeFindings()
    #expect(
      findings == [
        .releaseDiffers(text: "7.3.5", kernel: "7.3.4"),
        .buildIDDiffers(text: other, kernel: String(repeating: "ab", count: 20)),
        .sizeDiffers(token: "init_once.llvm.1+0x10/0x44", sizes: [0x40]),
        .unknown(token: "nowhere+0x10/0x44"),
      ])
    #expect(translator.counts.contradicted == 4 && translator.counts.verified == 3)
  }

  @Test("blanks and a carriage return may follow the build ID of a header")
  func headerEnds() {
    var options = TranslationOptions()
    options.verifies = true
    let (own, other) = (String(repeating: "ab", count: 20), String(repeating: "cd", count: 20))
    for end in ["", " ", "\t", "\r", " \r"] {
      var translator = TextTranslator(
        options, sources: [NameSource(kernel.index, release: "7.3.4", buildID: own)])
      let text = "CPU: 0 PID: 41 Comm: ldt Not tainted 7.3.4 #1 PREEMPT  \(other)\(end)\n"
      _ = translated(Array(text.utf8), by: &translator)
      #expect(translator.takeFindings() == [.buildIDDiffers(text: other, kernel: own)])
    }
  }

  @Test("one blank before a build ID is enough")
  func buildIDs() {
    var options = TranslationOptions()
    options.verifies = true
    let named = NameSource(
      kernel.index, release: "7.3.4", buildID: String(repeating: "ab", count: 20))
    let other = String(repeating: "cd", count: 20)
    for (sign, isRead) in [(" ", true), ("  ", true), ("-", false)] {
      var translator = TextTranslator(options, sources: [named])
      let text = "CPU: 0 UID: 0 PID: 41 Comm: ldt Not tainted 7.3.4 #1 SMP\(sign)\(other)\n"
      _ = translated(Array(text.utf8), by: &translator)
      #expect(translator.counts.contradicted == (isRead ? 1 : 0))
    }
  }

  // kernel/bpf/core.c __bpf_address_lookup, 6.12: the size is the program's own, and no owner is printed.
  @Test("sizes of code that the kernel makes while it runs are not compared")
  func generatedCode() throws {
    var options = TranslationOptions()
    options.verifies = true
    let list = """
      ffffffff81000000 T vfs_read
      ffffffff81000100 T vfs_write
      ffffffffc0000000 t bpf_prog_6deef7357e7b4530_sd_fw_egress\t[bpf]
      ffffffffc0000100 t bpf_prog_6deef7357e7b4530_sd_fw_ingress\t[bpf]

      """
    let bytes = Array(list.utf8)
    let running = NameSource(SymbolIndex(try SymbolText(parsing: bytes.rawSpan).table))
    var translator = TextTranslator(options, sources: [running])
    let text = """
       bpf_prog_6deef7357e7b4530_sd_fw_egress+0x10/0x97
       vfs_read+0x10/0x97

      """
    _ = translated(Array(text.utf8), by: &translator)
    #expect(
      translator.takeFindings() == [.sizeDiffers(token: "vfs_read+0x10/0x97", sizes: [0x100])])
    #expect(translator.counts.verified == 2)
  }

  @Test("the release of a banner is compared, and that of other words is not")
  func banner() {
    var options = TranslationOptions()
    options.verifies = true
    let named = NameSource(kernel.index, release: "7.3.4")
    var translator = TextTranslator(options, sources: [named])
    let text = """
      [    0.000000] Linux version 7.3.4 (a@b) (gcc) #1 SMP
      [    0.000000] Linux version 7.3.5-rc1 (a@b) (gcc) #1 SMP
      Linux version of a program

      """
    _ = translated(Array(text.utf8), by: &translator)
    #expect(translator.takeFindings() == [.releaseDiffers(text: "7.3.5-rc1", kernel: "7.3.4")])
    #expect(translator.counts.contradicted == 1)
  }

  @Test("a banner may end its line, and a bracket may lack the build ID of a module")
  func verifiedEnds() throws {
    var options = TranslationOptions()
    options.verifies = true
    let module = try source("0000000000000000 t probe.isra.0\t[nvme]\n")
    let modules = RecordingModules([
      "nvme": NameSource(module.index, buildID: "abab", hasAddresses: false)
    ])
    var translator = TextTranslator(
      options, sources: [NameSource(kernel.index, release: "7.3.4")], modules: modules)
    let text = """
      Linux version 7.3.5
       probe.isra.0+0x0/0x10 [nvme ]
       probe.isra.0+0x0/0x10 [nvme abab]
       probe.isra.0+0x0/0x10 [nvme cd]
      Linux version \u{20}
      Linux version 7.3.4
      """
    _ = translated(Array(text.utf8), by: &translator)
    #expect(
      translator.takeFindings() == [
        .releaseDiffers(text: "7.3.5", kernel: "7.3.4"),
        .buildIDDiffers(text: "cd of nvme", kernel: "abab"),
      ])
  }

  @Test("symbols that do not exist have no size")
  func sizesOfSymbols() {
    let count = kernel.index.table.count
    #expect(kernel.size(of: 0) == 0x40)
    #expect([-1, count, count + 1].map { kernel.size(of: $0) } == [nil, nil, nil])
  }

  @Test("addresses are written after offsets")
  func addresses() {
    var options = TranslationOptions()
    options.showsAddresses = true
    #expect(
      translated(
        " init_once.llvm.2+0x10/0x50 [x]\n init_once+0x10/0x50\n", options, sources: [kernel])
        == " init_once+0x10/0x50 [x]\n init_once+0x10/0x50 (0xffffffff81000050)\n")
  }

  @Test("modules are read when a text mentions them")
  func lazyModules() throws {
    let module = try source("0 t x\n0000000000000000 t probe.isra.0\t[nvme]\n")
    let modules = RecordingModules(["nvme": module])
    var translator = TextTranslator(.linkage, sources: [kernel], modules: modules)
    let text = Array(
      " probe.isra+0x1/0x2 [nvme]\n probe.isra+0x1/0x2 [sd]\n x+0x1/0x2 [nvme]\n".utf8)
    let output = String(decoding: translated(text, by: &translator), as: UTF8.self)
    #expect(
      output == " probe.isra.0+0x1/0x2 [nvme]\n probe.isra+0x1/0x2 [sd]\n x+0x1/0x2 [nvme]\n")
    #expect(modules.asked == ["nvme", "sd"])
  }

  @Test("a line that names another module is looked at, also in perf's brackets")
  func otherModules() throws {
    let kernel = try source("ffffffff81000000 T start\n")
    for (before, after) in [("[", "]"), ("([", "])")] {
      let module = try source("ffffffffc0000000 t probe.isra.0\t[nvme]\n")
      let modules = RecordingModules(["nvme": module])
      var translator = TextTranslator(.linkage, sources: [kernel], modules: modules)
      let line = "\tffffffffc0000001 probe.isra+0x1 \(before)nvme\(after)\n"
      let output = translated(Array(line.utf8), by: &translator)
      let wanted = line.split(separator: "isra").joined(separator: "isra.0")
      #expect(String(decoding: output, as: UTF8.self) == wanted)
    }
  }

  @Test("modules alone are enough to look names up")
  func modulesAlone() throws {
    let module = try source("0000000000000000 t probe.isra.0\t[nvme]\n")
    let modules = RecordingModules(["nvme": module])
    var translator = TextTranslator(.linkage, modules: modules)
    let output = translated(Array(" probe.isra+0x1/0x2 [nvme]\n".utf8), by: &translator)
    #expect(String(decoding: output, as: UTF8.self) == " probe.isra.0+0x1/0x2 [nvme]\n")
  }

  @Test("marks are written around names that change, and around no others")
  func marks() {
    var options = TranslationOptions()
    options.marks = NameMarks(start: "<", end: ">")
    #expect(
      translated(" init_once.llvm.2+0x10/0x50\n vfs_read+0x1/0x2\n", options)
        == " <init_once>+0x10/0x50\n vfs_read+0x1/0x2\n")
  }

  @Test("a name is resolved by the text next to it, however often it occurs")
  func repeatedNames() {
    let lines = [
      ("init_once+0x1/0x40", "init_once.llvm.1+0x1/0x40"),
      ("init_once+0x1/0x50", "init_once.llvm.2+0x1/0x50"),
      ("init_once+0x1/0x60", "init_once+0x1/0x60"),
      ("init_once+0x1/0x40 [loop]", "init_once.llvm.9+0x1/0x40 [loop]"),
      ("work.isra+0x1/0x10", "work.isra.0+0x1/0x10"),
    ]
    let twice = lines + lines.reversed() + lines
    let text = twice.map { $0.0 + "\n" }.joined()
    #expect(linkage(text) == twice.map { $0.1 + "\n" }.joined())
  }

  @Test("of any number of names each is found by its other form")
  func manyNames() throws {
    let names = (0..<3000).map { "name_\($0)" }
    let list = names.enumerated().map {
      "\(String(0xc000_0000 + 16 * $0.offset, radix: 16)) t \($0.element).isra.0\n"
    }
    let kernel = try source(list.joined() + "c1000000 T end\n")
    let text = names.dropLast().map { " \($0).isra+0x1/0x10\n" }.joined()
    #expect(
      translated(text, .linkage, sources: [kernel])
        == text.replacing(".isra+", with: ".isra.0+"))
  }

  @Test("a form that is neither one word nor a path is also found")
  func uncommonForms() throws {
    let kernel = try source("ffffffff81000000 T _RMC0h\n")
    #expect(translated("_RMC0h+0x1/0x2") == "<u8>+0x1/0x2")
    #expect(translated("<u8>+0x1/0x2\n", .linkage, sources: [kernel]) == "_RMC0h+0x1/0x2\n")
  }

  @Test(
    "lines that are passed over hold nothing that the grammars would find",
    arguments: RecordedTextTests.names)
  func passedOver(_ name: String) throws {
    let text = try Fixture.bytes("translate/readable/\(name)")
    let names = try source(RecordedTextTests.kernel)
    let module = try source("0000000000000010 t probe.isra.0\t[nbd]\n")
    for form in [NameForm.linkage, .source] {
      for sources in [[kernel], [names, module], []] {
        for ambiguity in [TranslationOptions.Ambiguity.all, .keep] {
          var options = TranslationOptions(form: form)
          options.ambiguity = ambiguity
          let output = translated(text, options, sources: sources)
          options.reportsMissing = true
          #expect(translated(text, options, sources: sources) == output)
        }
      }
    }
  }
}
