import Foundation
import TestSupport
import Testing

@Suite("Files that are replaced, piped or cut short")
struct ReplacedFileTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test("a link that leads nowhere gets the file that it names, and stays a link")
  func danglingLink() async throws {
    let module = try sandbox.write("m.ko")
    let folder = sandbox.scratch.makeDirectory("folder")
    let link = folder + "/link.ko"
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: "../other.ko")
    let run = try await Ksym.run(["convert", "--to", "basic", "-o", link, module])
    #expect(run.status == 0, "\(run.errors)")
    let destination = try FileManager.default.destinationOfSymbolicLink(atPath: link)
    #expect(destination == "../other.ko")
    #expect(FileManager.default.fileExists(atPath: sandbox.scratch.file("other.ko")))
    let far = folder + "/far.ko"
    try FileManager.default.createSymbolicLink(atPath: far, withDestinationPath: "/none/such/x.ko")
    let wrong = try await Ksym.run(["convert", "--to", "basic", "-o", far, module])
    #expect(wrong.status == 2 && wrong.errors.contains("No such file"), "\(wrong.errors)")
    let ring = folder + "/ring.ko"
    try FileManager.default.createSymbolicLink(atPath: ring, withDestinationPath: "ring.ko")
    let round = try await Ksym.run(["convert", "--to", "basic", "-o", ring, module])
    #expect(round.status == 2, "\(round.errors)")
  }

  @Test("a module that is converted in place keeps its extended attributes", .needs("python3"))
  func attributes() async throws {
    let module = try sandbox.write("m.ko") { $0.extended = $0.basic }
    func python(_ code: String) async throws -> Ksym.Run {
      try await Ksym.run(["-c", "import os; \(code)"], program: "python3")
    }
    let set = try await python("os.setxattr('\(module)', 'user.note', b'kept')")
    // File systems may have no attributes.
    try #require(set.status == 0 || set.errors.contains("Operation not supported"))
    guard set.status == 0 else { return }
    // A signature of the old content is left out (only root can set one); others, also without a
    // value, stay.
    let signs = try await python("os.setxattr('\(module)', 'security.ima', b'old')").status == 0
    #expect(try await python("os.setxattr('\(module)', 'user.void', b'')").status == 0)
    let run = try await Ksym.run(["convert", "--to", "none", "--in-place", module])
    #expect(run.status == 0 && run.errors.contains("security.ima") == signs, "\(run.errors)")
    #expect(!run.errors.contains("user.note") && !run.errors.contains("user.void"))
    let kept = try await python(
      "print({n: os.getxattr('\(module)', n) for n in sorted(os.listxattr('\(module)'))"
        + " if n.startswith('user.') or n == 'security.ima'})")
    #expect(kept.output == "{'user.note': b'kept', 'user.void': b''}\n")
  }

  @Test("a pipe is read as standard input is, where a shell gives its number")
  func pipes() async throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: sandbox.kernel)))
    let file = try await Ksym.run(["exports", sandbox.kernel])
    let pipe = try await Ksym.run(["exports", "/dev/fd/0"], input: bytes)
    #expect(pipe.status == 0 && pipe.output == file.output, "\(pipe.errors)")
  }

  @Test("a name table that is cut short while it is checked is trouble, not the end by a signal")
  func cutTable() async throws {
    let names = (0..<200_000).map { "ffffffff81000000 t function_\($0)\n" }.joined()
    let list = try sandbox.scratch.write(Array(names.utf8), to: "map")
    let table = sandbox.scratch.file("names")
    #expect(try await Ksym.run(["table", "build", "-o", table, list]).status == 0)
    async let check = Ksym.run(["table", "check", table])
    try await Task.sleep(for: .milliseconds(5))
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: table))
    try handle.truncate(atOffset: 5000)
    try handle.close()
    let run = try await check
    #expect([0, 2].contains(run.status), "\(run.status) \(run.errors)")
    #expect(run.status == 0 || run.errors.hasPrefix("ksym: \(table): "), "\(run.errors)")
  }
}
