import Glibc
import TestSupport
import Testing

/// Modules of a kernel's tree that its own build did not bring.
@Suite("ksym check --out-of-tree")
struct CheckTreeTests {
  private let sandbox: Sandbox
  private let tree = "lib/modules/7.2.0"

  init() throws {
    sandbox = try Sandbox()
    for folder in [
      "", "lib", "lib/modules", tree, "\(tree)/kernel", "\(tree)/updates", "\(tree)/extra",
    ]
    where !folder.isEmpty { sandbox.scratch.makeDirectory(folder) }
    try sandbox.write("\(tree)/kernel/own.ko") { $0.require("nowhere", 1) }
    try sandbox.write("\(tree)/extra/good.ko")
  }

  private func bad() throws -> String {
    try sandbox.write("\(tree)/updates/bad.ko") { $0.require("nowhere", 1) }
  }

  @Test("all modules outside of kernel/ are checked, and no others")
  func outside() async throws {
    let bad = try bad()
    let run = try await sandbox.check("--out-of-tree")
    // A module that is also given by itself is one module.
    let given = try await sandbox.check(
      "--out-of-tree", sandbox.scratch.file("\(tree)/extra/good.ko"))
    #expect(given.lines.count == run.lines.count, "\(given.output)")
    #expect(run.status == 1)
    #expect(run.output.contains(bad) && run.output.contains("extra/good.ko"))
    #expect(!run.output.contains("own.ko"))
    #expect(run.output.contains("2 modules on 7.2.0: 1 load, 1 refused"))
  }

  @Test("with --only-refused nothing is written if all load, else only what does not")
  func onlyRefused() async throws {
    let silent = try await sandbox.check("--out-of-tree", "--only-refused")
    #expect(silent.status == 0 && silent.bytes.isEmpty && silent.errors.isEmpty)
    let bad = try bad()
    let run = try await sandbox.check("--out-of-tree", "--only-refused")
    #expect(run.status == 1)
    #expect(run.output.contains(bad) && !run.output.contains("good.ko"))
    let json = try await sandbox.check("--out-of-tree", "--only-refused", "--json")
    #expect(try objects(json).map { $0["module"] as? String } == [bad])
  }

  @Test("where no module is outside of kernel/, that is said, but not to hooks")
  func none() async throws {
    #expect(unsafe unlink(sandbox.scratch.file("\(tree)/extra/good.ko")) == 0)
    let run = try await sandbox.check("--out-of-tree")
    #expect(run.status == 0 && run.errors.contains("no modules outside of kernel/"))
    for option in ["--only-refused", "--quiet"] {
      let silent = try await sandbox.check("--out-of-tree", option)
      #expect(silent.status == 0 && silent.bytes.isEmpty && silent.errors.isEmpty)
    }
  }

  @Test("of a table of kernels, --only-refused leaves out modules that load on each")
  func table() async throws {
    let bad = try bad()
    let run = try await sandbox.check(
      "-k", sandbox.kernel, "--only-refused", bad, sandbox.scratch.file("\(tree)/extra/good.ko"))
    #expect(run.status == 1)
    #expect(run.output.contains("bad.ko") && !run.output.contains("good.ko"))
    #expect(run.output.contains("=>"), "the reason")
    let silent = try await sandbox.check(
      "-k", sandbox.kernel, "--only-refused", sandbox.scratch.file("\(tree)/extra/good.ko"))
    #expect(silent.status == 0 && silent.bytes.isEmpty)
  }

  @Test("depmod's list gives the modules to read, and the answer stays the same")
  func symbolList() async throws {
    try sandbox.write("\(tree)/extra/user.ko") { $0.require("helper", 7) }
    try sandbox.write("\(tree)/kernel/helper.ko") {
      $0 = Sandbox.module("helper")
      $0.exports = [SampleExport("helper", 7)]
    }
    let whole = try await sandbox.check("--out-of-tree")
    try sandbox.scratch.write(
      Array("# Aliases\nalias symbol:helper helper\n".utf8), to: "\(tree)/modules.symbols")
    let listed = try await sandbox.check("--out-of-tree")
    #expect(whole.status == 0 && listed.status == 0, "\(whole.output)\(listed.output)")
    #expect(whole.output == listed.output)
  }

  @Test("without modules to check the usage is wrong; a kernel without a tree is trouble")
  func nothing() async throws {
    #expect(try await sandbox.check().status == 64)
    let lonely = try Sandbox()
    let run = try await lonely.check("--out-of-tree")
    #expect(run.status == 2 && run.errors.contains("the modules of this kernel were not found"))
  }

