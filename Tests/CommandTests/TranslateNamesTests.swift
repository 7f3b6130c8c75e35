import TestSupport
import Testing

/// `ksym translate --names`: name tables and lists in place of kernels.
@Suite("ksym translate --names")
struct TranslateNamesTests {
  private static let rust = "_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk"
  private static let step = "_RNvXCs1iztmmNyRXj_11corpus_rustNtB2_4LeafNtB2_4Step4step"
  private static let names = [
    rust, step, "\(rust).cold", "__cfi_\(rust)", "init_once.llvm.12", "work.isra.0", "work.cold",
    "part.constprop.0.isra.1", "twin", "twin.llvm.3", "plain", "_RNvC4core3foo.llvm.5",
    "local.7.llvm.1",
  ]
  /// Each name's other forms, in the order of ``names``.
  private static let text = """
     kernel::print::call_printk+0x1/0x2
     <corpus_rust::Leaf as corpus_rust::Step>::step+0x1/0x2 [corpus_rust]
     kernel::print::call_printk.cold+0x1/0x2
     __cfi_kernel::print::call_printk+0x1/0x2
     init_once+0x1/0x2
     work.isra+0x1/0x2
     work.cold+0x1/0x2
     part.constprop.isra+0x1/0x2
     twin+0x1/0x2
     twin+0x1/0x2
     plain+0x1/0x2
     core::foo+0x1/0x2
     local.7+0x1/0x2

    """

  private let sandbox: Sandbox
  private let map: String

  init() throws {
    sandbox = try Sandbox()
    let lines = Self.names.enumerated().map { number, name in
      "ffffffff8100\(String(4096 + number * 16, radix: 16)) t \(name)\n"
    }
    map = try sandbox.scratch.write(Array(lines.joined().utf8), to: "map")
  }

  @Test("of two modules that of the line counts, as a list of kprobes names it at its end")
  func kprobes() async throws {
    let list = """
      ffffffff81000000 T _text
      ffffffffc0000000 t probed.llvm.1\t[one]
      ffffffffc0001000 t probed.llvm.2\t[two]

      """
    let path = try sandbox.scratch.write(Array(list.utf8), to: "kallsyms")
    for (module, number) in [("one", 1), ("two", 2)] {
      let line = "0000000000000000  k  probed+0x0  \(module)"
      let run = try await Ksym.run(
        ["translate", "--to", "linkage", "-k", path], input: Array("\(line)\n".utf8))
      #expect(run.lines == [line.replacing("probed", with: "probed.llvm.\(number)")])
    }
  }

  private func table() async throws -> String {
    let path = sandbox.scratch.file("names")
    let run = try await Ksym.run(["table", "build", "-o", path, map])
    #expect(run.status == 0, "\(run.errors)")
    return path
  }

  private func translate(_ text: String, _ arguments: String...) async throws -> Ksym.Run {
    try await Ksym.run(["translate"] + arguments, input: Array(text.utf8))
  }

  /// What every form must come back to; `twin` is two names.
  private func expected(_ line: String) -> [String] {
    zip(Self.names, Self.text.split(separator: "\n")).map { name, line in
      let end = line.firstIndex(of: "+") ?? line.endIndex
      return " \(name.hasPrefix("twin") ? "twin" : name)\(line[end...])"
    }
  }

  @Test("readable and source names come back by a table, and by a list", arguments: [true, false])
  func backward(_ isTable: Bool) async throws {
    let names = isTable ? try await table() : map
    let run = try await translate(Self.text, "-v", "--to", "linkage", "--names", names)
    #expect(run.status == 0)
    #expect(run.lines == expected(Self.text), "\(run.errors)")
    #expect(run.errors.contains("ksym: -: twin is the name of twin, twin.llvm.3\n"))
    let first = try await translate(
      " twin+0x1/0x2\n work+0x1/0x2\n", "--to", "linkage", "--names", names, "--ambiguous", "all")
    #expect(first.output == " twin|twin.llvm.3+0x1/0x2\n work.isra.0+0x1/0x2\n")
  }

