import TestSupport
import Testing

@Suite("Hostile input")
struct HostileInputTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test(
    "a directory with what cannot be read: an error for each, the others are answered, status 2",
    arguments: ["check", "versions"])
  func directory(_ command: String) async throws {
    let scratch = sandbox.scratch
    scratch.makeDirectory("d")
    try sandbox.write("d/a.ko")
    try scratch.write([], to: "d/empty.ko")
    try scratch.write(Array("no module".utf8), to: "d/text.ko")
    try scratch.write(
      [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9], to: "d/torn.ko.xz")
    _ = scratch.makeFIFO("d/fifo.ko")
    _ = scratch.makeSocket("d/socket.ko")
    try sandbox.write("d/z.ko")
    let options = command == "check" ? sandbox.kernelOptions : []
    let run = try await Ksym.run([command, "--json"] + options + [scratch.file("d")])
    #expect(run.status == 2)
    for name in ["fifo.ko", "socket.ko", "torn.ko.xz"] {
      let lines = run.errors.split(separator: "\n").filter { $0.contains("/d/\(name): ") }
      #expect(lines.count == 1, "\(name): \(run.errors)")
    }
    let answered = try objects(run).compactMap { $0["module"] as? String }
    #expect(answered.first == scratch.file("d/a.ko") && answered.last == scratch.file("d/z.ko"))
    if command == "versions" {
      #expect(answered.count == 2)
      for name in ["empty.ko", "text.ko"] { #expect(run.errors.contains("/d/\(name): ")) }
    }
  }

  @Test("named files that cannot be read: an error for each")
  func files() async throws {
    let scratch = sandbox.scratch
    let good = try sandbox.write("good.ko")
    // Reading the memory of a process at 0 fails, for everybody.
    let bad = [
      scratch.makeFIFO("fifo"), scratch.makeSocket("socket"), scratch.file("missing"), "/dev/null",
      "/proc/self/mem", scratch.file("good.ko/inside"),
    ]
    let run = try await Ksym.run(["versions", "--format", "modprobe"] + bad + [good])
    #expect(run.status == 2)
    #expect(run.lines.count == 2)
    let lines = run.errors.split(separator: "\n").map(String.init)
    #expect(lines.count == bad.count)
    for (line, path) in zip(lines, bad) { #expect(line.hasPrefix("ksym: \(path): ")) }
  }

  @Test("truncated modules are errors or answers, never traps", arguments: ["check", "versions"])
  func truncated(_ command: String) async throws {
    var module = Sandbox.module()
    module.extended = module.basic
    module.exports = [SampleExport("mine", 1)]
    let whole = module.build()
    sandbox.scratch.makeDirectory("cuts")
    for count in stride(from: 0, to: whole.count, by: 64) {
      let name = String(String(100_000 + count).dropFirst())
      try sandbox.scratch.write(Array(whole.prefix(count)), to: "cuts/\(name).ko")
    }
    let options = command == "check" ? sandbox.kernelOptions : []
    let run = try await Ksym.run([command, "--json"] + options + [sandbox.scratch.file("cuts")])
    #expect(run.status == (command == "check" ? 1 : 2))
    let answers = try objects(run).count
    let errors = run.errors.split(separator: "\n").count
    #expect(answers + errors == (whole.count + 63) / 64)
  }

  @Test(
    "compressed bombs end at --max-size, with little memory",
    arguments: ["gz", "xz", "zst", "bz2", "lz4", "lzma", "lzo"])
  func bombs(_ suffix: String) async throws {
    let bomb = Fixture.path("Streams/bomb.\(suffix)")
    let run = try await Ksym.run(["versions", "--max-size", "1M", bomb])
    #expect(run.status == 2)
    #expect(run.errors.contains("larger than the limit of 1048576 bytes"), "\(run.errors)")
  }

  @Test("a plain file over --max-size is refused as well, and one below is not")
  func large() async throws {
    let module = try sandbox.write("good.ko")
    #expect(try await Ksym.run(["versions", "--max-size", "1000", module]).status == 2)
    #expect(try await Ksym.run(["versions", "--max-size", "1M", module]).status == 0)
  }

  @Test("JSON is escaped so that a real parser reads what the file says")
  func escapes() async throws {
    let name = "q\"b\\s/\n\r\t\u{1}\u{1f}\u{7f}é\u{2028}🦀"
    let path = try sandbox.write("odd \"\n\\.ko") {
      $0.setInfo("name", name)
      $0.require("sym\"bol\\\u{2}", 1)
    }
    for arguments in [["versions", "--json"], ["check", "--json"] + sandbox.kernelOptions] {
      let run = try await Ksym.run(arguments + [path])
      let parsed = try objects(run)
      #expect(parsed.count == 1)
      #expect(parsed.first?["name"] as? String == name)
      #expect(parsed.first?["module"] as? String == path)
      #expect(run.output.contains("sym\\\"bol\\\\\\u0002"))
    }
  }

  @Test("bytes that are not UTF-8 do not break JSON")
  func invalidText() async throws {
    var elf = Sandbox.module().elf()
    elf.sections[1].bytes = [0x6e, 0x61, 0x6d, 0x65, 0x3d, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0]
    elf.sections[1].size = elf.sections[1].bytes.count
    let path = try sandbox.scratch.write(elf.build(), to: "bytes.ko")
    for arguments in [["versions", "--json"], ["check", "--json"] + sandbox.kernelOptions] {
      let run = try await Ksym.run(arguments + [path])
      #expect(try objects(run).count == 1)
    }
  }
}
