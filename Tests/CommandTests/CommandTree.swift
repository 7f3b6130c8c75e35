import Foundation
import TestSupport

/// A command as it describes itself to `--experimental-dump-help`.
struct CommandTree: Decodable, Sendable {
  struct Argument: Decodable, Sendable {
    struct Name: Decodable, Sendable {
      let kind: String
      let name: String
    }

    let kind: String
    let abstract: String?
    let names: [Name]?
    let valueName: String?
    let defaultValue: String?
    let allValues: [String]?
    let isOptional: Bool
    let shouldDisplay: Bool

    /// The longest name, as it is typed.
    var spelling: String {
      guard let name = names?.max(by: { $0.name.count < $1.name.count }) else {
        return valueName ?? ""
      }
      return (name.kind == "long" ? "--" : "-") + name.name
    }
  }

  let commandName: String
  let abstract: String?
  let discussion: String?
  let arguments: [Argument]?
  let subcommands: [CommandTree]?

  /// The command and all below, each with the words that call it; without `help`.
  func all(after words: [String] = []) -> [(words: [String], command: CommandTree)] {
    let below = (subcommands ?? []).filter { $0.commandName != "help" }
    return [(words, self)] + below.flatMap { $0.all(after: words + [$0.commandName]) }
  }

  /// What the built command describes.
  static func read() async throws -> CommandTree {
    struct Tool: Decodable { let command: CommandTree }
    let run = try await Ksym.run(["--experimental-dump-help"])
    return try JSONDecoder().decode(Tool.self, from: Data(run.bytes)).command
  }
}
