import ArgumentParser

/// The `ksym` command.
@main
struct Ksym: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ksym",
    abstract: "The identity of Linux kernel symbols: names, versions, and whether modules load.",
    version: "0.1.0")
}
