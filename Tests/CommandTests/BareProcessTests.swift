import TestSupport
import Testing

/// What the command does on a machine that lacks what nearly every one has.
@Suite("A bare process")
struct BareProcessTests {
  private static let module = Fixture.path("kernels/rust-ext/modules/crc16.ko")

  /// Runs a shell script with `$K` for the command and `$M` for a module.
  private func run(_ script: String) async throws -> Ksym.Run {
    try await Ksym.run(
      ["-c", script], environment: ["K": Ksym.path, "M": Self.module], program: "sh")
  }

  @Test("help and versions that cannot be written are trouble")
  func fullDevice() async throws {
    for words in [
      "--help", "--version", "check --help", "help", "--generate-completion-script bash",
    ] {
      let run = try await run("\"$K\" \(words) >/dev/full")
      #expect(
        run.status == 2 && run.errors == "ksym: cannot write to standard output\n", "\(words)")
    }
  }

  @Test("works without /proc")
  func noProc() async throws {
    let hides = "unshare -m sh -c 'umount -l /proc && "
    try need(try await run("\(hides) true'").status == 0, "the right to unmount /proc")
    let answer = try await run("\(hides) \"$K\" versions --format modprobe \"$M\"'")
    #expect(answer.status == 0 && answer.output.contains("\tmodule_layout\n"), "\(answer.errors)")
    #expect(try await run("\(hides) \"$K\" --version'").status == 0)
  }

  @Test("keeps its arguments when no file can be opened")
  func noDescriptors() async throws {
    let run = try await run("ulimit -n 4; exec \"$K\" check -k \"$M\" \"$M\"")
    #expect(run.status == 2 && !run.output.contains("OVERVIEW"), "\(run.output)")
  }

  @Test(
    "takes any number of jobs", arguments: ["9223372036854775807", "2305843009213693952", "5000"])
  func jobs(_ count: String) async throws {
    let folder = Fixture.path("kernels/rust-ext/modules")
    let run = try await Ksym.run(["versions", "--format", "symvers", "-j", count, folder])
    #expect(run.status == 0 && run.lines.count > 100)
  }

  @Test("refuses arguments that are not UTF-8 rather than change them")
  func notText() async throws {
    let run = try await run("\"$K\" versions \"$(printf 'b\\377d.ko')\"")
    #expect(run.status == 2 && run.errors == "ksym: b\u{fffd}d.ko: an argument that is not UTF-8\n")
  }

  @Test("shows control characters of names, paths and arguments as text")
  func controls() async throws {
    let scratch = try ScratchDirectory()
    let text = "0x12345678\tk\tvm\u{1b}[1m\tEXPORT_SYMBOL\tNS\u{1b}[31m\n"
    let symvers = try scratch.write(Array(text.utf8), to: "symvers")
    let path = try scratch.write(try contents(of: Self.module), to: "a\n\u{1b}[31m.ko")
    for arguments in [
      ["exports", symvers], ["versions", path], ["versions", scratch.path],
      ["lookup", "--era", "6.\u{1b}[31m", "x"], ["check", "--assume", "release=\u{1b}", "m.ko"],
    ] {
      let run = try await Ksym.run(arguments)
      #expect(!run.bytes.contains(0x1b) && !run.errors.contains("\u{1b}"), "\(arguments)")
    }
  }
}
