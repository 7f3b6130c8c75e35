import ELFFormat
import TestSupport
import Testing

@Suite("JSON")
struct JSONTests {
  /// Keys that only a memory dump, an old kernel or a rare defect shows.
  private static func isRare(_ key: String) -> Bool {
    key.hasPrefix("dump.") || key.hasPrefix("certificates[].")
      || key.hasPrefix("duplicates.largestSameAddress[].")
      || ["defects[].name", "stripping[].largest[].owners", "file"].contains(key)
      || ["broken[].reasons[].words", "ranked[].words"].contains(key)
  }

  @Test("every command with --json has a section in Documentation/JSON.md, and no other has")
  func sections() async throws {
    let commands = try await CommandTree.read().all().filter { _, command in
      command.arguments?.contains { $0.spelling == "--json" } ?? false
    }
    let names = commands.map { $0.words.joined(separator: " ") } + ["lookup --for"]
    #expect(Set(names) == Set(try DocumentedJSON.read().keys))
  }

  @Test(
    "keys and types are those of Documentation/JSON.md, in both directions",
    arguments: [
      "check", "livepatch", "signature", "versions", "exports", "kernel", "symbols", "lookup",
      "lookup --for",
      "names", "table show", "table check", "kallsyms decode", "convert", "translate",
      "types crc", "compare", "gate",
    ])
  func keys(_ command: String) async throws {
    let page = try #require(try DocumentedJSON.read()[command])
    var comparison = DocumentedJSON.Comparison(page)
    let scratch = try ScratchDirectory()
    for arguments in try await Self.runs(of: command, scratch) {
      let name = command.split(separator: " ").filter { $0 != "--for" }.map(String.init)
      let run = try await Ksym.run(name + ["--json"] + arguments)
      let objects = try JSONValue.objects(run)
      #expect(!objects.isEmpty, "\(arguments): \(run.errors)")
      for object in objects { comparison.compare(object) }
    }
    #expect(comparison.problems.isEmpty, "\(comparison.problems.sorted())")
    let stale = page.types.keys.filter { !comparison.seen.contains($0) && !Self.isRare($0) }
    #expect(stale.isEmpty, "documented, and not seen: \(stale.sorted())")
  }

