internal import ArgumentParser

struct JSONOption: ParsableArguments {
  @Flag(
    name: .customLong("json"), help: "Print one JSON object a line (keys: Documentation/JSON.md).")
  var isWanted = false
}

struct ColourOption: ParsableArguments {
  enum Choice: String, CaseIterable, ExpressibleByArgument { case auto, always, never }

  @Option(
    name: .customLong("color"),
    help: ArgumentHelp("When to use colour; auto means on a terminal.", valueName: "when"))
  var choice: Choice = .auto

  var terminal: Terminal { Terminal(choice) }
}

struct ReadableOption: ParsableArguments {
  @Flag(name: .customLong("no-demangle"), help: "Do not show readable forms of mangled names.")
  var isUnwanted = false

  var isWanted: Bool { !isUnwanted }
}

struct QuietOption: ParsableArguments {
  @Flag(
    name: [.customShort("q"), .customLong("quiet")],
    help: "Print no answer: the exit status gives it, and standard error what is wrong.")
  var isWanted = false

  /// Keeps answers from standard output from now on.
  func apply() { if isWanted { Terminal.discardAnswers() } }
}
