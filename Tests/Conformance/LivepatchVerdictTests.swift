import ByteStorage
import Foundation
import TestSupport
import Testing

/// The command's answers to livepatches, against kernels that were booted with them.
@Suite("Livepatch verdicts of the corpus", .serialized)
struct LivepatchVerdictTests {
  /// The keys of the command's JSON that are compared.
  private struct Answer: Decodable {
    struct Function: Decodable {
      let name: String
      let sympos: Int
      let status: String
    }

    let module: String
    let verdict: String
    let errno: String?
    let log: [String]
    let functions: [Function]
    let advice: [String]
  }

  private func ask(_ folder: String, _ options: [String], _ modules: [String]) async throws
    -> [String: Answer]
  {
    let run = try await Ksym.run(
      [
        "livepatch", "--json", "--no-deps", "-k", "\(folder)/bzImage", "--config",
        "\(folder)/config", "--assume", "missing-version=refuse",
      ] + options + modules)
    var answers: [String: Answer] = [:]
    for line in run.lines {
      let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
      answers[answer.module] = answer
    }
    return answers
  }

  @Test("verdict, errno and messages are the kernel's, for every recorded livepatch")
  func verdicts() async throws {
    for folder in RealCorpus.folders(with: "verdicts-klp.tsv") {
      let rows = try VerdictRow.read("\(folder)/verdicts-klp.tsv").filter {
        $0.module.contains("klp-variants/")
      }
      #expect(!rows.isEmpty)
      let with = Set(rows.map(\.dependencies))
      for dependencies in with {
        let members = rows.filter { $0.dependencies == dependencies }
        let answers = try await ask(
          folder, dependencies.flatMap { ["--with", "\(folder)/\($0)"] },
          members.map { "\(folder)/\($0.module)" })
        for row in members {
          let answer = try #require(answers["\(folder)/\(row.module)"], "\(row.id)")
          #expect(answer.verdict == (row.result == "crashed" ? "crashes" : row.result), "\(row.id)")
          #expect((answer.errno ?? "") == row.errno, "\(row.id)")
          var wanted = row.log.filter { !KernelLog.isTaintNotice($0) }
          if row.result == "crashed" { wanted = Array(wanted.prefix(1)) }
          #expect(answer.log.map(KernelLog.trimmed) == wanted, "\(row.id)")
        }
      }
    }
  }

  @Test("the samples apply, and say of the kernel what their log says")
  func samples() async throws {
    for folder in RealCorpus.folders(with: "verdicts.tsv") {
      let rows = try VerdictRow.read("\(folder)/verdicts.tsv").filter {
        $0.id.hasPrefix("C/livepatch-") && $0.log.contains { $0.contains("enabling patch") }
      }
      let answers = try await ask(folder, [], rows.map { "\(folder)/\($0.module)" })
      for row in rows {
        let answer = try #require(answers["\(folder)/\(row.module)"], "\(row.id)")
        #expect(answer.verdict == "applies", "\(row.id)")
        #expect(answer.log == row.log.filter { $0.hasPrefix("livepatch: ") }, "\(row.id)")
      }
    }
  }

  @Test("a position that applies without a word is pointed out")
  func silentPosition() async throws {
    for folder in RealCorpus.folders(with: "verdicts-klp.tsv") {
      let module = "\(folder)/klp-variants/klp-sympos-t_next-1.ko"
      guard PathKind(module) == .file else { continue }
      let answers = try await ask(
        folder, ["--with", "\(folder)/modules/livepatch-shadow-mod.ko"], [module])
      let answer = try #require(answers[module])
      #expect(answer.advice.contains { $0.hasPrefix("t_next,1: one of 5; a wrong position") })
      #expect(answer.functions.contains { $0.name == "t_show" && $0.sympos == 2 })
    }
  }
}