  /// Arguments of runs that show all keys of a command.
  /// A file that a fixture's message signs.
  private static func signed(
    _ message: String, parameter: UInt8 = 0, _ scratch: borrowing ScratchDirectory
  ) throws -> String {
    let bytes = try Fixture.bytes("trust/\(message).p7")
    let size = [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xff)]
    let trailer: [UInt8] = [parameter, 0, 2, 0, 0, 0, 0, 0, 0, 0] + size
    return try scratch.write(
      Fixture.bytes("trust/data") + bytes + trailer
        + Array("~Module signature appended~\n".utf8), to: "\(message)-\(parameter).ko")
  }

  /// A directory with another module by the name of one.
  private static func others(_ scratch: borrowing ScratchDirectory) throws -> String {
    let other = scratch.makeDirectory("other")
    try scratch.write(
      Fixture.bytes("kernels/rust-ext/modules/crc16.ko"), to: "other/corpus_min.ko")
    return other
  }

  private static func runs(
    of command: String, _ scratch: borrowing ScratchDirectory
  ) async throws -> [[String]] {
    let kernel = Fixture.path("kernels/rust-ext/bzImage")
    try TarArchive.unpack(Fixture.path("kernels/rust-ext/modules.tar.xz"), into: scratch)
    let modules = scratch.path
    let map = try scratch.write(Self.map, to: "map")
    switch command {
    case "check":
      return [["-k", kernel, "--all-symbols", "--same-as", try others(scratch), modules]]
    case "livepatch":
      try TarArchive.unpack(Fixture.path("livepatches/livepatch-7.3/modules.tar.xz"), into: scratch)
      let vermagic = "vermagic=7.3.4-corpus-c SMP preempt mod_unload modversions "
      let patches = ["variants/livepatch-sample-klp-sympos1.ko", "klp-variants"].map(scratch.file)
      return [["-k", kernel, "--assume", vermagic, "--assume", "MODVERSIONS=n"] + patches]
    case "signature":
      let key = Fixture.path("trust/rsa.der")
      return [
        [try signed("rsa", scratch)], [try signed("rsa", parameter: 1, scratch)],
        ["--keys", key, try signed("by-key-id", scratch), try signed("stranger", scratch)],
      ]
    case "versions": return [[modules, try defective(scratch)]]
    case "exports": return [[kernel]]
    case "kernel": return [[kernel], [map], [Fixture.path("kernels/rust-ext/config")]]
    case "symbols": return [[map]]
    case "lookup": return [["-k", map, "f.cold+0x4", "kernel::print::call_printk"]]
    case "lookup --for": return [["-k", map, "--for", "all", "f.cold,2"]]
    case "gate":
      for folder in ["lib", "lib/modules", "lib/modules/7.3.0"] { scratch.makeDirectory(folder) }
      try scratch.write(
        Array("0x1\t_printk\tvmlinux\tEXPORT_SYMBOL\n".utf8), to: "lib/modules/7.3.0/Module.symvers"
      )
      let module = try scratch.write(Sandbox.module().build(), to: "other.ko")
      return [["--root", scratch.path, module]]
    case "compare":
      return try comparisons(kernel, modules, scratch)
    case "names": return [[modules, map]]
    case "table show", "table check":
      let table = scratch.file("all.names")
      #expect(try await Ksym.run(["table", "build", "-o", table, modules]).status == 0)
      return command == "table check" ? [[table]] : [["-t", table, "init_module"]]
    case "kallsyms decode": return [[kernel]]
    case "convert":
      return [
        ["--to", "basic", "--suffix", ".new", "--drop-unrepresentable", modules],
        ["--to", "basic", "--suffix", ".new", try defective(scratch)],
      ]
    case "types versions", "types show", "types explain", "types crc":
      return try typesRuns(of: command, scratch)
    default:
      let text = try scratch.write(Self.text, to: "text")
      try TarArchive.unpack(Fixture.path("sources/sources.tar.xz"), into: scratch)
      let frame = try scratch.write(Array("kernel_init+0x1d/0x70\n".utf8), to: "frame")
      return [
        ["-k", scratch.file("gcc-dw5.elf"), "--source", frame],
        ["-k", map, "--to", "linkage", "--verify", "--addresses", text],
        ["-k", kernel, "--verify", text],
      ]
    }
  }

  private static func comparisons(
    _ kernel: String, _ modules: String, _ scratch: borrowing ScratchDirectory
  ) throws -> [[String]] {
    let old =
      "0x1\t_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk\tvmlinux\tEXPORT_SYMBOL\n0x2\tgone\tb\tEXPORT_SYMBOL\n"
    let new = "0x2\t_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk\tvmlinux\tEXPORT_SYMBOL\n"
    let rules = try scratch.write(Array("gone PASS\nno PASS\n".utf8), to: "rules")
    let sides = [
      try scratch.write(Array(old.utf8), to: "old"),
      try scratch.write(Array(new.utf8), to: "new"),
    ]
    let types = try ["int", "long"].map { word in
      try scratch.write(Array("f \(word) f ( )\n".utf8), to: "\(word).symtypes")
    }
    let other = try scratch.write(
      Array(
        "0x1\t_printk\tvmlinux\tEXPORT_SYMBOL\n0x2\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\n".utf8),
      to: "other")
    let listed = try scratch.write(
      Array("[abi_symbol_list]\n  gone\n  corpus_plain\n".utf8), to: "listed")
    let breaking = ["--explain", types[0], "--explain", types[1], kernel, other]
    return [
      ["-r", rules, "--unused-rules"] + sides, types,
      breaking + [modules],
      ["--list", listed, "--protected", listed, "--check-list", sides[0], modules],
      ["--list", try scratch.write(Array("gone\nnever\n".utf8), to: "names")] + sides,
      [kernel, kernel, try scratch.write(Sandbox.module().build(), to: "refused.ko")],
    ]
  }

  private static func typesRuns(
    of command: String, _ scratch: borrowing ScratchDirectory
  ) throws -> [[String]] {
    let types = Fixture.path("types/genksyms/t.symtypes")
    let goldens = try TypeGoldens(unpackingInto: scratch)
    let object = "\(goldens.root)/obj/c02_struct.gcc12-dw4.o"
    switch command {
    case "types versions":
      return [["--list", "\(goldens.root)/out/c02_struct.gcc12-dw4.syms", object]]
    case "types show":
      let name = "struct c02_holder"
      return [["-k", object, name], ["-k", object, "--path", "struct c02_anon", name]]
    case "types explain":
      let text = String(decoding: try contents(of: types), as: UTF8.self)
      let changed = text.split(separator: "\n").map {
        $0.hasPrefix("s#list ") ? "s#list struct list { s#list * next ; } " : $0
      }
      let new = try scratch.write(Array(changed.joined(separator: "\n").utf8), to: "new.symtypes")
      return [["--old", types, "--new", new, "foo"]]
    default:
      let line = Array("0x1\tfoo\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
      return [[types], ["--verify", try scratch.write(line, to: "symvers"), types]]
    }
  }

  /// A module whose tables disagree, and that has a hashed name.
  private static func defective(_ scratch: borrowing ScratchDirectory) throws -> String {
    var module = Sandbox.module()
    var record: [UInt8] = [1, 2, 3, 4, 0, 0, 0, 0] + Array("sha256\0".utf8)
    record += [UInt8](repeating: 0x5a, count: 32)
    record += [UInt8](repeating: 0, count: 64 - record.count)
    module.basic = nil
    module.extended = [RequiredVersion("_printk", 7)]
    module.sections = [("__versions", .alloc, record)]
    return try scratch.write(module.build(), to: "defective.ko")
  }

  private static let map = Array(
    """
    ffffffff81000000 T _text
    ffffffff81000010 t _RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk
    ffffffff81000040 t f.cold
    ffffffff81000050 t f.cold
    ffffffff81000060 T vfs_read

    """.utf8)

  private static let text = Array(
    """
    Linux version 5.10.0 (a@b) (gcc) #1 SMP
    CPU: 0 PID: 1 Comm: a Not tainted 5.10.0 #1
    RIP: 0010:vfs_read+0x1/0x40
     kernel::print::call_printk+0x1/0x30
     f.cold+0x1/0x2
     nowhere+0x1/0x2 [lost]

    """.utf8)
}