  @Test("every form of every name comes back", arguments: ["readable", "source", "hashed"])
  func roundTrip(_ form: String) async throws {
    let names = try await table()
    let start = Self.names.filter { !$0.hasPrefix("twin") }
      .map { "0x12345678\t\($0)\n" }.joined()
    let there = try await translate(start, "--to", form)
    #expect(there.output != start)
    let back = try await translate(there.output, "--to", "linkage", "--names", names)
    #expect(back.output == start, "\(back.errors)")
  }

  @Test("digests become any form, by a table and by a list")
  func digests() async throws {
    let hashed = try await translate("0x1\t\(Self.rust)\n", "--to", "hashed")
    for names in [try await table(), map] {
      let readable = try await translate(hashed.output, "--names", names)
      #expect(readable.output == "0x1\tkernel::print::call_printk\n")
      let pair = try await translate(hashed.output, "--names", names, "--keep-linkage")
      #expect(pair.output == "0x1\tkernel::print::call_printk{\(Self.rust)}\n")
    }
  }

  @Test("kernels are asked first, then tables in their order")
  func order() async throws {
    let kernel = try sandbox.scratch.write(
      Array("ffffffff81000000 t init_once.llvm.99\nffffffff81000002 T _end\n".utf8), to: "kernel")
    let names = try await table()
    let text = " init_once+0x1/0x2\n kernel::print::call_printk+0x1/0x2\n"
    let run = try await translate(text, "--to", "linkage", "-k", kernel, "--names", names)
    #expect(run.output == " init_once.llvm.99+0x1/0x2\n \(Self.rust)+0x1/0x2\n")
    let list = try sandbox.scratch.write(Array("init_once.llvm.77\n".utf8), to: "list")
    let both = try await translate(text, "--to", "linkage", "--names", names, "--names", list)
    #expect(both.output == " init_once.llvm.12+0x1/0x2\n \(Self.rust)+0x1/0x2\n")
  }

  @Test(
    "the owners in a table choose among equal names, and a module that it does not know does not")
  func owners() async throws {
    let folder = sandbox.scratch.makeDirectory("modules")
    for (name, symbol) in [("alpha", "probe.isra.0"), ("beta", "probe.isra.1")] {
      var elf = Sandbox.module(name).elf()
      elf.addSymbol(symbol, section: 1, binding: 0, type: 2)
      try sandbox.scratch.write(elf.build(), to: "modules/\(name).ko")
    }
    let path = sandbox.scratch.file("owned")
    #expect(try await Ksym.run(["table", "build", "-o", path, folder]).status == 0)
    let text =
      " probe.isra+0x1/0x2 [alpha]\n probe.isra+0x1/0x2 [beta]\n probe.isra+0x1/0x2 [gamma]\n"
    let run = try await translate(text, "-v", "--to", "linkage", "--names", path)
    #expect(
      run.lines == [
        " probe.isra.0+0x1/0x2 [alpha]", " probe.isra.1+0x1/0x2 [beta]",
        " probe.isra+0x1/0x2 [gamma]",
      ], "\(run.errors)")
    #expect(run.errors.contains("probe.isra is the name of probe.isra.0, probe.isra.1"))
  }

  @Test("a damaged table is reported once and is status 2; the text is still written")
  func damage() async throws {
    let names = try await table()
    var bytes = try contents(of: names)
    for index in bytes.indices.dropFirst(4096).prefix(256) { bytes[index] ^= 0x55 }
    let bad = try sandbox.scratch.write(bytes, to: "bad")
    let run = try await translate(Self.text, "--to", "linkage", "--names", bad)
    #expect(run.status == 2 && run.output == Self.text)
    #expect(run.errors.hasPrefix("ksym: \(bad): name table"), "\(run.errors)")
    #expect(run.errors.hasSuffix("its names are left out (ksym table check)\n"))
    #expect(run.errors.split(separator: "\n").count == 1)
  }
}
