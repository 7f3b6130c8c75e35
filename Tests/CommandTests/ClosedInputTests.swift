import TestSupport
import Testing

/// In a process that was started without standard input, the first file that is opened gets descriptor 0.
@Suite("ksym without standard input")
struct ClosedInputTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test("files are read and written as with standard input")
  func files() async throws {
    let module = try sandbox.write("a.ko") { $0.require("helper", 7) }
    let map = try sandbox.scratch.write(Array("1000 T f\n2000 T _RNvC1a1b\n".utf8), to: "map")
    let text = try sandbox.scratch.write(Array("_RNvC1a1b+0x1/0x2\n".utf8), to: "text")
    for words in [
      ["versions", module], ["check"] + sandbox.kernelOptions + [module],
      ["lookup", "-k", map, "f"], ["translate", text],
      ["translate", "--to", "linkage", "-k", map, text],
      ["kallsyms", "encode", "--all-symbols", map],
    ] {
      let run = try await Ksym.run(words)
      let closed = try await Ksym.run(
        ["-c", "\"$@\" <&-", "sh", Ksym.path] + words, program: "sh")
      #expect(closed.status == run.status && closed.bytes == run.bytes, "\(words)")
      #expect(closed.errors == run.errors, "\(words)")
    }
    let tables = ["open", "closed"].map { sandbox.scratch.file($0) }
    #expect(try await Ksym.run(["table", "build", "-o", tables[0], map]).status == 0)
    let build = try await Ksym.run(
      ["-c", "\"$1\" table build -o \"$2\" \"$3\" <&-", "sh", Ksym.path, tables[1], map],
      program: "sh")
    #expect(build.status == 0)
    #expect(try contents(of: tables[0]) == contents(of: tables[1]))
  }

  @Test("a pipe is read at its descriptor")
  func pipe() async throws {
    let module = try sandbox.write("a.ko") { $0.require("helper", 7) }
    let run = try await Ksym.run(
      ["-c", "cat \"$2\" | { \"$1\" versions /dev/fd/3 3<&0 <&-; }", "sh", Ksym.path, module],
      program: "sh")
    #expect(run.status == 0 && run.output.contains("helper"), "\(run.output)\(run.errors)")
  }
}
