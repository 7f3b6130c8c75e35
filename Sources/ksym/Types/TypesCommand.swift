internal import ArgumentParser

struct TypesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "types",
    abstract: "Show where the version of a symbol comes from: its types.",
    discussion: """
      A version (CRC) is a hash of a type. Other commands read versions; this one computes them.

      Examples:
        ksym types crc --verify Module.symvers build/

      Exit status: 0 the answer is yes; 1 it is no; 2 a file cannot be read.
      """,
    subcommands: [TypesCRCCommand.self])
}
