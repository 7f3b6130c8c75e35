internal import ArgumentParser

/// Long options that are shortened to the beginning of one name, as getopt_long(3) takes them.
enum ShortenedOptions {
  /// The arguments with such options written out; `nil` if there are none.
  static func writtenOut(
    _ arguments: [String], of root: any ParsableCommand.Type
  ) -> [String]? {
    var command = root
    for word in arguments {
      let subcommands = command.configuration.subcommands
      guard let next = subcommands.first(where: { $0._commandName == word }) else { break }
      command = next
    }
    let names = names(in: root.helpMessage(for: command, columns: 1000))
    var (whole, isOver, hasChanged) = ([String](), false, false)
    for argument in arguments {
      if argument == "--" { isOver = true }
      let start = argument.prefix { $0 != "=" }
      guard !isOver, start.hasPrefix("--"), start.count > 2, !names.contains(String(start)) else {
        whole.append(argument)
        continue
      }
      let meant = names.filter { $0.hasPrefix(start) }
      if meant.count == 1 { hasChanged = true }
      whole.append((meant.count == 1 ? meant[0] : String(start)) + argument.dropFirst(start.count))
    }
    return hasChanged ? whole : nil
  }

  /// The long options that a help text lists: lines as `  -k, --kernel <kernel>  …`.
  private static func names(in help: String) -> [String] {
    var names: [String] = []
    for line in help.split(separator: "\n") where line.hasPrefix("  -") {
      for word in line.dropFirst(2).split(separator: " ", omittingEmptySubsequences: false) {
        if word.isEmpty { break }
        for name in word.split(whereSeparator: { $0 == "," || $0 == "/" })
        where name.hasPrefix("--") && !names.contains(String(name)) {
          names.append(String(name))
        }
      }
    }
    return names
  }
}
