internal import ArgumentParser

/// `--json`.
struct JSONOption: ParsableArguments {
  @Flag(
    name: .customLong("json"), help: "Print one JSON object a line (keys: Documentation/JSON.md).")
  var isWanted = false
}

/// `--color`.
struct ColourOption: ParsableArguments {
  /// When to colour output.
  enum Choice: String, CaseIterable, ExpressibleByArgument { case auto, always, never }

  @Option(
    name: .customLong("color"),
    help: ArgumentHelp("When to use colour; auto means on a terminal.", valueName: "when"))
  var choice: Choice = .auto

  /// Where output goes.
  var terminal: Terminal { Terminal(choice) }
}

/// `--no-demangle`.
struct ReadableOption: ParsableArguments {
  @Flag(name: .customLong("no-demangle"), help: "Do not show readable forms of mangled names.")
  var isUnwanted = false

  /// Whether readable forms are shown.
  var isWanted: Bool { !isUnwanted }
}
