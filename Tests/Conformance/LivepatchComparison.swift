import Foundation
import TestSupport

/// One kernel's rows about livepatches, and how to ask `ksym livepatch` about them.
struct LivepatchComparison {
  /// The keys of the command's JSON that are compared.
  struct Answer: Decodable {
    let module: String
    let verdict: String
    let errno: String?
    let log: [String]
    let advice: [String]
  }

  /// The directory to which the paths of the rows are relative.
  let directory: String
  /// `-k …` and what else describes the kernel.
  let kernel: [String]

  /// Asks about modules, with others loaded before.
  ///
  /// - Returns: The answers, by path of the module.
  func answers(_ modules: [String], with dependencies: [String]) async throws -> [String: Answer] {
    let run = try await Ksym.run(
      ["livepatch", "--json", "--no-deps"] + kernel
        + dependencies.flatMap { ["--with", "\(directory)/\($0)"] }
        + modules.map { "\(directory)/\($0)" })
    var answers: [String: Answer] = [:]
    for line in run.lines {
      let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
      answers[String(answer.module.dropFirst(directory.utf8.count + 1))] = answer
    }
    return answers
  }

  /// Compares verdict, errno and messages of both stages.
  ///
  /// - Returns: The differences, one description each.
  func differences(_ rows: [VerdictRow]) async throws -> [String] {
    var found: [String] = []
    for (dependencies, members) in Dictionary(grouping: rows, by: \.dependencies) {
      let answers = try await answers(members.map(\.module), with: dependencies)
      for row in members {
        let said = answers[row.module].map {
          "\($0.verdict) \($0.errno ?? "") \($0.log.map(KernelLog.trimmed))"
        }
        let wanted = "\(Self.verdict(row)) \(row.errno) \(Self.log(row))"
        if said != wanted { found.append("\(row.id): \(said ?? "-"), the kernel: \(wanted)") }
      }
    }
    return found
  }

  private static func verdict(_ row: VerdictRow) -> String {
    ["loaded": "applies", "crashed": "crashes"][row.result] ?? row.result
  }

  /// The kernel's lines; of a crash the first, and of a sample those that are not its own.
  private static func log(_ row: VerdictRow) -> [String] {
    if row.result == "crashed" { return Array(row.log.prefix(1)) }
    return row.result == "loaded" ? row.log.filter { $0.hasPrefix("livepatch: ") } : row.log
  }
}
