import Foundation
import TestSupport
import Testing

/// The articles' code: compiled as the program `Snippets`, and run.
@Suite("The code of the library's articles")
struct SnippetTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let articles = root.appending(path: "Sources/KernelSymbols/KernelSymbols.docc")

  /// The program beside the tests.
  private static let program =
    Ksym.path.split(separator: "/", omittingEmptySubsequences: false)
    .dropLast().joined(separator: "/") + "/Snippets"

  /// Runs a snippet in a directory with a kernel, modules, a table and Module.symvers.
  private func run(_ name: String, in scratch: ScratchDirectory) async throws -> Ksym.Run {
    try await Ksym.run([name, scratch.path], program: SnippetTests.program)
  }

  private func makeFiles() async throws -> ScratchDirectory {
    let scratch = try ScratchDirectory()
    var kernel = KernelBuilder(
      exports: [
        SampleExport("_printk", 0x9aec_1234), SampleExport("gpl_thing", 0x22, isGPLOnly: true),
        SampleExport("module_layout", 0x0bad_cafe),
      ])
    kernel.banner = "Linux version 7.2.0 (a@b) (gcc) #1 SMP now"
    try scratch.write(kernel.build(), to: "stub")
    let fixture = SnippetTests.root.appending(path: "Tests/Fixtures/kernels/rust-ext/bzImage")
    try FileManager.default.createSymbolicLink(
      atPath: scratch.file("vmlinuz"), withDestinationPath: fixture.path)
    try scratch.write(Array("CONFIG_MODULES=y\nCONFIG_MODVERSIONS=y\n".utf8), to: "config")
    var module = ModuleBuilder("driver")
    module.basic = [RequiredVersion("module_layout", 0x0bad_cafe)]
    module.require("_printk", 0x9aec_1234)
    try FileManager.default.createDirectory(
      atPath: scratch.file("modules"), withIntermediateDirectories: true)
    for name in ["driver.ko", "driver.ko.xz", "a.ko", "fix.ko", "modules/one.ko"] {
      try scratch.write(module.build(), to: name)
    }
    try scratch.write(
      Array("0x00000022\tgpl_thing\tvmlinux\tEXPORT_SYMBOL_GPL\t\n".utf8), to: "Module.symvers")
    let build = try await Ksym.run(
      ["table", "build", "-o", scratch.file("kernels.names"), scratch.file("vmlinuz")])
    #expect(build.status == 0, "\(build.errors)")
    return scratch
  }

  @Test("compiles, runs, and prints what the comments say")
  func snippets() async throws {
    let scratch = try await makeFiles()
    let names = try await Ksym.run([], program: SnippetTests.program).output
      .split { $0.isWhitespace }
    #expect(names.count == 16)
    for name in names {
      let result = try await run(String(name), in: scratch)
      #expect(result.status == 0, "\(name): \(result.errors)")
    }
    #expect(try await run("loads", in: scratch).output.hasPrefix("refused "))
    #expect(try await run("versions", in: scratch).output.contains("_printk 2599162420 [basic]"))
    #expect(
      try await run("translate", in: scratch).output
        == "RIP: 0010:kernel::print::call_printk+0x10/0x40\n\n")
    #expect(try await run("exports", in: scratch).output == "gpl_thing vmlinux\n")
    #expect(try await run("place", in: scratch).output.contains(" [vmlinux] 1 of "))
    #expect(
      try await run("stream", in: scratch).output.hasPrefix(" init_once+0x10/0x40\n"))
    #expect(try await run("table", in: scratch).output.contains(" true\n"))
    #expect(
      try await run("back", in: scratch).output.contains("5print11call_printk+0x10/0x30"))
    let converted = try await Ksym.run(["versions", "--json", scratch.file("b.ko")])
    #expect(converted.output.contains("extended"))
  }

  @Test("is the code that was compiled, in every article and in the README")
  func articles() throws {
    let source = try String(
      contentsOf: SnippetTests.root.appending(path: "Tests/Snippets/Snippets.swift"),
      encoding: .utf8)
    var compiled: [String: [String]] = [:]
    var current: (article: String, lines: [String])?
    for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
      let text = line.trimmingCharacters(in: .whitespaces)
      if text.hasPrefix("// snippet ") {
        current = (String(text.split(separator: " ")[2]), [])
      } else if text == "// end", let (article, lines) = current {
        compiled[article, default: []].append(lines.joined(separator: "\n"))
        current = nil
      } else {
        current?.lines.append(String(line.dropFirst(4)))
      }
    }
    let files = try FileManager.default.contentsOfDirectory(
      at: SnippetTests.articles, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "md" }
    #expect(files.count == 7)
    for file in files {
      #expect(try blocks(of: file) == compiled[file.lastPathComponent] ?? [], "\(file.path)")
    }
    let all = Set(compiled.values.joined())
    for block in try blocks(of: SnippetTests.root.appending(path: "README.md")) {
      for part in block.components(separatedBy: "\n\n") where !part.hasPrefix("import ") {
        #expect(all.contains(part) || part.hasPrefix(".package"), "README.md: \(part)")
      }
    }
  }

  /// The Swift code of an article.
  private func blocks(of file: URL) throws -> [String] {
    try String(contentsOf: file, encoding: .utf8).components(separatedBy: "```swift\n").dropFirst()
      .compactMap { $0.components(separatedBy: "\n```").first }
  }
}
