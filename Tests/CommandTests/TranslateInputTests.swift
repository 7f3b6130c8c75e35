import ByteStorage
import TestSupport
import Testing

@Suite("Texts and names that ksym translate takes")
struct TranslateInputTests {
  private static let name = "_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk"
  private static let readable = "kernel::print::call_printk"
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  @Test(
    "compressed texts are unpacked, as files and as standard input",
    arguments: [
      "text.gz", "text.xz", "text.zst", "text.bz2", "text.lz4", "legacy.lz4", "members.gz",
      "members.zst",
    ])
  func compressed(_ name: String) async throws {
    let text = (1...700).map { "\($0)\n" }.joined()
    let path = Fixture.path("Streams/\(name)")
    let file = try await Ksym.run(["translate", path])
    #expect(file.status == 0 && file.output == text, "\(file.errors)")
    let packed = try Fixture.bytes("Streams/\(name)")
    let stream = try await Ksym.run(["translate"], input: packed)
    #expect(stream.status == 0 && stream.output == text)
    let cut = try await Ksym.run(["translate"], input: Array(packed.dropLast(packed.count / 3)))
    #expect(cut.status == 2 && cut.errors.hasPrefix("ksym: -: "), "\(cut.errors)")
  }

  @Test("names in a compressed text are translated; one larger than --max-size is an error")
  func packedNames() async throws {
    let text = String(repeating: " at \(Self.name)+0x1/0x2\nplain words\n", count: 9000)
    var compressor = Compressor()
    let result = compressor.compress(Array(text.utf8).rawSpan, .zstd)
    let packed = try #require(result)
    let run = try await Ksym.run(["translate"], input: packed)
    #expect(run.status == 0 && run.output == text.replacing(Self.name, with: Self.readable))
    let large = try await Ksym.run(["translate", "--max-size", "100K"], input: packed)
    #expect(large.status == 2 && large.bytes.isEmpty)
  }

  @Test("a text that begins as a compressed file might passes as it is")
  func almostCompressed() async throws {
    for text in ["BZh9 is a magic number\n", "]\0\0", "\u{1f}", ""] {
      let run = try await Ksym.run(["translate"], input: Array(text.utf8))
      #expect(run.status == 0 && run.output == text)
    }
  }

  @Test("a name as an argument is translated; what is neither a name nor a file is an error")
  func arguments() async throws {
    let run = try await Ksym.run(["translate", Self.name, "work.isra.0", "init.llvm.12"])
    #expect(run.status == 0 && run.output == "\(Self.readable)\nwork.isra\ninit\n")
    let kernel = try scratch.write(Array("ffffffff81000000 T \(Self.name)\n".utf8), to: "k")
    let back = try await Ksym.run(["translate", "--to", "linkage", "-k", kernel, Self.readable])
    #expect(back.status == 0 && back.output == "\(Self.name)\n", "\(back.errors)")
    let file = try scratch.write(Array("a \(Self.name)\n".utf8), to: "a::b")
    let both = try await Ksym.run(["translate", file, Self.name])
    #expect(both.output == "a \(Self.readable)\n\(Self.readable)\n")
    for wrong in ["_RNvC4core3fo", "nofile", "dir/\(Self.name)"] {
      let run = try await Ksym.run(["translate", wrong])
      #expect(run.status == 2 && run.bytes.isEmpty)
      #expect(run.errors == "ksym: \(wrong): cannot open: No such file or directory\n")
    }
  }

  @Test("a name as an argument has every form, and a plain one where a kernel has it")
  func plainArguments() async throws {
    func translate(_ arguments: String...) async throws -> Ksym.Run {
      try await Ksym.run(["translate"] + arguments)
    }
    #expect(try await translate("--to", "source", Self.name).output == "\(Self.name)\n")
    let hashed = try await translate("--to", "hashed", Self.name, "vfs_read")
    #expect(hashed.status == 0 && hashed.lines.count == 2)
    #expect(hashed.lines.allSatisfy { $0.utf8.count == 64 && $0.allSatisfy(\.isHexDigit) })
    let list =
      "ffffffff81000000 T vfs_read\nffffffff81000100 t work.isra.0\nffffffff81000200 T end\n"
    let kernel = try scratch.write(Array(list.utf8), to: "k")
    for source in ["-k", "--names"] {
      let back = try await translate("--to", "linkage", source, kernel, "vfs_read", "work", "end")
      #expect(back.status == 0 && back.output == "vfs_read\nwork.isra.0\nend\n", "\(back.errors)")
      let same = try await translate(source, kernel, "vfs_read")
      #expect(same.status == 0 && same.output == "vfs_read\n")
      #expect(try await translate("--to", "linkage", source, kernel, "vfs_write").status == 2)
    }
    for wrong in ["kern.log", "dir/name", "kern.log.1", "a b"] {
      #expect(try await translate("--to", "hashed", wrong).status == 2, "\(wrong)")
    }
  }

