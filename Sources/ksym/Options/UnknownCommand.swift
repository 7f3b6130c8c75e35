internal import ArgumentParser

/// A word in the place of a subcommand that no subcommand has for a name.
struct UnknownCommand {
  let word: String
  /// The command before it, as `ksym table`.
  let parent: String
  /// The subcommand that was probably meant.
  let neighbour: String?

  /// Follows subcommands along the arguments.
  /// Returns the first word that names no subcommand; `nil` if there is none.
  static func find(in arguments: [String], of root: any ParsableCommand.Type) -> UnknownCommand? {
    var command = root
    var path = [root._commandName]
    // `help` takes the names of commands.
    for word in arguments.dropFirst(arguments.first == "help" ? 1 : 0) {
      let subcommands = command.configuration.subcommands
      guard !subcommands.isEmpty, !word.hasPrefix("-"), word != "help" else { return nil }
      guard let next = subcommands.first(where: { $0._commandName == word }) else {
        return UnknownCommand(
          word: word, parent: path.joined(separator: " "),
          neighbour: neighbour(of: word, among: subcommands.map { $0._commandName }))
      }
      command = next
      path.append(word)
    }
    return nil
  }

  /// The message, as the argument parser puts its own.
  var words: String {
    let hint = neighbour.map { ". Did you mean '\($0)'?" } ?? ""
    return """
      Error: Unknown command '\(plain(word))'\(hint)
      Usage: \(parent) <subcommand>
        See '\(parent) --help' for more information.

      """
  }

  /// The name that differs least from a word, if that is little.
  static func neighbour(of word: String, among names: [String]) -> String? {
    let letters = Array(word.lowercased().utf8)
    guard letters.count <= 64 else { return nil }
    let distances = names.map { (name: $0, edits: edits(letters, Array($0.utf8))) }
    let nearest = distances.min { $0.edits < $1.edits }
    return nearest.flatMap { $0.edits <= 1 + $0.name.utf8.count / 3 ? $0.name : nil }
  }

  /// Letters to insert, remove, replace or swap with their neighbours until two words are the same.
  private static func edits(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var older: [Int] = []
    var before = Array(0...right.count)
    for (row, letter) in left.enumerated() {
      var line = [row + 1]
      for (column, other) in right.enumerated() {
        var best = min(
          before[column] + (letter == other ? 0 : 1), before[column + 1] + 1, line[column] + 1)
        if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
          best = min(best, older[column - 1] + 1)
        }
        line.append(best)
      }
      (older, before) = (before, line)
    }
    return before[right.count]
  }
}
