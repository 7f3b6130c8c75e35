import TestSupport
import Testing

@Suite("ksym lookup --for")
struct LookupSpellingTests {
  private static let list = """
    ffffffff81000000 T _text
    ffffffff81000000 T _stext
    ffffffff81000010 t init_once
    ffffffff81000050 t init_once
    ffffffff81000090 T vfs_read
    ffffffff81001000 T _etext
    ffffffff81002000 D jiffies
    ffffffff81003000 B _end

    """

  private let scratch: ScratchDirectory
  private let kernel: String

  init() throws {
    scratch = try ScratchDirectory()
    kernel = try scratch.write(Array(Self.list.utf8), to: "System.map")
  }

  private func lookup(_ arguments: String...) async throws -> Ksym.Run {
    try await Ksym.run(["lookup", "-k", kernel] + arguments)
  }

  @Test("the spelling for one interface is alone on standard output")
  func oneInterface() async throws {
    let run = try await lookup("--for", "kprobe", "vfs_read")
    #expect(run.status == 0)
    #expect(run.output == "p:vfs_read vfs_read\n")
    let second = try await lookup("--for", "livepatch", "init_once,2")
    #expect(second.output == ".old_name = \"init_once\", .old_sympos = 2\n")
  }

  @Test("an offset, or an address in a symbol, is part of the spelling")
  func places() async throws {
    for key in ["vfs_read+0x4", "vfs_read+4", "0xffffffff81000094"] {
      let run = try await lookup("--for", "kprobe", key)
      #expect(run.status == 0)
      #expect(run.output == "p:vfs_read_0x4 vfs_read+0x4\n")
      #expect(run.errors.contains("the place must be where an instruction begins"))
      let filter = try await lookup("--for", "ftrace", key)
      #expect(filter.status == 1 && filter.output.isEmpty)
      #expect(filter.errors.contains("cannot: it takes whole symbols, and no offset"))
      let json = try await lookup("--for", "gdb", "--json", key)
      #expect(json.output.contains(#""address":"0xffffffff81000090","offset":4,"interface":"gdb""#))
      #expect(json.output.contains(#""text":"break *(vfs_read+0x4)""#))
    }
    let table = try await lookup("--for", "all", "vfs_read+0x4")
    #expect(table.status == 1 && table.lines.first == "vfs_read+0x4")
    let start = try await lookup("--for", "kprobe", "0xffffffff81000090")
    #expect(start.output == "p:vfs_read vfs_read\n")
  }

  @Test("what an interface cannot take gives status 1 and the reason")
  func impossible() async throws {
    let run = try await lookup("--for", "kprobe", "jiffies")
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("jiffies: cannot: it is not in the kernel's text"))
  }

  @Test("all interfaces make a table, or a JSON object each")
  func allInterfaces() async throws {
    let table = try await lookup("--for", "all", "vfs_read")
    for interface in ["kprobe", "ftrace", "perf", "bpftrace", "livepatch", "gdb", "crash"] {
      #expect(table.lines.contains { $0.hasPrefix("  \(interface) ") })
    }
    let json = try await lookup("--for", "all", "--json", "vfs_read")
    #expect(json.lines.count == 8)
    let expected = [
      #"{"key":"vfs_read","linkage":"vfs_read","owner":"vmlinux","address":"0xffffffff81000090","#,
      #""offset":null,"interface":"kprobe","text":"p:vfs_read vfs_read","reason":null,"remarks":["#,
      #""the source does not show whether the kernel refuses this function"],"#,
      #""reasonCode":null,"remarkCodes":["sites-unknown"],"#,
      #""assumed":["release=7.3 (not found)"]}"#,
    ]
    #expect(json.lines.first == expected.joined())
  }

  @Test("an unknown interface is wrong usage")
  func unknown() async throws {
    #expect(try await lookup("--for", "telegraph", "vfs_read").status == 64)
  }
}