  @Test("for GitHub each refused module is one line, and the table goes to the summary")
  func gitHub() async throws {
    let bad = try bad()
    let summary = try sandbox.scratch.write(Array("before\n".utf8), to: "summary")
    let run = try await sandbox.check(
      "--format", "github", bad, sandbox.scratch.file("\(tree)/extra/good.ko"),
      environment: ["GITHUB_STEP_SUMMARY": summary])
    #expect(run.status == 1 && run.lines.count == 1)
    let line = try #require(run.lines.first)
    #expect(line.hasPrefix("::error title=sample on 7.2.0%3A refused::"))
    #expect(line.contains("%0Asample: Unknown symbol nowhere (err -2)"))
    let table = String(decoding: try contents(of: summary), as: UTF8.self)
    #expect(table.hasPrefix("before\n| module | 7.2.0 |\n|---|---|\n"))
    #expect(table.contains("bad.ko` | refused |") && table.contains("good.ko` | loads |"))
    #expect(try await sandbox.check("--format", "github", "--json", bad).status == 64)
    let unwritten = try await sandbox.check(
      "--format", "github", sandbox.scratch.file("\(tree)/extra/good.ko"),
      environment: ["GITHUB_STEP_SUMMARY": "/nonexistent/summary"])
    #expect(unwritten.status == 2 && unwritten.errors.contains("/nonexistent/summary"))
  }

  // GitHub Flavored Markdown, tables: a vertical line ends a cell, also within back-ticks.
  @Test("signs of Markdown in a file's name stay in their cell of the table")
  func markdown() async throws {
    var rows: [String] = []
    for (name, cell) in [
      ("a|b", "a&#124;b.ko</code>"), ("c`<b>&t`", "c&#96;&#60;b&#62;&#38;t&#96;.ko</code>"),
      ("d\\|e", "d&#92;&#124;e.ko</code>"), ("f<b>&*g", "f<b>&*g.ko`"),
    ] {
      try sandbox.write("\(tree)/extra/\(name).ko") { _ in }
      rows.append("\(cell) | loads |")
    }
    let summary = try sandbox.scratch.write([], to: "summary")
    _ = try await sandbox.check(
      "--format", "github", sandbox.scratch.file("\(tree)/extra"),
      environment: ["GITHUB_STEP_SUMMARY": summary])
    let table = String(decoding: try contents(of: summary), as: UTF8.self)
    for row in rows { #expect(table.contains(row), "\(row)\n\(table)") }
  }

  @Test("the name of what is built into the kernel is not that of a missing module")
  func builtIn() async throws {
    let directory = sandbox.scratch.file(tree)
    try sandbox.scratch.write(
      Array("kernel/net/ipv4/tcp_cubic.ko\nkernel/own.ko\n".utf8), to: "\(tree)/modules.builtin")
    let built = "built into the kernel of \(directory): there is nothing to load"
    for name in ["tcp_cubic", "tcp-cubic"] {
      let run = try await sandbox.check(name)
      #expect(run.status == 0 && run.bytes.isEmpty, "\(run.output)")
      #expect(run.errors == "ksym: \(name): \(built)\n")
    }
    let more = try await sandbox.check("tcp_cubic", "nonesuch", "good")
    #expect(more.status == 2 && more.errors.contains("nonesuch: no such file, and no module"))
    #expect(more.output.contains("extra/good.ko"))
    // A module that is there is checked.
    let own = try await sandbox.check("own")
    #expect(own.status == 1 && own.output.contains("kernel/own.ko"))
  }

  @Test("many modules end with their most frequent causes")
  func causes() async throws {
    try sandbox.write("\(tree)/updates/other.ko") { $0.require("nowhere", 1) }
    _ = try bad()
    let run = try await sandbox.check("--out-of-tree")
    #expect(
      run.output.contains("3 modules on 7.2.0: 1 load, 2 refused\n  2 modules: "), "\(run.output)")
    #expect(run.output.contains("  2 modules: nowhere: nobody exports it\n"))
  }

  @Test("with --all symbols are compared after the first refusal, also with modules' exports")
  func all() async throws {
    try sandbox.write("\(tree)/kernel/helper.ko") {
      $0 = Sandbox.module("helper")
      $0.exports = [SampleExport("helper", 7)]
    }
    let module = try sandbox.write("user.ko") {
      $0.basic = [RequiredVersion("module_layout", 1), RequiredVersion("_printk", 2)]
      $0.require("helper", 8)
      $0.require("nowhere", 9)
      $0.setInfo("depends", "helper")
    }
    let first = try await sandbox.check("--json", module)
    let all = try await sandbox.check("--all", "--json", module)
    func names(_ run: Ksym.Run) throws -> [String] {
      let found = try objects(run).first?["symbols"] as? [[String: Any]]
      return (found ?? []).compactMap { $0["name"] as? String }
    }
    #expect(try names(first) == ["module_layout"])
    #expect(try names(all) == ["module_layout", "_printk", "helper", "nowhere"])
    #expect(first.status == 1 && all.status == 1)
  }

  @Test("what depmod says of versions that it does not find is named as false")
  func depmod() async throws {
    let module = try sandbox.write("user.ko") {
      $0.extended = ($0.basic ?? [])
      $0.basic = [RequiredVersion("module_layout", 0x0bad_cafe)]
    }
    let run = try await sandbox.check("--json", module)
    #expect(try objects(run).first?["depmodErrs"] as? [String] == ["_printk"])
    let text = try await sandbox.check("--all", module)
    #expect(text.output.contains("depmod -e -E reports falsely"))
  }
}
