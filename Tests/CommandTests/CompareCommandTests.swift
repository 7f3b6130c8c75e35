import TestSupport
import Testing

@Suite("ksym compare")
struct CompareCommandTests {
  private let scratch: ScratchDirectory
  private let old: String
  private let new: String

  init() throws {
    scratch = try ScratchDirectory()
    old = try scratch.write(
      Array(
        """
        0x11111111\talpha\tvmlinux\tEXPORT_SYMBOL\t
        0x22222222\tbeta\tvmlinux\tEXPORT_SYMBOL_GPL\t
        0x33333333\tgamma\tdrivers/net/foo\tEXPORT_SYMBOL_GPL\tFOO
        0x44444444\tdelta\tfs/bar/bar\tEXPORT_SYMBOL\t

        """.utf8), to: "old")
    new = try scratch.write(
      Array(
        """
        0x99999999\talpha\tvmlinux\tEXPORT_SYMBOL_GPL\t
        0x22222222\tbeta\tvmlinux\tEXPORT_SYMBOL\t
        0x66666666\tzeta\tvmlinux\tEXPORT_SYMBOL\t
        0x44444444\tdelta\tfs/other/bar\tEXPORT_SYMBOL\tBAR

        """.utf8), to: "new")
  }

  private func write(_ text: String, to name: String) throws -> String {
    try scratch.write(Array(text.utf8), to: name)
  }

  @Test("the summary comes first, then what breaks modules")
  func text() async throws {
    let run = try await Ksym.run(["compare", old, new])
    #expect(run.status == 1)
    #expect(
      run.lines.first
        == "1 of 3 versions changed; 1 added, 1 removed, 2 of another type, 1 in another namespace, "
        + "1 moved")
    #expect(run.output.contains("removed (1)\n  gamma  EXPORT_SYMBOL_GPL  drivers/net/foo"))
    #expect(try await Ksym.run(["compare", old, old]).status == 0)
    let missing = try await Ksym.run(["compare", old, scratch.file("none")])
    #expect(missing.status == 2 && missing.errors.contains(scratch.file("none")))
  }

  @Test("rules excuse, lists select, and both are converted")
  func rules() async throws {
    let rules = try write("SYMBOL * PASS\nnever PASS\n", to: "rules")
    let run = try await Ksym.run(["compare", "-r", rules, "--unused-rules", old, new])
    #expect(run.status == 0)
    #expect(run.output.contains("\(rules):2: rule is unused: never PASS"))
    let list = try write("0x22222222\tbeta\tvmlinux\tEXPORT_SYMBOL_GPL\n", to: "Module.kabi")
    #expect(try await Ksym.run(["compare", "--list", list, new]).status == 0)
    let converted = try await Ksym.run(["compare", "-r", list, "--convert-rules"])
    #expect(converted.lines == ["beta FAIL", "SYMBOL * PASS"])
    let bad = try await Ksym.run(["compare", "-r", try write("a[b PASS", to: "bad"), old, new])
    #expect(bad.status == 2 && bad.errors.contains("bad:1: "))
  }

  @Test("the formats of ksymvers, with and without its name")
  func ksymvers() async throws {
    let run = try await Ksym.run(["compare", "--format", "ksymvers", old, new])
    #expect(run.status == 1)
    #expect(
      run.output == """
        Export 'zeta' has been added (implicitly tolerated)
        Export 'gamma' has been removed
        Export 'alpha' changed CRC from '0x11111111' to '0x99999999'
        Export 'alpha' changed type from 'EXPORT_SYMBOL' to 'EXPORT_SYMBOL_GPL'
        Export 'beta' changed type from 'EXPORT_SYMBOL_GPL' to 'EXPORT_SYMBOL' (implicitly tolerated)

        """)
    let output = scratch.file("output")
    let tool = [
      "ksymvers", "compare", "-f", "mod-symbols", "-f", "short:\(output)", old, "--", new,
    ]
    let other = try await Ksym.run(tool)
    #expect(other.status == 1 && other.output == "alpha\n" && other.errors.isEmpty)
    let written = try await Ksym.run(["-c", "cat \(output)"], program: "sh")
    #expect(
      written.lines.last
        == "Changes tolerated by rules: '0' additions, '0' removals, '0' modifications")
    let unused = try await Ksym.run([
      "ksymvers", "unused-rules", "-r", try write("a PASS", to: "r"), old,
    ])
    #expect(
      unused.output == "\(scratch.file("r")):1: WARNING: Severity rule 'SYMBOL a PASS' is unused\n")
  }

  @Test(
    "errors of ksymvers have its words and status 2",
    arguments: [
      ([], "No command specified\n"), (["--what"], "Unrecognized global option '--what'\n"),
      (["merge"], "Unrecognized command 'merge'\n"),
      (["compare", "a"], "The second compare source is missing\n"),
      (["compare", "a", "b", "c"], "Excess compare argument 'c' specified\n"),
      (["compare", "--form=null", "a", "b"], "Unrecognized compare option '--form=null'\n"),
      (["compare", "-f"], "Missing argument for '-f'\n"),
      (["compare", "-f=null", "a", "b"], "Unrecognized format '=null'\n"),
      (["unused-rules", "-r", "r"], "No symvers file is specified\n"),
      (
        ["compare", "/nowhere", "b"],
        "Failed to read symvers from '/nowhere': Failed to open the file '/nowhere': "
          + "No such file or directory (os error 2)\n"
      ),
    ])
  func errors(_ arguments: [String], _ message: String) async throws {
    let run = try await Ksym.run(["ksymvers"] + arguments)
    #expect(run.status == 2 && run.errors == message && run.output.isEmpty)
  }

  @Test("a broken line is shown with its file and number")
  func brokenLine() async throws {
    let file = try write("0x1 a v EXPORT_SYMBOL\n\t \n", to: "broken")
    let run = try await Ksym.run(["ksymvers", "compare", file, old])
    #expect(
      run.errors
        == "Failed to read symvers from '\(file)': The export does not specify a CRC\n \(file):2\n | \t \n"
    )
  }
}
