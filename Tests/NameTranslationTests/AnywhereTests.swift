import NameTranslation
import Testing

@Suite("Names anywhere in a text")
struct AnywhereTests {
  private static let name = "_RNvC4core3foo"
  private static let hash = "init_once.llvm.14172910296636650566"

  @Test(
    "signs outside ASCII separate words, as its punctuation does; letters do not",
    arguments: [
      "‘@’", "“@”", "«@»", "•@", "\u{a0}@\u{a0}", "→@←", "@…", "\u{2003}@\u{2003}", "\u{feff}@",
      "●@", "└─@", "「@」",
      "@—@", "（@），@。", "⚠\u{fe0f}@", "🔥@🔥", "\u{200b}@\u{200b}", "×@",
    ])
  func signs(_ text: String) throws {
    let digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    for (linkage, readable) in [(Self.name, "core::foo"), (Self.hash, "init_once")] {
      for around in ["@", "@\n", "x @ y", "{\"m\":\"@\"}"] {
        let line = around.replacing("@", with: text)
        #expect(
          translated(line.replacing("@", with: linkage)) == line.replacing("@", with: readable))
      }
    }
    let kernel = try source(
      "ffffffff81000000 T \(Self.name)\nffffffff81000100 t a.isra.0\nffffffff81000200 T end\n")
    for name in ["core::foo", "a.isra+0x1/0x100"] where !text.contains("…") {
      let line = text.replacing("@", with: name)
      #expect(translated(translated(line, .linkage, sources: [kernel])) == line)
      #expect(translated(line, .linkage, sources: [kernel]) != line)
    }
    var hashed = TranslationOptions()
    hashed.collectsNames = true
    var translator = TextTranslator(hashed, sources: [kernel])
    _ = translated(Array(text.replacing("@", with: digest).utf8), by: &translator)
    #expect(translator.takeNames().contains { $0.surface == .digest })
  }

  @Test(
    "signs around a name that is alone on its line are not part of it",
    arguments: [
      "<@>", " <@>", "<@>.", "<@>\r", "<@> ", "\t<@>\t", "@@", " @@", "(@)", "[@]", "\"@\"", "<@>:",
      "=> <@>", "<@> [loop]", "ffffffff81000000 <@>",
    ])
  func alone(_ text: String) throws {
    for (linkage, readable) in [(Self.name, "core::foo"), (Self.hash, "init_once")] {
      let place = try #require(text.lastIndex(of: "@"))
      let (before, after) = (text[..<place], text[text.index(after: place)...])
      #expect(translated("\(before)\(linkage)\(after)") == "\(before)\(readable)\(after)")
    }
  }

  @Test("names before a version, @plt and the end of a sentence come back")
  func ends() throws {
    let kernel = try source("ffffffff81000000 T a.llvm.12\nffffffff81000100 t end\n")
    for end in ["@plt", "@@VERS_1", "."] {
      let text = " function=a.llvm.12\(end)\n"
      #expect(translated(text) == " function=a\(end)\n")
      #expect(translated(" function=a\(end)\n", .linkage, sources: [kernel]) == text)
    }
  }

  @Test("a name with letters of other scripts stays whole")
  func letters() throws {
    // `c::größe`, by punycode.
    let name = "_RNvC1cu9gre_3nab9h"
    let readable = translated(name)
    let kernel = try source("ffffffff81000000 T c.größe.isra.0\nffffffff81000100 T end\n")
    #expect(translated(readable) == readable)
    #expect(
      translated(" c.größe.isra+0x1/0x100", .linkage, sources: [kernel])
        == " c.größe.isra.0+0x1/0x100")
    // The last byte of À is the first of those that are not ASCII.
    let other = try source("ffffffff81000000 T cÀd.isra.0\nffffffff81000100 T end\n")
    #expect(
      translated(" cÀd.isra+0x1/0x100", .linkage, sources: [other]) == " cÀd.isra.0+0x1/0x100")
    // Lines with an end are looked at only if they may hold a name.
    #expect(
      translated(" cÀd.isra+0x1/0x100\n", .linkage, sources: [other])
        == " cÀd.isra.0+0x1/0x100\n")
    for letter in ["ª", "µ", "·", "º", "‿", "⁀", "⁔"] {
      let list = "ffffffff81000000 T c\(letter)d.isra.0\nffffffff81000100 T end\n"
      #expect(
        translated(" c\(letter)d.isra+0x1/0x100", .linkage, sources: [try source(list)])
          == " c\(letter)d.isra.0+0x1/0x100")
    }
    #expect(translated(" 函数.isra.0+0x1/0x2 ") == " 函数.isra+0x1/0x2 ")
    #expect(translated(" a·b.isra.0+0x1/0x2") == " a·b.isra+0x1/0x2")
  }

  @Test("a text may begin with a byte order mark, in whatever pieces it comes")
  func orderMark() {
    for line in ["\(Self.name)\n", "ffffffff81000000 t a.isra.0\n", "a.isra.0+0x1/0x2\n"] {
      let expected = Array("\u{feff}\(translated(line))".utf8)
      #expect(expected.count != line.utf8.count + 3)
      for size in [1, 2, 4, .max] {
        #expect(translated(Array("\u{feff}\(line)".utf8), pieceSize: size) == expected)
      }
    }
  }

  @Test(
    "what no plain word can be is a name wherever it is",
    arguments: [
      ("\(name) is mangled", "core::foo is mangled"), ("a.llvm.1 b.llvm.2", "a b"),
      ("`\(name)`, “\(name)”: \(name).", "`core::foo`, “core::foo”: core::foo."),
      ("└─\(name)@plt (\(name)) --u=\(name)", "└─core::foo@plt (core::foo) --u=core::foo"),
      ("__pfx_\(name) .text.unlikely.\(name)", "__pfx_core::foo .text.unlikely.core::foo"),
      ("see _ZN4core3foo17h0123456789abcdefE.llvm.12", "see core::foo"),
      ("x.__uniq.12.llvm.3, y.lto_priv.0; z.llvm.9.cold.1", "x, y; z.cold"),
      ("\(name)$got|\(name).got|\(name).cold", "core::foo$got|core::foo.got|core::foo.cold"),
      ("k.o:(.text.\(name)+0x12)", "k.o:(.text.core::foo+0x12)"),
      ("`\(name)+0x1/0x2 [m]`", "`core::foo+0x1/0x2 [m]`"),
      ("\(name)@plt", "core::foo@plt"), ("\(name)@@VERS_1\n", "core::foo@@VERS_1\n"),
      ("ffffffff81000000 <\(name)@plt+0x10>:", "ffffffff81000000 <core::foo@plt+0x10>:"),
      (hash, "init_once"), ("a.llvm.1234567890123456789…", "a…"), ("in \(hash).", "in init_once."),
      ("\(hash).", "init_once."),
      ("in \(hash)...", "in init_once..."), ("\(hash)…", "init_once…"),
      ("\(name)...", "core::foo..."),
      ("<b>\(name)+0x1/0x2</b>", "<b>core::foo+0x1/0x2</b>"),
      ("https://example.org/a \(name)", "https://example.org/a core::foo"),
      ("<https://example.org/> \(name)", "<https://example.org/> core::foo"),
      ("'https://example.org/a'\(name)", "'https://example.org/a'core::foo"),
    ])
  func found(_ text: String, _ expected: String) {
    #expect(translated(text) == expected)
    var all = TranslationOptions()
    all.collectsNames = true
    #expect(translated(text, all) == expected)
  }

  @Test(
    "paths, URLs, parts of words, cut names and what only looks mangled are not names",
    arguments: [
      "/tmp/a.llvm.1", "/a/b-\(name)", "doc/\(name).html", "\(name)/x", "a/\(name)+0x10/0x20",
      "https://example.org/a?f=\(name)&x=1", "://a?f=\(name)", "x_\(name)", "kprobes/p_\(name)_0",
      "_RNvC4core3fo",
      "_ZN3foo3barE", "_ZNSt6vectorIiE4pushEi", "a.llvm.abc", "see a.llvm.AB12 there",
      "apt.llvm.org",
      ".llvm.1", "9.llvm.1",
      "a.llvm.123456789012345678…", "a.llvm.12[...]", "a.llvm.12…", "a.llvm.12...",
      "x a.llvm.12… y", "_RNvC4core3fo…",
      "\(name).llvm.12…", "\(hash)[...]", "kprobe:a.llvm.12…", "https://example.org/“\(name)”",
      "foo.isra.0 and foo.cold in prose",
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    ])
  func others(_ text: String) {
    #expect(translated(text) == text)
  }

  @Test("a name that was cut does not count as one", arguments: ["...", "…"])
  func cutNames(_ end: String) {
    for (name, count) in [("a.llvm.12\(end)", 0), ("a.llvm.1234567890123456789\(end)", 1)] {
      var translator = TextTranslator()
      _ = translated(Array("ffffffff81000000 t \(name)\n".utf8), by: &translator)
      #expect(translator.counts.names == count, "\(name)")
    }
  }

  @Test("paths of Rust come back wherever they are, if the kernel has them")
  func backward() throws {
    let kernel = try source(
      "ffffffff81000000 T \(Self.name)\nffffffff81000100 T _RNvXC1aNtB2_1TNtB2_1U1f\n")
    let text = "x `core::foo`, (<a::T as a::U>::f); workfn=core::foo std::vector <b>core::foo</b>"
    let back = translated(text, .linkage, sources: [kernel])
    #expect(
      back == "x `\(Self.name)`, (_RNvXC1aNtB2_1TNtB2_1U1f); workfn=\(Self.name) std::vector "
        + "<b>\(Self.name)</b>")
    #expect(
      translated("/core::foo fe80::1 ::foo", .linkage, sources: [kernel])
        == "/core::foo fe80::1 ::foo")
  }

  @Test(
    "colours before, after and within names are kept",
    arguments: [
      ("\(name)\u{1b}[0m+0x1/0x2", "core::foo\u{1b}[0m+0x1/0x2"),
      ("\u{1b}[1m\(name)\u{1b}[0m: x", "\u{1b}[1mcore::foo\u{1b}[0m: x"),
      (" _RNvC4\u{1b}[1;31mcore\u{1b}[m3foo x", " core::foo\u{1b}[1;31m\u{1b}[m x"),
      (#"\u001b[31m\#(name)\u001b[0m"#, #"\u001b[31mcore::foo\u001b[0m"#),
      ("#033[31m\(name)#033[0m x", "#033[31mcore::foo#033[0m x"),
      (#"\x1b[31m\#(name)\x1B[0m"#, #"\x1b[31mcore::foo\x1B[0m"#),
      (#"\033[1;31m\#(name)\e[0m+0x1/0x2"#, #"\033[1;31mcore::foo\e[0m+0x1/0x2"#),
      ("^[[31m\(name)^[[0m", "^[[31mcore::foo^[[0m"),
      (#" _RNvC4\x1b[1;31mcore\x1b[m3foo x"#, #" core::foo\x1b[1;31m\x1b[m x"#),
      (#"{"m":"\u001B[31m\#(name)\u001b[0m"}"#, #"{"m":"\u001B[31mcore::foo\u001b[0m"}"#),
      (#"{"m":"\\x1b[31m\#(name)\\x1b[0m"}"#, #"{"m":"\\x1b[31mcore::foo\\x1b[0m"}"#),
      (#"{"m":"\u2018\#(name)\u2019\u0027"}"#, #"{"m":"\u2018core::foo\u2019\u0027"}"#),
      (#"{"m":"\u0080\#(name)\u0080"}"#, #"{"m":"\u0080core::foo\u0080"}"#),
      ("\u{1b}[K\u{1b}[2mplain\u{1b}[m", "\u{1b}[K\u{1b}[2mplain\u{1b}[m"),
    ])
  func colours(_ text: String, _ expected: String) throws {
    #expect(translated(text) == expected)
    let kernel = try source("ffffffff81000000 T \(Self.name)\n")
    let back = translated(expected, .linkage, sources: [kernel])
    #expect(translated(back) == expected)
  }

  @Test("readable names are escaped in markup, and come back from there")
  func markup() throws {
    let name = "_RNvXC1aNtB2_1TNtB2_1U1f"
    let text = "\n<!DOCTYPE html>\n<td>\(name)+0x1/0x2</td><td>\(name)</td> &lt;b&gt;\n"
    let readable = "&lt;a::T as a::U&gt;::f"
    #expect(
      translated(text)
        == "\n<!DOCTYPE html>\n<td>\(readable)+0x1/0x2</td><td>\(readable)</td> &lt;b&gt;\n")
    let kernel = try source("ffffffff81000000 T \(name)\n")
    #expect(translated(translated(text), .linkage, sources: [kernel]) == text)
    var pairs = TranslationOptions()
    pairs.keepsLinkage = true
    #expect(translated(translated(text, pairs), .linkage) == text)
    #expect(translated("<idle>-0 \(name)") == "<idle>-0 <a::T as a::U>::f")
  }

  @Test("names in lines of JSON go there and back, next to escapes too")
  func json() throws {
    let name = "_RNvXC1aNtB2_1TNtB2_1U1f"
    let text = #"{"MESSAGE":"at \#(name)+0x1/0x2\n \#(name) \"\#(name)\"\t","A":"b"}"# + "\n"
    let kernel = try source("ffffffff81000000 T \(name)\nffffffff81000002 T end\n")
    let there = translated(text)
    #expect(
      there == text.replacing(name, with: "<a::T as a::U>::f"), "\(there)")
    #expect(translated(there, .linkage, sources: [kernel]) == text)
  }

  @Test(
    "every escape of JSON ends a word",
    arguments: [
      #"\n"#, #"\r"#, #"\r\n"#, #"\t"#, #"\b"#, #"\f"#, #"\""#, #"\u0009"#, #"\u000a"#, #"\u000D"#,
      #"\u001f"#, #"\u001e"#, #"\u0000"#, #"\u0020"#, #"\u001b"#, #"\n\n"#,
      #"\u0080"#,
    ], [#"{"MESSAGE":"@"}"#, #"[{"A":1,"MESSAGE":"@"},"#, "\t\"MESSAGE\" : \"@\",", #", "M":"@"}"#])
  func escapes(_ escape: String, _ line: String) throws {
    let kernel = try source(
      "ffffffff81000000 T a.isra.0\nffffffff81000100 t plain.llvm.1\nffffffff81000200 T end\n")
    let text =
      line.replacing(
        "@", with: "\(escape)a.isra.0+0x1/0x100\(escape)plain.llvm.1+0x2/0x100\(escape)") + "\n"
    let expected = text.replacing("isra.0", with: "isra").replacing("plain.llvm.1", with: "plain")
    #expect(translated(text) == expected)
    #expect(translated(expected, .linkage, sources: [kernel]) == text)
    var options = TranslationOptions()
    options.verifies = true
    options.showsAddresses = true
    var translator = TextTranslator(options, sources: [kernel])
    let other = expected.replacing("plain+0x2/0x100", with: "ffffffff81000004")
      .replacing("0x100", with: "0x999")
    let shown = translated(Array(other.utf8), by: &translator)
    #expect(
      String(decoding: shown, as: UTF8.self)
        == other.replacing("81000004", with: "81000004 (a.isra+0x4/0x100)"))
    #expect(translator.counts.contradicted == 1)
  }

  @Test("a slash of JSON is part of a path, and places keep theirs")
  func slashes() {
    #expect(
      translated(#"{"M":"\/a\/b.llvm.1 b.llvm.1"}"#) == #"{"M":"\/a\/b.llvm.1 b"}"#)
    #expect(translated("\"x y\" \\n_RNvC1a1b \\/b.llvm.1") == "\"x y\" \\na::b \\/b.llvm.1")
  }

  @Test(
    "the functions of 32-bit Arm's traces come back, at the start of a line and after its time",
    arguments: ["", "[    1.250000]  ", "<4>"])
  func armCallers(_ before: String) throws {
    let kernel = try source("ffffffff81000000 T \(Self.name)\nffffffff81000100 T end\n")
    let text = "\(before)core::foo from plain+0x10/0x20\n"
    let expected = text.replacing("core::foo", with: Self.name)
    #expect(translated(text, .linkage, sources: [kernel]) == expected)
  }

  @Test("a caller of 32-bit Arm's traces has a name")
  func armCallersWithoutName() throws {
    let kernel = try source("ffffffff81000000 t f.llvm.1\nffffffff81000100 T end\n")
    for (caller, name) in [("end", "f.llvm.1"), ("", "f")] {
      #expect(
        translated("f from \(caller)+0x10/0x20\n", .linkage, sources: [kernel])
          == "\(name) from \(caller)+0x10/0x20\n")
    }
  }

  @Test(
    "names that decode_stacktrace.sh gave places are names wherever they are",
    arguments: [
      "@ (kernel/x.c:12)", "pc : @ (kernel/x.c:12)", "lr : @ (include/x.h:1)",
      "RIP: 0010:@ (a/x.S:1)",
      "BUG: KASAN: slab-out-of-bounds in @ (kernel/x.c:12)", "epc : @ (rust/kernel/print.rs:1)",
      "WARNING: CPU: 0 PID: 1 at kernel/x.c:12 @ (kernel/x.c:12)",
      "[    1.25]  ? @ (kernel/x.c:12) m",
      "NIP [c0] @ (x.c:12 (discriminator 3))", "? @ (x.c:1 y.h:2) [m]",
      "[<c0>] (@ (x.c:1)) @ (x.c:2)",
    ])
  func decoded(_ line: String) throws {
    let kernel = try source(
      "ffffffff81000000 t once.llvm.12\nffffffff81000100 t a.isra.0\nffffffff81000200 T end\n")
    for (name, readable) in [("once.llvm.12", "once"), ("a.isra.0", "a.isra")] {
      let text = line.replacing("@", with: name)
      #expect(translated(text) == line.replacing("@", with: readable))
      #expect(translated(line.replacing("@", with: readable), .linkage, sources: [kernel]) == text)
    }
    for other in [
      "see once (note: 1)", "x once (a:1)", "a/once (x.c:1)", "once (x.c)", "once (x.c:a)",
    ] {
      #expect(translated(other, .linkage, sources: [kernel]) == other)
    }
  }

  @Test("both functions of a line of 32-bit Arm's older traces are names, in modules too")
  func olderArmCallers() throws {
    let kernel = try source(
      "c0123400 t a.isra.0\nc0123500 t b.isra.0\nc0123600 t end\nbf000000 t c.isra.0\t[m]\n")
    for (first, last) in [("a.isra.0", "b.isra.0"), ("c.isra.0 [m]", "b.isra.0")] {
      let text = "[<c0123456>] (\(first)) from [<c0123512>] (\(last)+0x12/0x100)\n"
      let readable = text.replacing("isra.0", with: "isra")
      #expect(translated(text) == readable)
      #expect(translated(readable, .linkage, sources: [kernel]) == text)
    }
    let both = "[<c0123456>] (c.isra.0 [m]) from [<c0123456>] (c.isra.0+0x12/0x34 [m])\n"
    #expect(translated(both) == both.replacing("isra.0", with: "isra"))
  }

  @Test(
    "addresses after the names of ftrace (sym-addr) do not hide them, and choose among equals",
    arguments: [
      " => @ <1>\n", "[    1.250000]  => @ <1>\n",
      "     bash-123 [001] .... 1234.5: @ <1> <-@ <2>\n",
      "     bash-123 [001] .... 1234.5: plain <1> <-@ <2>\n", "  => started at: @ <1>\n",
      "     bash-123 [001] d..2. 38.28: @ <1>: text\n", "bash-1 0d... 1us : @ <1> <-plain <2>\n",
    ])
  func traceAddresses(_ line: String) throws {
    let kernel = try source(
      "ffffffff81000000 t a.isra.0\nffffffff81000100 t a.isra.1\nffffffff81000200 T end\n")
    let full = line.replacing("<1>", with: "<ffffffff81000000>")
      .replacing("<2>", with: "<ffffffff81000000>")
    let text = full.replacing("@", with: "a.isra.0")
    #expect(translated(text) == full.replacing("@", with: "a.isra"))
    #expect(translated(full.replacing("@", with: "a.isra"), .linkage, sources: [kernel]) == text)
    let short = text.replacing("ffffffff81000000", with: "c0123456")
    #expect(translated(short) == short.replacing("isra.0", with: "isra"))
    let other = text.replacing("ffffffff81000000", with: "8100000")
    #expect(!line.contains("=>") || translated(other) == other)
  }

  @Test(
    "the state of a probe is not a module, and a module comes before it",
    arguments: ["", "[GONE]", "[DISABLED]", "[OPTIMIZED]", "[FTRACE]", "[DISABLED][FTRACE]"])
  func probes(_ state: String) throws {
    let kernel = try source(
      "ffffffff81000000 T \(Self.name)\nffffffff81000100 T end\nffffffffc0000000 t b.isra.0\t[m]\n")
    for type in ["k", "r"] {
      let lines = [
        "ffffffff81000000  \(type)  core::foo+0x0    \(state)\n",
        "ffffffff81000000  \(type)  core::foo+0x0/0x100 \(state)\n",
      ]
      for line in lines {
        #expect(
          translated(line, .linkage, sources: [kernel])
            == line.replacing("core::foo", with: Self.name))
      }
      let line = "ffffffffc0000000  \(type)  b.isra+0x0  m \(state)\n"
      #expect(
        translated(line, .linkage, sources: [kernel]) == line.replacing("isra", with: "isra.0"))
      let foreign = line.replacing(" m ", with: " other ")
      #expect(translated(foreign, .linkage, sources: [kernel]) == foreign)
    }
  }

  @Test(
    "names in those of sections and of livepatches' symbols come back",
    arguments: [
      "  2: R_X86_64_PC32\t.text.@+0x4", "0000000000000010 R_X86_64_PLT32    .text.unlikely.@-0x4",
      "0000000000000010 R_X86_64_64    .rodata.@", ".klp.sym.vmlinux.@,1",
      "0000000000000000 T .text.@",
      "000000000010  000200000004 R_X86_64_PLT32    0000000000000000 .init.text.@ - 4",
      " 12: 0000000000000000 0 NOTYPE GLOBAL DEFAULT OS [0xff20] .klp.sym.m.@,0",
      ".klp.rela.vmlinux..text.@", "                 U .klp.sym.vmlinux.@,2",
      "  [ 3] .rela.text.@ RELA", "  [ 3] .rel.data.@ REL",
    ])
  func sections(_ line: String) throws {
    let kernel = try source(
      "ffffffff81000000 T \(Self.name)\nffffffff81000100 t a.isra.0\nffffffff81000200 T end\n")
    for (name, readable) in [(Self.name, "core::foo"), ("a.isra.0", "a.isra")] {
      let text = line.replacing("@", with: name) + "\n"
      let there = translated(text)
      #expect(there == text.replacing(name, with: readable))
      #expect(translated(there, .linkage, sources: [kernel]) == text)
    }
  }

  @Test("perf's ([module]) is the module of the name before it")
  func perfModules() throws {
    let modules = RecordingModules(["m": try source("ffffffffc0000000 t \(Self.name)\t[m]\n")])
    var translator = TextTranslator(.linkage, modules: modules)
    let text =
      "\tffffffffc0000024 core::foo+0x24 ([m])\n\t12345678 core::foo+0x1 ([kernel.kallsyms])\n"
    let back = String(decoding: translated(Array(text.utf8), by: &translator), as: UTF8.self)
    #expect(back.hasPrefix("\tffffffffc0000024 \(Self.name)+0x24 ([m])\n\t12345678 core::foo+0x1"))
    #expect(modules.asked == ["m"])
  }
}
