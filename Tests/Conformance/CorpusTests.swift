import ByteStorage
import TestSupport
import Testing

/// Real kernels in archives: those of `$KSYM_CORPUS`, or of `../shared/corpus` beside the project.
@Suite("Corpus", .serialized)
struct CorpusTests {
  /// The directory of the archives, or of the unpacked folders; `nil` where it is missing.
  private static let directory: String? = {
    let place = environment("KSYM_CORPUS") ?? Fixture.path("../../../shared/corpus")
    return PathKind(place) == .directory ? place : nil
  }()

  @Test(
    "every row of every kernel's verdicts is answered as the kernel did",
    .enabled(if: directory != nil, "needs the corpus, or KSYM_CORPUS"))
  func verdicts() async throws {
    let directory = try #require(Self.directory)
    let scratch = try ScratchDirectory()
    var place = directory
    if PathKind("\(directory)/unpack") == .file {
      let run = try await Ksym.run([scratch.path], program: "\(directory)/unpack")
      try #require(run.status == 0, "\(run.errors)")
      place = scratch.path
    }
    var count = 0
    for name in DirectoryTree.names(in: place) {
      let folder = "\(place)/\(name)"
      guard PathKind("\(folder)/verdicts.tsv") == .file else { continue }
      count += 1
      let rows = try VerdictRow.read("\(folder)/verdicts.tsv")
      let comparison = VerdictComparison(
        directory: folder,
        kernel: [
          "-k", "\(folder)/bzImage", "--config", "\(folder)/config",
          "--assume", "missing-version=refuse",
        ])
      let found = try await comparison.differences(rows)
      #expect(found.isEmpty, "\(name): \(found.joined(separator: "\n"))")
    }
    #expect(count > 0)
  }
}
