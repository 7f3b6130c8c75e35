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
    let run = try await Ksym.run(
      ["-c", "\(Ksym.path) versions \(module) >/dev/full"], program: "sh")
    #expect(run.status == 2)
    #expect(run.errors.contains("cannot write to standard output"))
  }
}
