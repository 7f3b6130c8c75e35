import TestSupport
import Testing

@Suite("Usage")
struct UsageTests {
  @Test("help of the command and of every subcommand, with examples and exit statuses")
  func help() async throws {
    let help = try await Ksym.run(["--help"])
    #expect(help.status == 0 && help.errors.isEmpty)
    for name in ["check", "versions", "exports", "names"] {
      #expect(help.output.contains("  \(name)"))
      let run = try await Ksym.run([name, "--help"])
      #expect(run.status == 0)
      #expect(run.output.contains("Examples:") && run.output.contains("Exit status:"))
    }
  }

  @Test("the version is a number")
  func version() async throws {
    let run = try await Ksym.run(["--version"])
    #expect(run.status == 0)
    #expect(run.lines.count == 1 && run.output.first?.isNumber == true)
  }

  @Test(
    "wrong usage is status 64, on standard error",
    arguments: [
      ["nonsense"], ["check"], ["versions"], ["exports"], ["versions", "--nonsense", "a.ko"],
      ["versions", "--format", "nonsense", "a.ko"], ["versions", "--jobs", "0", "a.ko"],
      ["versions", "--max-size", "0", "a.ko"], ["versions", "--max-size", "1X", "a.ko"],
      ["versions", "--max-size", "99999999999999999999G", "a.ko"],
      ["check", "--assume", "nonsense", "a.ko"],
      ["check", "--assume", "missing-version=maybe", "a.ko"],
      ["check", "--color", "pink", "a.ko"], ["names"], ["names", "--top", "-1", "vmlinux"],
      ["table", "build", "vmlinux"], ["table", "merge", "-o", "all.names"],
      ["table", "show", "vfs_read"],
    ])
  func wrong(_ arguments: [String]) async throws {
    let run = try await Ksym.run(arguments)
    #expect(run.status == 64)
    #expect(run.bytes.isEmpty && !run.errors.isEmpty)
  }
}
