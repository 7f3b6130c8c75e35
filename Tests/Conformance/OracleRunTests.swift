import ByteStorage
import TestSupport
import Testing

/// Kernels booted for the occasion: by `make oracle`, or here for a short run where qemu is there.
@Suite("Oracle runs", .serialized)
struct OracleRunTests {
  private static let scripts = Fixture.path("../Oracle")

  @Test(
    "what booted kernels said is what ksym check says",
    .enabled(if: environment("KSYM_ORACLE_RESULTS") != nil, "needs make oracle"))
  func givenResults() async throws {
    let folder = try #require(environment("KSYM_ORACLE_RESULTS"))
    for name in DirectoryTree.names(in: folder) where name.hasSuffix(".ask") {
      try await compare(String(name.dropLast(4)), in: folder)
    }
  }

  @Test(
    "a kernel booted now says what ksym check says", .needsKernels("amd64-6.12"),
    .needs("qemu-system-x86_64", "cpio", "gcc", "modinfo"))
  func shortRun() async throws {
    let label = "amd64-6.12"
    let kernel = try #require(RealKernel.all.first { $0.label == label })
    let scratch = try ScratchDirectory()
    let tool =
      Ksym.path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/") + "/oracle-variants"
    let run = try await Ksym.run(
      [kernel.root, "\(scratch.path)/\(label)", tool], environment: ["ORACLE_SHORT": "1"],
      program: "\(Self.scripts)/debian.sh")
    try #require(run.status == 0, "\(run.errors)")
    try scratch.write(Array("-k\n\(kernel.root)\n".utf8), to: "\(label).ask")
    try await compare(label, in: scratch.path)
  }

  private func compare(_ name: String, in folder: String) async throws {
    var buffer = FileBuffer()
    try buffer.open("\(folder)/\(name).ask")
    let options = try buffer.source.all().text.split(separator: "\n").map(String.init)
    let all = try VerdictRow.read("\(folder)/\(name).tsv")
    let rows = all.filter { !UnmodelledRows.contains($0) }
    #expect(rows.count > 20)
    report("\(name): \(rows.count) rows compared, \(all.count - rows.count) not decided statically")
    let comparison = VerdictComparison(
      directory: "\(folder)/\(name)", kernel: options, hidesForceNotices: true,
      knowsTypes: true)
    let found = try await comparison.differences(rows)
    #expect(found.isEmpty, "\(found.count): \(found.prefix(40).joined(separator: "\n"))")
    // Others only call themselves so, or are patched by one.
    let livepatches = rows.filter {
      let file = $0.module.split(separator: "/").last ?? ""
      return $0.flags == 0 && file.hasPrefix("livepatch")
        && !file.hasPrefix("livepatch-shadow-mod")
    }
    guard !livepatches.isEmpty else { return }
    let wrong = try await LivepatchComparison(directory: "\(folder)/\(name)", kernel: options)
      .differences(livepatches)
    report("\(name): \(livepatches.count) livepatches compared in both stages")
    #expect(wrong.isEmpty, "\(wrong.count): \(wrong.prefix(40).joined(separator: "\n"))")
  }
}
