import TestSupport
import Testing

@Suite("What is printed, and what is left out")
struct OutputTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test("modules that load are named up to a number, and the rest is counted")
  func hiddenLoads() async throws {
    sandbox.scratch.makeDirectory("many")
    for number in 10..<30 { try sandbox.write("many/\(number).ko") }
    let run = try await sandbox.check(sandbox.scratch.file("many"))
    #expect(run.lines.count { $0.hasPrefix("loads ") } == 12)
    #expect(run.lines.contains("…          8 more load (--verbose lists them)"))
    let all = try await sandbox.check("-v", sandbox.scratch.file("many"))
    #expect(all.lines.count { $0.hasPrefix("loads ") } == 20 && !all.output.contains("more load"))
  }

  @Test("--quiet leaves the exit status, and what is wrong on standard error")
  func quiet() async throws {
    let good = try sandbox.write("good.ko")
    let bad = try sandbox.write("bad.ko") { $0.require("gone", 1) }
    for option in ["-q", "--quiet"] {
      #expect(try await sandbox.check(option, good).status == 0)
      let run = try await sandbox.check(option, "--json", bad)
      #expect(run.status == 1 && run.bytes.isEmpty && run.errors.isEmpty, "\(run.errors)")
    }
    let versions = try await Ksym.run(["versions", "-q", good])
    #expect(versions.status == 0 && versions.bytes.isEmpty)
    let lookup = try await Ksym.run(["lookup", "-q", "-k", sandbox.kernel, "x"])
    #expect(lookup.status != 0 && lookup.bytes.isEmpty && !lookup.errors.isEmpty)
  }

  @Test(
    "a package is no kernel, and how to unpack it is said",
    arguments: [
      ("!<arch>\nmodule.o/  0  ", "ar x"), ("\u{7f}", nil), ("070701000000", "cpio"),
      ("PK\u{3}\u{4}\u{14}", "zip"),
    ])
  func packages(_ head: String, _ hint: String?) async throws {
    let text = Array((head + String(repeating: "x", count: 4000)).utf8)
    let path = try sandbox.scratch.write(text, to: "package")
    let run = try await Ksym.run(["kernel", path])
    #expect(run.status == 2 && run.errors.hasPrefix("ksym: \(path): "))
    #expect(
      hint.map { run.errors.contains($0) } ?? run.errors.contains("no kernel"), "\(run.errors)")
  }

  @Test("a file without exports is said to be what it is")
  func noExports() async throws {
    let module = try sandbox.write("a.ko")
    let map = try sandbox.scratch.write(Array("ffffffff81000000 T _text\n".utf8), to: "System.map")
    let run = try await Ksym.run(["check", "-k", map, module])
    #expect(run.status == 2 && run.errors.contains("a list of symbols, which has names, but not"))
    let own = try await Ksym.run(["check", "-k", module, module])
    #expect(own.status == 2 && own.errors == "ksym: \(module): a module, not a kernel\n")
    let program = try await Ksym.run(["check", "-k", "/bin/sh", module])
    #expect(program.status == 2 && program.errors.contains("an ELF file, but not that of a kernel"))
    let config = try await Ksym.run(["check", "-k", sandbox.scratch.file("config"), module])
    #expect(config.status == 2 && config.errors.contains("a configuration, which does not have"))
  }

  @Test("lookup takes type letters, and says where equals of two kernels share a line")
  func lookup() async throws {
    let list = "ffffffff81000000 t f\nffffffff81000010 t f\nffffffff81000020 D f_data\n"
    let path = try sandbox.scratch.write(Array(list.utf8), to: "a.map")
    let data = try await Ksym.run(["lookup", "-k", path, "--type", "D", "f*"])
    #expect(data.lines.count == 1 && data.output.contains("f_data"))
    let none = try await Ksym.run(["lookup", "-k", path, "--type", "D", "f"])
    #expect(none.status == 1 && none.errors == "ksym: f: not found: it has another type\n")
    let open = try await Ksym.run(["lookup", "-k", path, "f[_d*"])
    #expect(
      open.status == 1
        && open.errors
          == "ksym: f[_d*: not found: it has a [ without its ] (write \\[ for the character)\n"
    )
    let other = try sandbox.scratch.write(Array(list.utf8), to: "b.map")
    let both = try await Ksym.run(["lookup", "-k", path, "-k", other, "f", "f_data"])
    #expect(both.errors.contains("f: equal names are listed by position") && both.status == 0)
    #expect(!both.errors.contains("f_data:"))
    let quiet = try await Ksym.run(["lookup", "-q", "-k", path, "-k", other, "f", "f_data"])
    #expect(quiet.errors == "" && quiet.output == "")
  }
}
