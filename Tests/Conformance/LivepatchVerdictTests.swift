import ByteStorage
import TestSupport
import Testing

/// The command's answers to livepatches, against kernels that were booted with them.
@Suite("Livepatch verdicts of the corpus", .serialized)
struct LivepatchVerdictTests {
  private func comparison(_ folder: String) -> LivepatchComparison {
    LivepatchComparison(
      directory: folder,
      kernel: [
        "-k", "\(folder)/bzImage", "--config", "\(folder)/config", "--assume",
        "missing-version=refuse",
      ])
  }

  @Test(
    "verdict, errno and messages are the kernel's, for every recorded livepatch",
    .needsCorpus(with: "verdicts-klp.tsv"))
  func verdicts() async throws {
    for folder in RealCorpus.folders(with: "verdicts-klp.tsv") {
      let rows = try VerdictRow.read("\(folder)/verdicts-klp.tsv").filter {
        $0.module.contains("klp-variants/")
      }
      #expect(rows.count > 30)
      let found = try await comparison(folder).differences(rows)
      #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
    }
  }

  @Test(
    "the samples apply, with the messages of their log", .needsCorpus(with: "verdicts.tsv"))
  func samples() async throws {
    for folder in RealCorpus.folders(with: "verdicts.tsv") {
      let rows = try VerdictRow.read("\(folder)/verdicts.tsv").filter {
        $0.id.hasPrefix("C/livepatch-") && $0.log.contains { $0.contains("enabling patch") }
      }
      let found = try await comparison(folder).differences(rows)
      #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
    }
  }

  @Test(
    "a wrong position that the kernel accepts silently is pointed out",
    .needsCorpus(with: "klp-variants/klp-sympos-t_next-1.ko"))
  func silentPosition() async throws {
    let module = "klp-variants/klp-sympos-t_next-1.ko"
    for folder in RealCorpus.folders(with: module) {
      let answers = try await comparison(folder).answers(
        [module], with: ["modules/livepatch-shadow-mod.ko"])
      let answer = try #require(answers[module])
      #expect(answer.advice.contains { $0.hasPrefix("t_next,1: one of 5; a wrong position") })
    }
  }

  @Test(
    "several kernels give one table",
    .needsCorpus(with: "modules/livepatch-sample.ko", count: 2))
  func table() async throws {
    let folders = RealCorpus.folders(with: "modules/livepatch-sample.ko")
    let first = try #require(folders.first)
    let run = try await Ksym.run(
      ["livepatch", "--assume", "missing-version=refuse", "--no-deps"]
        + folders.flatMap { ["-k", "\($0)/bzImage"] } + ["\(first)/modules/livepatch-sample.ko"])
    #expect(run.status == 1)
    #expect(run.lines.count >= 2)
    #expect(run.output.contains("applies") && run.output.contains("refused"))
  }
}
