import TestSupport
import Testing

@Suite("Terminals and pipes")
struct TerminalTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// What begins a foreground colour.
  private static let escape = "\u{1b}[3"

  @Test("output to a file has no colour, --color always has")
  func files() async throws {
    let module = try sandbox.write("good.ko")
    #expect(try await !sandbox.check(module).output.contains(Self.escape))
    #expect(try await sandbox.check("--color", "always", module).output.contains(Self.escape))
    #expect(try await !sandbox.check("--color", "never", module).output.contains(Self.escape))
  }

  @Test("columns are aligned as a terminal shows them, whatever the characters and colours")
  func columns() async throws {
    // Two columns each, none for a combining accent, one each for letters.
    let folder = sandbox.scratch.makeDirectory("m")
    for name in ["plain1", "中文", "e\u{301}a"] { try sandbox.write("m/\(name).ko") }
    let other = try sandbox.scratch.write(contents(of: sandbox.kernel), to: "other")
    for colour in ["never", "always"] {
      let run = try await sandbox.check("-k", other, "--color", colour, folder)
      // A path as wide as plain1.ko is followed by two blanks; narrower ones by more.
      for (name, blanks) in [("plain1", 2), ("中文", 4), ("e\u{301}a", 6)] {
        let line = try #require(run.lines.first { $0.contains("/\(name).ko ") })
        let rest = try #require(line.split(separator: ".ko", maxSplits: 1).last)
        #expect(rest.prefix { $0 == " " }.count == blanks, "\(line)")
      }
    }
  }

  @Test("output to a terminal has colour, unless NO_COLOR or TERM=dumb", .needs("script"))
  func terminal() async throws {
    let module = try sandbox.write("good.ko")
    let words = [Ksym.path, "check"] + sandbox.kernelOptions + [module]
    let command = words.map { "'\($0)'" }.joined(separator: " ")
    // An empty NO_COLOR counts as none; swift test sets it for those it starts.
    for (environment, isColoured) in [
      (["TERM": "xterm", "NO_COLOR": ""], true), (["TERM": "xterm", "NO_COLOR": "1"], false),
      (["TERM": "dumb", "NO_COLOR": ""], false),
    ] {
      let run = try await Ksym.run(
        ["-qec", command, "/dev/null"], environment: environment, program: "script")
      #expect(run.status == 0)
      #expect(run.output.contains("loads"))
      #expect(run.output.contains(Self.escape) == isColoured, "\(environment) \(run.output)")
    }
  }

  @Test(
    "no control character of a file reaches a terminal, in any format; pipes get the bytes",
    .needs("script"))
  func controls() async throws {
    let wild: [UInt8] = [0x1b, 0x5b, 0x33, 0x31, 0x6d, 0xc2, 0x9b, 0x9b, 0xff, 0x07]
    let table = try sandbox.scratch.write(
      Array("0x12345678\tk\tvmlinux\tEXPORT_SYMBOL\tNS".utf8) + wild + [0x0a], to: "a.symvers")
    let text = try sandbox.scratch.write(
      Array("\u{1b}[31m_RNvC1a1b\u{1b}[0m ".utf8) + [0x1b, 0x63] + wild.dropFirst(5) + [0x0a],
      to: "t")
    let config = try sandbox.scratch.write(
      Array("CONFIG_LOCALVERSION=\"".utf8) + wild + Array("\"\n".utf8), to: "x.config")
    let long = [UInt8](repeating: 0x61, count: 600)
    let map = try sandbox.scratch.write(
      Array("1000 T n".utf8) + wild + Array("\n2000 T ".utf8) + long + wild + [0x0a], to: "map")
    for words in [
      ["exports", table], ["exports", "--format", "symvers", table], ["exports", "--json", table],
      ["translate", text], ["kernel", "--show-config", config],
      ["kallsyms", "encode", "--all-symbols", map],
    ] {
      let command = ([Ksym.path] + words).map { "'\($0)'" }.joined(separator: " ")
      let run = try await Ksym.run(
        ["-qec", command, "/dev/null"], environment: ["TERM": "dumb"], program: "script")
      #expect(run.status == 0)
      // What is left of escapes is colour: of the text, or the command's own.
      let rest = run.output.replacing(/\u{1b}\[[0-9;]*m/, with: "")
      #expect(words[0] == "translate" || !run.output.contains("\u{1b}[31m"), "\(words)")
      #expect(
        !rest.unicodeScalars.contains { $0.value < 0x20 && !"\r\n\t".unicodeScalars.contains($0) })
      #expect(!rest.unicodeScalars.contains { (0x7f..<0xa0).contains($0.value) }, "\(words)")
      #expect(!run.bytes.contains(0xff) && !run.bytes.contains(0x07), "\(words)")
    }
    let pipe = try await Ksym.run(["translate", text])
    #expect(pipe.bytes.suffix(6) == [0xc2, 0x9b, 0x9b, 0xff, 0x07, 0x0a])
  }

  @Test("a reader that goes away ends the command quietly")
  func brokenPipe() async throws {
    sandbox.scratch.makeDirectory("many")
    for number in 0..<40 {
      try sandbox.write("many/\(number).ko") { module in
        for symbol in 0..<100 { module.require("symbol_number_\(symbol)", UInt64(symbol)) }
      }
    }
    let status = sandbox.scratch.file("status")
    for arguments in ["versions", "check \(sandbox.kernelOptions.joined(separator: " "))"] {
      let run = try await Ksym.run(
        [
          "-c",
          "{ \(Ksym.path) \(arguments) --json \(sandbox.scratch.file("many")); echo $? >\(status); } | :",
        ], program: "sh")
      #expect(run.errors.isEmpty)
      #expect(String(decoding: try contents(of: status), as: UTF8.self) == "0\n")
    }
  }

  @Test("a full disk is trouble")
  func fullDisk() async throws {
    let module = try sandbox.write("good.ko")
    for command in ["versions", "signature"] {
      let run = try await Ksym.run(
        ["-c", "\(Ksym.path) \(command) \(module) >/dev/full"], program: "sh")
      #expect(run.status == 2)
      #expect(run.errors.contains("cannot write to standard output"))
    }
  }
}
