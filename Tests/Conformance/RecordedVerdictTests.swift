import ByteStorage
import TestSupport
import Testing

/// Verdicts of real kernels that are committed with the tests.
@Suite("Recorded verdicts", .serialized)
struct RecordedVerdictTests {
  private static let rustKernel = [
    "-k", Fixture.path("kernels/rust-ext/bzImage"),
    "--config", Fixture.path("kernels/rust-ext/config"),
    "--assume", "missing-version=refuse",
  ]

  @Test("every row of the committed kernel's verdicts is answered as the kernel did")
  func committedKernel() async throws {
    let rows = try VerdictRow.read(Fixture.path("kernels/rust-ext/verdicts.tsv"))
    #expect(rows.count == 177)
    let scratch = try ScratchDirectory()
    try TarArchive.unpack(Fixture.path("kernels/rust-ext/modules.tar.xz"), into: scratch)
    let comparison = VerdictComparison(directory: scratch.path, kernel: Self.rustKernel)
    let found = try await comparison.differences(rows)
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }

  @Test("modules of the committed folder are answered as the kernel did")
  func committedFiles() async throws {
    let folder = Fixture.path("kernels/rust-ext")
    let there = ["crc16", "rust_minimal", "rust_print", "rnull_mod", "corpus_exp", "corpus_min"]
    let rows = try VerdictRow.read("\(folder)/verdicts.tsv").filter { row in
      there.contains { row.module == "modules/\($0).ko" }
        || ["V/min-ext-crcwrong", "V/imp-ns-none"].contains(row.id)
    }
    #expect(rows.count == 8)
    let comparison = VerdictComparison(directory: folder, kernel: Self.rustKernel)
    let found = try await comparison.differences(rows)
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }

  @Test("damaged modules are answered as the committed kernel did")
  func committedKernelOracle() async throws {
    try await compareOracle("rust-ext", kernel: Self.rustKernel, atLeast: 350)
  }

  @Test(
    "damaged modules are answered as kernels of Debian did",
    arguments: [("debian-5.10", 400), ("debian-6.1", 480), ("debian-6.12", 500), ("debian-7", 300)])
  func debianOracle(_ name: String, _ count: Int) async throws {
    let scratch = try ScratchDirectory()
    try await compareOracle(
      name, kernel: try options(name, in: scratch), atLeast: count)
  }

  /// Folders of kernels of other architectures: `ARCHITECTURE-RELEASE`.
  private static let others = DirectoryTree.names(in: Fixture.path("oracle")).filter {
    $0.contains("-") && !$0.hasPrefix("debian-") && $0 != "rust-ext"
  }

  @Test("damaged modules are answered as kernels of other architectures did", arguments: others)
  func otherArchitectures(_ name: String) async throws {
    #expect(Self.others.count >= 5)
    let scratch = try ScratchDirectory()
    let isOfArm = name.hasPrefix("arm")
    try await compareOracle(
      name, kernel: try options(name, in: scratch), atLeast: isOfArm ? 150 : 60)
  }

  /// A kernel put together from recorded facts.
  private func options(_ name: String, in scratch: ScratchDirectory) throws -> [String] {
    try scratch.write(RecordedKernel.build(name), to: "vmlinux")
    return [
      "-k", scratch.file("vmlinux"), "--config", Fixture.path("oracle/\(name)/config"),
      "--assume", "struct-module-size=\(try RecordedKernel.fact("structure", of: name))",
    ]
  }

  private func compareOracle(_ name: String, kernel: [String], atLeast count: Int) async throws {
    let all = try VerdictRow.read(Fixture.path("oracle/\(name)/rows.tsv.xz"))
    // What kills a kernel is modelled for amd64.
    let isAMD64 = name.hasPrefix("debian-") || name == "rust-ext"
    let rows = all.filter {
      !UnmodelledRows.contains($0) && (isAMD64 || $0.result != "crashed")
    }
    #expect(rows.count >= count)
    report("\(name): \(all.count - rows.count) of \(all.count) rows are not decided statically")
    let scratch = try ScratchDirectory()
    try TarArchive.unpack(Fixture.path("oracle/\(name)/modules.tar.xz"), into: scratch)
    let comparison = VerdictComparison(
      directory: scratch.path, kernel: kernel, hidesForceNotices: true)
    let found = try await comparison.differences(rows)
    #expect(found.isEmpty, "\(found.count): \(found.prefix(40).joined(separator: "\n"))")
  }
}

/// Rows that no reading of the files decides, or that ask for what the command does not model.
enum UnmodelledRows {
  /// The ends of ids: cryptography, bytes after a table or after the file (a last
  /// modinfo value without a NUL runs into whatever memory holds there, which changes from boot to
  /// boot), names of built-in modules, BTF, and a warning whose stack dump is in the log.
  private static let endings = [
    // Handed over as it is, where ksym unpacks it.
    "C/plain-xz",
    "-sig-stale", "-this-builtinname", "-symtab-size0", "-modinfo-nonul", "-duplicate-names",
    // What stubs hold that were not emptied.
    "-arch-nonalloc.stubs", "-arch-note.stubs",
  ]

  /// Parts of lines about values that were in memory, or distances between addresses.
  private static let ofMemory = [
    "elocation target", "(r_type 5,", "can not be addressed by the 32-bit offset",
  ]

  static func contains(_ row: VerdictRow) -> Bool {
    // 8 is not a flag.
    row.flags & ~(64 | 7) != 0 || row.id.hasPrefix("K/")
      || row.id.contains("-btf-")
      || row.log.contains { text in Self.ofMemory.contains { text.contains($0) } }
      || endings.contains { row.id.hasSuffix($0) }
  }
}