  @Test("a text in UTF-16 passes through, and is reported with what converts it")
  func utf16() async throws {
    let words = "a text in UTF-16: convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)"
    let log = " \(Self.name)+0x1/0x2\r\n".utf16.flatMap {
      [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)]
    }
    let text = [0xff, 0xfe] + log
    let path = try scratch.write(text, to: "log.txt")
    for arguments in [[], ["-k", "auto"], ["--addresses", "-k", path]] as [[String]] {
      let run = try await Ksym.run(["translate"] + arguments + [path])
      if arguments.last == path {
        #expect(run.status == 2 && run.errors == "ksym: \(path): \(words)\n")
      } else {
        #expect(run.status == 0 && run.bytes == text, "\(arguments)")
        #expect(run.errors.hasPrefix("ksym: \(path): \(words)\n"), "\(run.errors)")
      }
    }
    let names = try await Ksym.run(["translate", "--to", "linkage", "--names", path, "x"])
    #expect(names.status == 2 && names.errors.contains("ksym: \(path): \(words)\n"))
    let list = try await Ksym.run(["compare", "--list", path, path, path])
    #expect(list.status == 2 && list.errors == "ksym: \(path): \(words)\n")
    // In UTF-8 the letters of a mark are none.
    let mark = try await Ksym.run(["translate"], input: Array("\u{fe}\u{ff} a\n".utf8))
    #expect(mark.status == 0 && mark.errors.isEmpty)
  }

  @Test("messages of journald that are arrays of bytes are passed over, which is reported once")
  func byteMessages() async throws {
    let line = #"{"MESSAGE":[32,95,82,78,118,67,49,97,49,98],"_PID":"1"}"# + "\n"
    let run = try await Ksym.run(["translate"], input: Array((line + line).utf8))
    #expect(run.status == 0 && run.output == line + line)
    #expect(run.errors.hasPrefix("ksym: messages that are arrays of bytes stay as they are"))
    #expect(run.errors.split(separator: "\n").count == 1)
    let text = #"{"MESSAGE":"a","_PID":"1"}"# + "\n"
    #expect(try await Ksym.run(["translate"], input: Array(text.utf8)).errors.isEmpty)
  }

  @Test("names that stay are counted in one line; without any source of names the status is 64")
  func remaining() async throws {
    let kernel = try scratch.write(
      Array("ffffffff81000000 T \(Self.name)\nffffffff81000002 T end\n".utf8), to: "k")
    let text = Array(" \(Self.readable)+0x1/0x2\n a::b+0x1/0x2\n c::d+0x1/0x2\n".utf8)
    let run = try await Ksym.run(["translate", "--to", "linkage", "-k", kernel], input: text)
    #expect(run.status == 0 && run.errors == "ksym: 2 of 3 names stay: --verbose says why\n")
    let none = try await Ksym.run(["translate", "--to", "linkage"], input: text)
    #expect(none.status == 64 && none.bytes == text)
    #expect(none.errors.hasPrefix("ksym: --to linkage needs names: -k or --names"))
    let plain = try await Ksym.run(["translate", "--to", "linkage"], input: Array("plain\n".utf8))
    #expect(plain.status == 0 && plain.errors.isEmpty)
    let pair = Array(" \(Self.readable){\(Self.name)}+0x1/0x2 and a::b+0x1/0x2\n".utf8)
    let some = try await Ksym.run(["translate", "--to", "linkage"], input: pair)
    #expect(some.status == 0 && some.errors == "ksym: 1 of 2 names stay: --verbose says why\n")
  }

  @Test("perf's frames come back by a directory of modules, and JSON of journald does")
  func directories() async throws {
    let folder = Fixture.path("kernels/rust-ext/modules")
    let name = "_RNvXCs1iztmmNyRXj_11corpus_rustNtB2_4LeafNtB2_4Step4step"
    let text =
      "\tffffffffc0000024 \(name)+0x24 ([corpus_rust])\n"
      + #"{"MESSAGE":"at \#(name)+0x24/0xc0 [corpus_rust]","_PID":"1"}"# + "\n"
    let there = try await Ksym.run(["translate"], input: Array(text.utf8))
    #expect(there.output.contains("<corpus_rust::Leaf as corpus_rust::Step>::step+0x24 ([c"))
    let back = try await Ksym.run(
      ["translate", "--to", "linkage", "-k", folder], input: there.bytes)
    #expect(back.status == 0 && back.output == text, "\(back.errors)")
    let json = #"{"MESSAGE":"at <a::B as a::C>::d+0x24/0xc0 [corpus_rust]"}"# + "\n"
    let missing = try await Ksym.run(
      ["translate", "-v", "--to", "linkage", "-k", folder], input: Array(json.utf8))
    #expect(missing.output == json)
    #expect(missing.errors.contains("<a::B as a::C>::d [corpus_rust]: not found"))
  }

  @Test(
    "--addresses names addresses by a kernel that was moved, and by modules that the text lists")
  func addresses() async throws {
    let kernel = try scratch.write(
      Array(
        "ffffffff81000000 T _text\nffffffff81000100 T vfs_read\nffffffff81000200 T _end\n".utf8),
      to: "System.map")
    let folder = Fixture.path("kernels/rust-ext/modules")
    let text = """
      corpus_rust 311296 2 - Live 0xffffffffc01c3000
      RIP: 0010:0xffffffff9b000104
       0xffffffffc01c3000 0xffffffffc0300000
      Kernel Offset: 0x1a000000 from 0xffffffff81000000

      """
    let run = try await Ksym.run(
      ["translate", "--addresses", "-k", kernel, "-k", folder], input: Array(text.utf8))
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    #expect(run.lines[1] == "RIP: 0010:0xffffffff9b000104 (vfs_read+0x4/0x100)")
    #expect(run.lines[2].contains("0xffffffffc01c3000 ("))
    #expect(run.lines[2].contains(" [corpus_rust]) 0xffffffffc0300000"))
    let other = text.replacing("Kernel Offset", with: "Nothing")
    let given = try await Ksym.run(
      ["translate", "--addresses", "--kaslr", "0x1a000000", "-k", kernel], input: Array(other.utf8))
    #expect(given.lines[1] == run.lines[1])
    let json = try await Ksym.run(
      ["translate", "--addresses", "--json", "-k", kernel], input: Array(text.utf8))
    let names = try objects(json)
    #expect(names.contains { $0["surface"] as? String == "address" && $0["line"] as? Int == 2 })
    for arguments in [["--kaslr", "0x1"], ["--addresses", "-k", kernel, "--kaslr", "1"]] {
      #expect(try await Ksym.run(["translate"] + arguments).status == 64)
    }
  }

  @Test("a kernel that the text says it is not of names none of its addresses, which is reported")
  func addressesOfOthers() async throws {
    let kernel = Fixture.path("kernels/rust-ext/bzImage")
    let address = "RIP: 0010:0xffffffff81000004"
    let own = try await Ksym.run(
      ["translate", "--addresses", "-k", kernel], input: Array("\(address)\n".utf8))
    #expect(own.output.hasPrefix("\(address) ("), "\(own.output)")
    let text = "[    0.000000] Linux version 6.1.0 (a@b) (gcc) #1 SMP now\n\(address)\n"
    let other = try await Ksym.run(
      ["translate", "--addresses", "-k", kernel], input: Array(text.utf8))
    #expect(other.output == text && other.status == 0)
    #expect(
      other.errors.contains("1 address gets no name: the text says that it is of another kernel"))
  }

  @Test("lines longer than the limit stay as they are, and are counted, also with --addresses")
  func longLines() async throws {
    let kernel = try scratch.write(
      Array("ffffffff81000000 T _text\nffffffff81000200 T _end\n".utf8), to: "System.map")
    let line = String(repeating: "0xffffffff81000104 \(Self.name) ", count: 20_000)
    let text = try scratch.write(Array("\(line)\n \(Self.name)\n\(line)".utf8), to: "text")
    for arguments in [[], ["--addresses", "-k", kernel], ["--json", "--addresses", "-k", kernel]] {
      let run = try await Ksym.run(["translate"] + arguments + [text])
      #expect(run.status == 0)
      #expect(run.errors == "ksym: 2 lines are longer than 1 MiB and stay as they are\n")
      let isJSON = arguments.first == "--json"
      #expect(isJSON || run.output == "\(line)\n \(Self.readable)\n\(line)")
    }
    let one = try await Ksym.run(
      ["translate", scratch.write(Array("\(line)\n".utf8), to: "one")])
    #expect(one.errors == "ksym: 1 line is longer than 1 MiB and stays as it is\n")
  }

  @Test("-k auto finds no kernel that is not here, and says so")
  func noOrigin() async throws {
    let text = Array("Linux version 1.2.3-nowhere (a@b) (gcc) #1\n_RNvC1a1b+0x1/0x2\n".utf8)
    let run = try await Ksym.run(["translate", "-k", "auto"], input: text)
    #expect(run.status == 2 && run.errors.contains("1.2.3-nowhere"))
    #expect(run.output.contains("a::b+0x1/0x2"))
    #expect(try await Ksym.run(["translate", "-k", "auto", "-k", "x"], input: text).status == 64)
  }
}
