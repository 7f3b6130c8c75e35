import ELFFormat
import Foundation
import TestSupport
import Testing

@Suite("ksym lookup")
struct LookupCommandTests {
  private static let list = """
    ffffffff81000000 T _stext
    ffffffff81000010 t init_once
    ffffffff81000050 t init_once
    ffffffff81000090 t promoted.llvm.123
    ffffffff810000a0 T _RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk
    ffffffff81000100 T first
    ffffffff81000100 W second
    ffffffff81001000 T _end
    ffffffffc0000000 t init_once	[alpha]

    """

  private let scratch: ScratchDirectory
  private let kernel: String

  init() throws {
    scratch = try ScratchDirectory()
    kernel = try scratch.write(Array(Self.list.utf8), to: "kallsyms")
  }

  private func lookup(_ arguments: String...) async throws -> Ksym.Run {
    try await Ksym.run(["lookup", "-k", kernel] + arguments)
  }

  @Test("a line has address, letter, name, offset and size, owner, readable name and equals")
  func lines() async throws {
    let run = try await lookup("init_once", "call_printk", "first+0x10")
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    #expect(
      run.lines == [
        "ffffffff81000010 t init_once+0x0/0x40  (1 of 2)",
        "ffffffff81000050 t init_once+0x0/0x40  (2 of 2)", "ffffffffc0000000 t init_once [alpha]",
        "ffffffff810000a0 T _RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk+0x0/0x60"
          + "  kernel::print::call_printk",
        "ffffffff81000110 T first+0x10/0xf00  (also second)",
      ])
  }

  @Test("of a table without data that is the reason why data is not found")
  func functionsOnly() async throws {
    let list = """
      ffffffff81000000 T _stext
      ffffffff81000100 T vfs_read
      ffffffff81000200 D _etext

      """
    let map = try scratch.write(Array(list.utf8), to: "functions.map")
    let reason = "not found: this table has functions only, as without KALLSYMS_ALL"
    for key in ["init_task", "0xffffffff82000000", "init_*"] {
      let run = try await Ksym.run(["lookup", "-k", map, key])
      #expect(run.status == 1 && run.errors == "ksym: \(key): \(reason)\n", "\(run.errors)")
    }
    let near = try await Ksym.run(["lookup", "-k", map, "vfs_reed"])
    #expect(near.errors == "ksym: vfs_reed: \(reason); did you mean vfs_read?\n")
    let position = try await Ksym.run(["lookup", "-k", map, "vfs_read,2"])
    #expect(position.errors == "ksym: vfs_read,2: not found: there is only 1\n")
    let whole = try await Ksym.run(["lookup", "-k", kernel, "init_task"])
    #expect(!whole.errors.contains("KALLSYMS_ALL"))
  }

  @Test("--kaslr takes addresses of a moved kernel back to where its image or list has them")
  func moved() async throws {
    let list = """
      ffffffff81000000 T _text
      ffffffff81000100 T vfs_read
      ffffffff81000200 T _end

      """
    let map = try scratch.write(Array(list.utf8), to: "System.map")
    let keys = ["0xffffffff82000104", "vfs_read+4"]
    let run = try await Ksym.run(["lookup", "-k", map, "--kaslr", "0x1000000"] + keys)
    let place = "ffffffff81000104 T vfs_read+0x4/0x100"
    #expect(run.lines == [place, place], "\(run.output)")
    let linked = try await Ksym.run(
      ["lookup", "-k", map, "--kaslr", "0x1000000", "0xffffffff81000104"])
    #expect(linked.status == 1)
    // The same kernel's own list has moved addresses: they are taken back.
    let moved = try scratch.write(
      Array(list.replacing("ffffffff81", with: "ffffffff82").utf8), to: "moved")
    let undone = try await Ksym.run(
      ["lookup", "-k", moved, "--kaslr", "0x1000000", "0xffffffff81000104", "vfs_read"])
    #expect(
      undone.lines == [
        place, "ffffffff81000100 T vfs_read+0x0/0x100",
      ], "\(undone.output)")
  }

  @Test("the clones that the compiler made of a function follow it, or stand for it")
  func clones() async throws {
    let names = [
      "f", "f.cold", "f.constprop.0", "f.isra.0.part.3", "f.llvm.42", "f.5", "f.name", "__pfx_f",
      "g.constprop.0", "g.constprop.0.cold", "h",
    ]
    let lines = names.enumerated().map { "ffffffff8100\($0 + 10)00 t \($1)" }
    let path = try scratch.write(Array(lines.joined(separator: "\n").utf8), to: "clones")
    func found(_ arguments: String...) async throws -> [String] {
      let run = try await Ksym.run(["lookup", "-k", path, "--json"] + arguments)
      return try objects(run).compactMap { $0["linkage"] as? String }
    }
    let all = ["f", "f.cold", "f.constprop.0", "f.isra.0.part.3", "f.llvm.42"]
    #expect(try await found("f") == all)
    #expect(try await found("f@vmlinux") == all)
    #expect(try await found("g") == ["g.constprop.0", "g.constprop.0.cold"])
    #expect(try await found("g.constprop.0") == ["g.constprop.0"])
    // A position and a place are those of the name itself.
    #expect(try await found("f,1") == ["f"])
    #expect(try await found("f+0x1") == ["f"])
    #expect(try await found("--era", "6.12", "f") == ["f"])
    let text = try await Ksym.run(["lookup", "-k", path, "f"])
    #expect(text.lines.count == 5 && text.status == 0)
    #expect(try await found("f+0x1/0x999") == [])
    let spelt = try await Ksym.run(["lookup", "-k", path, "--for", "kprobe", "f"])
    #expect(spelt.output.contains("f.constprop.0"), "\(spelt.output)\(spelt.errors)")
  }

  @Test("what is not found is answered with what there is")
  func hints() async throws {
    for (key, words) in [
      ("init_onec", "did you mean init_once?"), ("FIRST", "did you mean first?"),
      ("init_once,3", "there are only 2"), ("first,2", "there is only 1"),
      ("first+0x1/0x31", "its size is 0xf00"), ("first@alpha", "first is in vmlinux"),
      ("first+0xf01", "its size is 0xf00"), ("first+0xf01/0xf00", "its size is 0xf00"),
      ("init_once,2+0x41", "its size is 0x40"), ("init_once,3+0x1", "there are only 2"),
      ("init_once@vmlinux+0x1/0x30", "its size is 0x40"),
    ] {
      let run = try await lookup(key)
      #expect(run.status == 1 && run.errors.hasPrefix("ksym: \(key): not found: "))
      #expect(run.errors.hasSuffix("\(words)\n"), "\(run.errors)")
    }
    #expect(try await lookup("quite_different").errors == "ksym: quite_different: not found\n")
  }

  @Test("spellings of a function of which only clones exist are those of the function")
  func spelledClones() async throws {
    let list = """
      ffffffff81000000 T _text
      ffffffff81000000 T _stext
      ffffffff81000010 t __pfx_f.constprop.0
      ffffffff81000020 t f.constprop.0
      ffffffff81001000 T _etext
      ffffffff81003000 B _end

      """
    let path = try scratch.write(Array(list.utf8), to: "clones")
    let run = try await Ksym.run(["lookup", "-k", path, "--for", "kprobe", "f"])
    #expect(run.status == 0 && run.lines.count == 1, "\(run.output)\(run.errors)")
    #expect(run.output.hasPrefix("p:f") && run.output.hasSuffix(" f.constprop.0\n"))
    #expect(!run.errors.contains("cannot"), "\(run.errors)")
    let padding = try await Ksym.run(["lookup", "-k", path, "--for", "kprobe", "__pfx_f"])
    #expect(padding.status == 1 && padding.output.isEmpty)
    let beyond = try await Ksym.run(["lookup", "-k", path, "--for", "kprobe", "f+0xfe1"])
    #expect(beyond.status == 1 && beyond.errors.contains("its size is 0xfe0"), "\(beyond.errors)")
  }

  @Test("symbols whose addresses are hidden are no aliases of each other")
  func hiddenAliases() async throws {
    let text = Array("0000000000000000 T f\n0000000000000000 T g\n".utf8)
    let path = try scratch.write(text, to: "hidden")
    let run = try await Ksym.run(["lookup", "-k", path, "f"])
    #expect(run.status == 0 && run.lines == ["0000000000000000 T f"])
  }

  @Test("what was found is a key for the way back")
  func roundTrip() async throws {
    for (key, line) in [
      ("init_once,2", "ffffffff81000050 t init_once+0x0/0x40  (2 of 2)"),
      ("alpha:init_once", "ffffffffc0000000 t init_once [alpha]"),
      ("init_once@alpha", "ffffffffc0000000 t init_once [alpha]"),
      ("0xffffffff81000054", "ffffffff81000054 t init_once+0x4/0x40  (2 of 2)"),
      ("init_once+0x4/0x40 [vmlinux]", "ffffffff81000014 t init_once+0x4/0x40  (1 of 2)"),
      ("promoted", "ffffffff81000090 t promoted.llvm.123+0x0/0x10"),
      (
        "sha256:a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e",
        "ffffffff81000100 T first+0x0/0xf00  (also second)"
      ),
    ] {
      let run = try await lookup(key)
      #expect(run.lines.first == line, "\(key): \(run.output)\(run.errors)")
    }
  }

  @Test("status 1 where a key is not found, 2 where the kernel cannot be read, 64 on wrong usage")
  func status() async throws {
    let some = try await lookup("first", "nothing")
    #expect(some.status == 1 && some.lines.count == 1)
    #expect(some.errors == "ksym: nothing: not found\n")
    let missing = try await Ksym.run(["lookup", "-k", scratch.file("missing"), "first"])
    #expect(missing.status == 2 && missing.errors.contains("cannot open"))
    #expect(try await lookup("--era", "six", "first").status == 64)
    #expect(try await lookup("--lto", "first").status == 64)
    #expect(try await lookup("-k", kernel, "--long", "first").status == 64)
    #expect(try await lookup().status == 64)
  }

  @Test("JSON has the keys that are promised, with all four names")
  func json() async throws {
    let run = try await lookup("--json", "call_printk", "second")
    let rows = try objects(run)
    try #require(rows.count == 2)
    #expect(
      Set(rows[0].keys) == [
        "kernel", "key", "linkage", "source", "readable", "hashed", "owner", "type", "address",
        "size", "offset", "sympos", "equals", "file", "aliases",
      ])
    #expect(rows[0]["key"] as? String == "call_printk" && rows[0]["kernel"] as? String == kernel)
    #expect(rows[0]["linkage"] as? String == "_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk")
    #expect(rows[0]["readable"] as? String == "kernel::print::call_printk")
    #expect((rows[0]["hashed"] as? String)?.utf8.count == 64)
    #expect(rows[0]["address"] as? String == "0xffffffff810000a0")
    #expect(rows[0]["size"] as? Int == 0x60 && rows[0]["sympos"] as? Int == 1)
    #expect(rows[0]["offset"] is NSNull && rows[0]["file"] is NSNull)
    #expect(rows[1]["aliases"] as? [String] == ["first"] && rows[1]["readable"] is NSNull)
  }

  @Test("--long shows everything, a line each")
  func long() async throws {
    let run = try await lookup("--long", "second")
    #expect(
      run.lines == [
        "second", "  source    second",
        "  hashed    sha256:16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4",
        "  owner     vmlinux", "  type      W", "  address   0xffffffff81000100",
        "  size      0xf00", "  position  1 of 1", "  aliases   first",
      ])
  }

  @Test("--era answers as that release does, and explains why it finds nothing")
  func era() async throws {
    let cut = try await lookup("--era", "6.6", "promoted")
    #expect(cut.lines == ["ffffffff81000090 t promoted.llvm.123+0x0/0x10"])
    let never = try await lookup("--era", "6.6", "promoted.llvm.123")
    #expect(never.status == 1 && never.output.isEmpty)
    #expect(
      never.errors.contains("the stored name is always cut, the name asked for is not"),
      "\(never.errors)")
    let exact = try await lookup("--era", "6.12", "promoted")
    #expect(exact.status == 1)
    #expect(exact.errors.contains("there is promoted.llvm.123"), "\(exact.errors)")
    #expect(try await lookup("--era", "6.6", "--no-lto", "promoted").status == 1)
    let unknown = try await lookup("--era", "own", "promoted")
    #expect(unknown.status == 2 && unknown.errors.contains("release is not known"))
  }

  @Test("several kernels make one table")
  func table() async throws {
    let other = try scratch.write(
      Array("c0008000 T _stext\nc0008010 t init_once\nc0008040 T _end\n".utf8), to: "other")
    let run = try await lookup("-k", other, "--color", "never", "init_once", "first")
    #expect(run.status == 1)
    #expect(
      run.errors
        == "ksym: first: not found in \(other)\nksym: init_once: equal names are listed by "
        + "position; those of one line need not be one function\n")
    let cells = run.lines.map {
      $0.split(separator: "  ").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    #expect(
      cells.map { $0.filter { !$0.isEmpty } } == [
        [kernel, other], ["init_once,1", "ffffffff81000010/0x40 (1 of 2)", "c0008010/0x30"],
        ["init_once,2", "ffffffff81000050/0x40 (2 of 2)", "-"],
        ["init_once,1 [alpha]", "ffffffffc0000000", "-"],
        ["first", "ffffffff81000100/0xf00", "-"],
      ])
    let json = try await lookup("-k", other, "--json", "init_once")
    #expect(try objects(json).map { $0["kernel"] as? String } == [kernel, kernel, kernel, other])
  }

  @Test("hidden addresses are reported, and no address is looked up")
  func hidden() async throws {
    let list = Array("0000000000000000 T _stext\n0000000000000000 t f\n".utf8)
    let path = try scratch.write(list, to: "hidden")
    let run = try await Ksym.run(["lookup", "-k", path, "f", "0x0"])
    #expect(run.status == 1 && run.lines.count == 1)
    #expect(run.errors.contains("addresses are hidden; reading them needs root"))
    #expect(run.errors.contains("0x0: not found: addresses are hidden"))
  }

  @Test("modules' files add their symbols; one that is listed as loaded is not added again")
  func modules() async throws {
    scratch.makeDirectory("tree")
    for name in ["alpha", "beta"] {
      var elf = ELFBuilder()
      let text = elf.addSection(".text", flags: [.alloc, .execInstructions])
      elf.addSymbol("init_once", section: text, value: 0x20, binding: 0, type: 2)
      elf.addSymbol("init_once", section: text, value: 0x10, binding: 0, type: 2)
      try scratch.write(elf.build(), to: "tree/\(name).ko")
    }
    try scratch.write(Array("none".utf8), to: "tree/torn.ko")
    let run = try await lookup(
      "--modules", scratch.file("tree"), "init_once@alpha", "beta:init_once,2")
    #expect(run.status == 2)
    #expect(run.errors.contains("/tree/torn.ko: "), "\(run.errors)")
    #expect(
      run.lines == [
        "ffffffffc0000000 t init_once [alpha]", "0000000000000010 t init_once [beta]  (2 of 2)",
      ])
    let long = try await lookup(
      "--modules", scratch.file("tree/beta.ko"), "--long", "beta:init_once,1")
    #expect(long.lines.contains("  address   0x20 in its section"), "\(long.output)")
  }

  /// A kernel without tables, whose files have a function each of the same name.
  private func kernel(of files: [String], _ name: String) throws -> String {
    var elf = ELFBuilder()
    elf.type = 2
    let text = elf.addSection(
      ".text", flags: [.alloc, .execInstructions], bytes: [UInt8](repeating: 0x90, count: 256),
      address: 0xffff_ffff_8100_0000)
    for (place, file) in files.enumerated() {
      if file != "" { elf.addSymbol(file, section: 0xfff1, binding: 0, type: 4) }
      elf.addSymbol(
        "type_show", section: text, value: 0xffff_ffff_8100_0010 + UInt64(16 * place), binding: 0,
        type: 2)
    }
    elf.addSymbol("_end", section: text, value: 0xffff_ffff_8100_0100)
    return try scratch.write(elf.build(), to: name)
  }

  @Test("a vmlinux without tables is read through its symbols, with the source files of local ones")
  func sourceFiles() async throws {
    let path = try kernel(of: ["tty.c", "usb.c"], "vmlinux")
    let run = try await Ksym.run(["lookup", "-k", path, "type_show"])
    #expect(
      run.lines == [
        "ffffffff81000010 t type_show+0x0/0x10  tty.c  (1 of 2)",
        "ffffffff81000020 t type_show+0x0/0xe0  usb.c  (2 of 2)",
      ], "\(run.errors)")
    let symbols = try await Ksym.run(["symbols", "--json", path])
    #expect(try objects(symbols).map { $0["file"] as? String } == ["tty.c", "usb.c", nil])
  }

  @Test("equal names of several kernels are lined up by source file, if all have these")
  func linedUpByFile() async throws {
    let old = try kernel(of: ["tty.c", "usb.c", "usb.c"], "old")
    let new = try kernel(of: ["usb.c", "net.c", "tty.c"], "new")
    let run = try await Ksym.run(["lookup", "-k", old, "-k", new, "type_show", "type_show,1"])
    #expect(
      run.lines.dropFirst().map { $0.split(separator: " ").joined(separator: " ") } == [
        "type_show tty.c ffffffff81000010/0x10 (1 of 3) ffffffff81000030/0xd0 (3 of 3)",
        "type_show usb.c ffffffff81000020/0x10 (2 of 3) ffffffff81000010/0x10 (1 of 3)",
        "type_show usb.c,2 ffffffff81000030/0xd0 (3 of 3) -",
        "type_show net.c - ffffffff81000020/0x10 (2 of 3)",
      ])
    #expect(run.errors == "")
    let plain = try kernel(of: ["", "", ""], "plain")
    let mixed = try await Ksym.run(["lookup", "-k", old, "-k", plain, "type_show"])
    #expect(mixed.lines.dropFirst().first?.hasPrefix("type_show,1 ") ?? false)
    #expect(mixed.errors.contains("type_show: equal names are listed by position"))
  }
}
