import Foundation
import TestSupport
import Testing

@Suite("ksym translate")
struct TranslateCommandTests {
  private static let rust = "_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk"
  private static let digest = "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e"
  private static let list = """
    ffffffff81000000 T _stext
    ffffffff81000000 t work.isra.0
    ffffffff81000100 t init_once.llvm.1
    ffffffff81000140 t init_once.llvm.2
    ffffffff810001c0 t twin.llvm.1
    ffffffff81000200 t twin.llvm.2
    ffffffff81000240 T \(rust)
    ffffffff81000300 T first
    ffffffff81001000 T _end
    ffffffffc0000000 t work.isra.0	[alpha]

    """

  private let scratch: ScratchDirectory
  private let kernel: String

  init() throws {
    scratch = try ScratchDirectory()
    kernel = try scratch.write(Array(Self.list.utf8), to: "kallsyms")
  }

  private func translate(_ text: String, _ arguments: String...) async throws -> Ksym.Run {
    try await Ksym.run(["translate"] + arguments, input: Array(text.utf8))
  }

  @Test(
    "each form is written as requested",
    arguments: [
      (["--to", "readable"], "kernel::print::call_printk.cold", "foo.isra"),
      ([], "kernel::print::call_printk.cold", "foo.isra"),
      (["--bare"], "kernel::print::call_printk", "foo"),
      (["--to", "source"], "\(rust).cold", "foo.isra"),
      (["--to", "linkage"], "\(rust).cold.3", "foo.isra.0"),
      (
        ["--keep-linkage"], "kernel::print::call_printk.cold{\(rust).cold.3}",
        "foo.isra{foo.isra.0}"
      ),
    ])
  func forms(_ arguments: [String], _ first: String, _ second: String) async throws {
    let text = " \(Self.rust).cold.3+0x1/0x2\n [<c0123456>] foo.isra.0+0x1/0x2 [alpha]\n"
    let run = try await Ksym.run(["translate"] + arguments, input: Array(text.utf8))
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(run.output == " \(first)+0x1/0x2\n [<c0123456>] \(second)+0x1/0x2 [alpha]\n")
  }

