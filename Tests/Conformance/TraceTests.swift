import ByteStorage
import TestSupport
import Testing

/// Call traces of real kernels, translated and compared with the kernels they are of.
@Suite("Traces of real kernels", .serialized)
struct TraceTests {
  private func translate(_ arguments: [String], _ text: [UInt8]? = nil) async throws -> Ksym.Run {
    try await Ksym.run(["translate"] + arguments, input: text)
  }

  private static let booted = RealKernel.all.filter { record(of: $0) != nil }

  /// What a kernel printed, booted by Tests/Fixtures/make/traces.sh, as a fixture's name.
  private static func record(of kernel: RealKernel) -> String? {
    let name = "boot-\(kernel.label).txt"
    return DirectoryTree.names(in: Fixture.path("translate")).contains(name) ? name : nil
  }

  @Test(
    "traces belong to the kernel that printed them and to no other", .needsKernels(),
    arguments: booted)
  func boots(_ kernel: RealKernel) async throws {
    let name = try #require(Self.record(of: kernel))
    let text = try Fixture.bytes("translate/\(name)")
    let path = Fixture.path("translate/\(name)")
    let run = try await translate(["--verify", "-k", kernel.root, path])
    try need(
      !run.errors.contains("not of this kernel: release"),
      "the version of \(kernel) that was booted")
    #expect(run.status == 0 && run.errors.isEmpty, "\(kernel): \(run.errors)")
    #expect(run.bytes == (try Fixture.bytes("translate/readable/\(name)")))
    let back = try await translate(["--to", "linkage", "-k", kernel.root], run.bytes)
    #expect(back.bytes == text, "\(kernel): \(back.errors)")
    let another = Self.booted.first { $0.label != kernel.label }
    try need(another != nil, "a second kernel that was booted (make kernels)")
    let other = try #require(another)
    let wrong = try await translate(["--verify", "-k", other.root, path])
    #expect(wrong.status == 1, "\(kernel) by \(other)")
  }

  @Test(
    "traces of the corpus come back byte for byte, except modules that were not given",
    .needsCorpus(with: "backtrace.txt"), arguments: RealCorpus.folders(with: "backtrace.txt"))
  func corpus(_ folder: String) async throws {
    let table = try ScratchDirectory()
    let names = table.file("names")
    #expect(try await Ksym.run(["table", "build", "-o", names, folder]).status == 0)
    for file in DirectoryTree.names(in: folder) where file.hasPrefix("backtrace") {
      let text = try contents(of: "\(folder)/\(file)")
      let there = try await translate(["--verify", "-k", folder, "\(folder)/\(file)"])
      #expect(there.status == 0 && there.errors.isEmpty, "\(file): \(there.errors)")
      let pairs = try await translate(["--keep-linkage", "\(folder)/\(file)"])
      #expect(try await translate(["--to", "linkage"], pairs.bytes).bytes == text)
      #expect(
        try await translate(["--to", "linkage", "--names", names], there.bytes).bytes == text)
      let back = try await translate(["-v", "--to", "linkage", "-k", folder], there.bytes)
      let ending = "]: not found: -k and --names give no such module, or it lacks the name"
      let modules = Set(
        back.errors.split(separator: "\n").filter { $0.hasSuffix(ending) }.compactMap { line in
          line.dropLast(ending.count).split(separator: "[").last.map { "[\($0)]" }
        })
      let lines = String(decoding: back.bytes, as: UTF8.self).split(separator: "\n")
      for (line, own) in zip(lines, String(decoding: text, as: UTF8.self).split(separator: "\n")) {
        #expect(line == own || modules.contains { line.hasSuffix($0) }, "\(file): \(line)")
      }
    }
  }
}
