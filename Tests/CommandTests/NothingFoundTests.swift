import TestSupport
import Testing

@Suite("Nothing found")
struct NothingFoundTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    sandbox.scratch.makeDirectory("empty")
    sandbox.scratch.makeDirectory("wrong")
    try sandbox.scratch.write(Array("text".utf8), to: "wrong/text")
  }

  @Test("is trouble on every command, with one line that says so", arguments: ["empty", "wrong"])
  func directories(_ folder: String) async throws {
    let path = sandbox.scratch.file(folder)
    for arguments in [
      ["check"] + sandbox.kernelOptions, ["livepatch"] + sandbox.kernelOptions, ["versions"],
      ["convert", "--to", "none", "--in-place"], ["convert", "--to", "none", "--suffix", ".x"],
      ["table", "build", "-o", sandbox.scratch.file("out.names")], ["exports"], ["symbols"],
      ["names"], ["kernel"], ["lookup", "x", "-k"], ["kallsyms", "decode"],
    ] {
      let run = try await Ksym.run(arguments + [path])
      #expect(run.status == 2, "\(arguments): \(run.output)")
      #expect(run.errors.hasPrefix("ksym: \(path): "), "\(arguments): \(run.errors)")
    }
    #expect(permissions(of: sandbox.scratch.file("out.names")) == nil)
  }

  @Test("by a filter is status 1, with one line that says so")
  func filters() async throws {
    let map = try sandbox.scratch.write(Array("ffffffff81000000 T _text\n".utf8), to: "map")
    for arguments in [
      ["symbols", "-v", "--name", "none", map], ["lookup", "-k", map, "none"],
      ["symbols", "-v", "--type", "D", map],
    ] {
      let run = try await Ksym.run(arguments)
      #expect(run.status == 1 && run.bytes.isEmpty, "\(arguments)")
      let isSaid = run.errors.contains("is left\n") || run.errors.contains("not found\n")
      #expect(isSaid, "\(arguments): \(run.errors)")
    }
    let none = try await Ksym.run(["symbols", "--module", "gone", map])
    #expect(none.status == 1 && none.errors == "ksym: \(map): no symbols of gone\n")
    let crcs = try await Ksym.run(["convert", "--crcs", map, "-o", "x.ko", map])
    #expect(crcs.status == 2 && crcs.errors.split(separator: "\n").count == 1, "\(crcs.errors)")
    let module = try sandbox.write("a.ko")
    let run = try await Ksym.run(["exports", module])
    #expect(run.status == 1 && run.errors == "ksym: nothing is exported\n")
  }

  @Test("by a pattern that is none is wrong usage")
  func patterns() async throws {
    for pattern in ["[", "a[b", "[]"] {
      #expect(try await Ksym.run(["symbols", "--name", pattern, sandbox.kernel]).status == 64)
    }
  }

  @Test("under the name of a module or the release of a kernel is said so")
  func names() async throws {
    let module = try sandbox.write("a.ko")
    let run = try await Ksym.run(["versions", "no_such_module"])
    #expect(run.status == 2 && run.errors.contains("no module of this name in /lib/modules/"))
    let kernel = try await Ksym.run(["check", "-k", "1.2.3-none", module])
    #expect(kernel.status == 2 && kernel.errors.contains("no kernel of this release"))
  }
}