  @Test(
    "everything except names passes byte for byte: CR, colours, NUL, broken UTF-8, no last newline")
  func untouched() async throws {
    var text = Array("\u{feff}plain words die mode show\r\n\t\u{1b}[31mred\u{1b}[0m  \n\n".utf8)
    text += [0x00, 0xff, 0xfe, 0x0a, 0xc3, 0x28, 0x0d, 0x0a] + Array("  \t \nlast foo.isra.0".utf8)
    for arguments in [[], ["--to", "linkage", "-k", kernel], ["--json", "--color", "always"]] {
      let run = try await Ksym.run(["translate"] + arguments, input: text)
      #expect(run.status == 0 && run.errors.isEmpty)
      #expect(run.bytes == (arguments.first == "--json" ? [] : text))
    }
    let name = Array("\u{1b}[1mRIP\u{1b}[0m: 0010:foo.isra.0+0x1/0x2\r\n".utf8) + [0xff, 0x0a]
    let run = try await Ksym.run(["translate"], input: name)
    #expect(
      run.bytes == Array("\u{1b}[1mRIP\u{1b}[0m: 0010:foo.isra+0x1/0x2\r\n".utf8) + [0xff, 0x0a])
  }

  @Test("files come out in order, and one that cannot be read is status 2 after the others")
  func files() async throws {
    let one = try scratch.write(Array("a.isra.0+0x1/0x2".utf8), to: "one")
    let two = try scratch.write(Array("b.isra.0+0x1/0x2\n".utf8), to: "two")
    let missing = scratch.file("missing")
    let run = try await translate("c.isra.0+0x1/0x2\n", one, missing, "-", two)
    #expect(run.output == "a.isra+0x1/0x2c.isra+0x1/0x2\nb.isra+0x1/0x2\n")
    #expect(run.status == 2)
    #expect(run.errors == "ksym: \(missing): cannot open: No such file or directory\n")
    let folder = try await translate("", scratch.makeDirectory("folder"))
    #expect(folder.status == 2 && folder.errors.hasSuffix("Is a directory\n"))
    let empty = try await translate("")
    #expect(empty.status == 0 && empty.bytes.isEmpty && empty.errors.isEmpty)
  }

  @Test("a file that is not a kernel, and options that make no sense, are reported")
  func trouble() async throws {
    let text = try scratch.write(Array("no kernel\n".utf8), to: "text")
    // What ends before it reads must be given nothing to read.
    let wrong = try await translate("", "--to", "linkage", "-k", text, text)
    #expect(wrong.status == 2 && wrong.bytes.isEmpty)
    #expect(wrong.errors == "ksym: \(text): holds no kernel in a format known here\n")
    let names = try await translate("f.isra.0+0x1/0x2\n", "--names", scratch.file("missing"))
    #expect(names.status == 2 && names.output == "f.isra+0x1/0x2\n")
    for arguments in [["--verify"], ["--addresses"], ["--to", "plain"], ["--ambiguous", "some"]] {
      let run = try await Ksym.run(["translate"] + arguments)
      #expect(run.status == 64 && run.bytes.isEmpty && !run.errors.isEmpty)
    }
  }

  @Test("readable, source and hashed names come back by a kernel")
  func backward() async throws {
    let text = """
       kernel::print::call_printk+0x1/0xc0
       init_once+0x1/0x80
       work.isra+0x1/0x100
       work+0x1 [alpha]
      0x11111111\t\(Self.digest)

      """
    let back = try await translate(text, "--to", "linkage", "-k", kernel)
    #expect(back.status == 0 && back.errors.isEmpty)
    #expect(
      back.lines == [
        " \(Self.rust)+0x1/0xc0", " init_once.llvm.2+0x1/0x80", " work.isra.0+0x1/0x100",
        " work.isra.0+0x1 [alpha]", "0x11111111\tfirst",
      ])
    for form in ["readable", "source", "hashed"] {
      let there = try await translate(back.output, "--to", form)
      let again = try await translate(there.output, "--to", "linkage", "-k", kernel)
      #expect(again.output == back.output, "\(form)")
    }
  }

  @Test("several kernels are asked, a module file among them")
  func sources() async throws {
    let module = Fixture.path("kernels/rust-ext/modules/corpus_rust.ko")
    let step = "_RNvXCs1iztmmNyRXj_11corpus_rustNtB2_4LeafNtB2_4Step4step"
    let text =
      " <corpus_rust::Leaf as corpus_rust::Step>::step+0x24/0xc0 [corpus_rust]\n first+0x1\n"
    let run = try await translate(text, "--to", "linkage", "-k", kernel, "-k", module)
    #expect(run.output == " \(step)+0x24/0xc0 [corpus_rust]\n first+0x1\n", "\(run.errors)")
    let folder = Fixture.path("kernels/rust-ext/modules")
    let tree = try await translate(text, "--to", "linkage", "-k", folder)
    #expect(tree.output == run.output, "\(tree.errors)")
    let other = try await translate(text, "-v", "--to", "linkage", "-k", kernel)
    #expect(other.output == text && other.status == 0)
    #expect(
      other.errors.contains(
        "ksym: -: <corpus_rust::Leaf as corpus_rust::Step>::step [corpus_rust]: not found: -k and"
          + " --names give no such module, or it lacks the name\n"))
    #expect(other.errors.contains("1 names found, 0 rewritten, 1 not found\n"))
  }

  @Test(
    "a name of several symbols is kept, first, all or an error",
    arguments: [
      ("keep", "twin", 0), ("first", "twin.llvm.1", 0), ("all", "twin.llvm.1|twin.llvm.2", 0),
      ("error", "twin", 2),
    ])
  func ambiguity(_ choice: String, _ expected: String, _ status: Int) async throws {
    let text = " twin+0x1/0x40\n init_once+0x1/0x40\n"
    let run = try await translate(text, "--to", "linkage", "-k", kernel, "--ambiguous", choice)
    #expect(run.output == " \(expected)+0x1/0x40\n init_once.llvm.1+0x1/0x40\n")
    #expect(run.status == status)
    let said = "ksym: -: twin is the name of twin.llvm.1, twin.llvm.2\n"
    #expect(run.errors == (choice == "error" ? said : ""))
    let verbose = try await translate(
      text, "-v", "--to", "linkage", "-k", kernel, "--ambiguous", choice)
    #expect(verbose.errors.contains(said) && verbose.errors.contains(", 1 ambiguous"))
  }

  @Test("--verify accepts the kernel that printed a trace, whatever form its names have")
  func verified() async throws {
    let text = Fixture.path("translate/oops-rust.txt")
    let folder = Fixture.path("kernels/rust-ext")
    let modules = "\(folder)/modules"
    for kernels in [["-k", "\(folder)/bzImage"], ["-k", "\(folder)/bzImage", "-k", modules]] {
      let run = try await Ksym.run(["translate", "--verify"] + kernels + [text])
      #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
      #expect(run.bytes == (try Fixture.bytes("translate/readable/oops-rust.txt")))
      let again = try await Ksym.run(["translate", "-v", "--verify"] + kernels, input: run.bytes)
      #expect(again.status == 0, "\(again.errors)")
      #expect(again.errors.contains(" compared, 0 disagree\n"))
    }
  }

  @Test(
    "--verify reports what cannot be from this kernel: sizes, names, release and build IDs, status 1"
  )
  func contradicted() async throws {
    let other = try await translate(
      " init_once.llvm.2+0x1/0x90\n first+0x1/0xd00\n nowhere+0x1/0x2\n work.isra.0+0x1/0x2 [beta]\n",
      "--verify", "-k", kernel)
    #expect(other.status == 1)
    #expect(other.output.hasPrefix(" init_once+0x1/0x90\n"))
    #expect(
      other.errors == """
        ksym: -:1: not of this kernel: init_once.llvm.2+0x1/0x90: the size is 0x80 there
        ksym: -:3: not of this kernel: nowhere+0x1/0x2: no such symbol

        """)
    let folder = Fixture.path("kernels/rust-ext")
    let identity = String(repeating: "0123456789abcdef", count: 3).prefix(40)
    let text = """
      CPU: 0 UID: 0 PID: 1 Comm: init Not tainted 7.3.9-other #1 PREEMPT  \(identity)
       cleanup_module+0x1/0x2 [corpus_rust \(identity)]
       nonesuch+0x1/0x2 [corpus_rust]

      """
    let run = try await translate(
      text, "--verify", "-k", "\(folder)/bzImage", "-k", "\(folder)/modules")
    #expect(run.status == 1 && run.output == text)
    #expect(run.errors.split(separator: "\n").count == 4, "\(run.errors)")
    #expect(run.errors.contains("release 7.3.9-other, not 7.3.4-corpus-a\n"))
    #expect(
      run.errors.contains("build ID \(identity), not 4ed5d0e8d9c3e3ef84dc951c2d0fead8293b2d91\n"))
    #expect(
      run.errors.contains(
        "build ID \(identity) of corpus_rust, not d3b4dfefb4f42c64b7b34b1578d16a96f4503a7f\n"))
    #expect(run.errors.contains("nonesuch+0x1/0x2 [corpus_rust]: no such symbol\n"))
  }

  @Test("--verify judges nothing of a kernel of which only modules are known")
  func unknownKernel() async throws {
    let folder = Fixture.path("kernels/rust-ext/modules")
    let text = """
       vfs_read+0x10/0x370
       call_trace+0x1/0x2
       nonesuch+0x1/0x2 [corpus_rust]

      """
    let known = " [corpus_rust]: no such symbol"
    for modules in [folder, "\(folder)/corpus_rust.ko"] {
      let run = try await translate(text, "--verify", "-k", modules)
      #expect(run.status == 2 && run.output == text)
      #expect(
        run.errors == """
          ksym: -:3: not of this kernel: nonesuch+0x1/0x2\(known)
          ksym: only modules were searched, not their kernel: 2 names of the kernel could not be compared

          """)
      let json = try await translate(text, "--json", "--verify", "-k", modules)
      #expect(!json.output.contains("vfs_read+0x10/0x370"), "no finding")
      let module = try await translate(
        " nonesuch+0x1/0x2 [corpus_rust]\n", "--verify", "-k", modules)
      #expect(module.status == 1)
    }
  }

  @Test("addresses are written after the tokens that they belong to")
  func addresses() async throws {
    let run = try await translate(
      " init_once.llvm.2+0x10/0x80 twin\n first+0x4\n nowhere+0x1/0x2\n", "--addresses", "-k",
      kernel)
    #expect(run.status == 0)
    #expect(
      run.lines == [
        " init_once+0x10/0x80 (0xffffffff81000150) twin", " first+0x4 (0xffffffff81000304)",
        " nowhere+0x1/0x2",
      ])
  }

  @Test("with --lines every line is a name, however plain")
  func lines() async throws {
    let text = "init_once\nfirst\r\nwork\ntwo words\n"
    let plain = try await translate(text, "--to", "linkage", "-k", kernel)
    #expect(plain.output == text)
    let run = try await translate(
      text, "--lines", "--to", "linkage", "-k", kernel, "--ambiguous", "all")
    #expect(run.output == "init_once.llvm.1|init_once.llvm.2\nfirst\r\nwork.isra.0\ntwo words\n")
  }

  @Test("colour marks the names alone, where it is wanted")
  func colour() async throws {
    let text = " foo.isra.0+0x1/0x2\n"
    let run = try await translate(text, "--color", "always")
    #expect(run.output == " \u{1b}[1;32mfoo.isra\u{1b}[0m+0x1/0x2\n")
    #expect(try await translate(text, "--color", "never").output == " foo.isra+0x1/0x2\n")
    #expect(try await translate(text).output == " foo.isra+0x1/0x2\n")
  }

  @Test("JSON has an object for each name, and for each finding")
  func json() async throws {
    let run = try await translate(
      "plain\n pc : init_once+0x8/0x80 [alpha]\n twin+0x1/0x40\n work.isra.0+0x4/0x100\n", "--json",
      "--to", "linkage", "-k", kernel)
    let all = try objects(run)
    #expect(run.status == 0 && all.count == 5, "\(run.output)")
    let name = try #require(all.last { $0["text"] as? String == "work.isra.0" })
    #expect(
      Set(name.keys) == [
        "file", "line", "column", "surface", "text", "translation", "linkage", "offset", "size",
        "module", "addresses",
      ])
    #expect(name["line"] as? Int == 4 && name["column"] as? Int == 2)
    #expect(name["surface"] as? String == "kernel-log" && name["translation"] is NSNull)
    #expect(name["addresses"] as? [String] == ["0xffffffff81000004"])
    let findings = all.compactMap { $0["finding"] as? String }
    #expect(findings == ["missing", "ambiguous"])
  }

  @Test("what is written to a pipe comes out line by line, at once")
  func pipe() async throws {
    // A reader that waits for a line that was held back would wait for ever.
    let script = """
      mkfifo in out && { "$1" translate <in >out & } && exec 3>in 4<out || exit 1
      for number in 1 2 3; do
        printf 'foo.isra.%d+0x1/0x2\\n half' $number >&3
        IFS= read -r line <&4 && echo "$line" && printf '\\n' >&3 && IFS= read -r line <&4
      done
      exec 3>&-
      cat <&4
      """
    let run = try await Ksym.run(
      [
        "-s", "KILL", "120", "sh", "-c", "cd '\(scratch.makeDirectory("pipe"))' && \(script)", "sh",
        Ksym.path,
      ],
      program: "timeout")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "foo.isra+0x1/0x2\nfoo.isra+0x1/0x2\nfoo.isra+0x1/0x2\n")
  }

  @Test("a reader that goes away is no error, a full disk is")
  func endings() async throws {
    let text = try scratch.write(
      Array(String(repeating: " foo.isra.0+0x1/0x2\n", count: 200_000).utf8), to: "text")
    let status = scratch.file("status")
    let gone = try await Ksym.run(
      ["-c", "{ '\(Ksym.path)' translate '\(text)'; echo $? >'\(status)'; } | head -n 1"],
      program: "sh")
    #expect(gone.output == " foo.isra+0x1/0x2\n" && gone.errors.isEmpty)
    #expect(String(decoding: try contents(of: status), as: UTF8.self) == "0\n")
    let full = try await Ksym.run(
      ["-c", "'\(Ksym.path)' translate '\(text)' >/dev/full"], program: "sh")
    #expect(full.status == 2 && full.errors == "ksym: cannot write to standard output\n")
  }
}
