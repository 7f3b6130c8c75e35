internal import ArgumentParser
internal import ByteStorage
internal import OrderedWork

/// When to colour output.
enum ColourChoice: String, CaseIterable, ExpressibleByArgument {
  case auto, always, never
}

/// Options that every subcommand has.
struct CommonOptions: ParsableArguments {
  @Flag(name: .customLong("json"), help: "Print one JSON object a line (see the manual page).")
  var json = false

  @Option(name: .customLong("color"), help: "Colour: auto (on a terminal), always or never.")
  var colour: ColourChoice = .auto

  @Flag(name: .customLong("no-demangle"), help: "Do not show readable forms of mangled names.")
  var noDemangle = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Number of threads (default: all cores).", valueName: "n"))
  var jobs: Int?

  @Option(
    name: .customLong("max-size"),
    help: ArgumentHelp(
      "Largest file after unpacking, in bytes, or with K, M or G.", valueName: "size"))
  var maximumSize: ByteSize = ByteSize(bytes: FileBuffer.defaultLimit)

  @Flag(name: .shortAndLong, help: "Say on standard error what is done and what was used.")
  var verbose = false

  func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1") }
  }

  /// Threads to use.
  var workers: Int { jobs ?? OrderedWork.processorCount }
}

/// A size on the command line.
struct ByteSize: ExpressibleByArgument {
  let bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    let shifts: [Character: Int] = ["k": 10, "m": 20, "g": 30]
    let last = argument.lowercased().last
    let shift = last.flatMap { shifts[$0] } ?? 0
    let digits = shift == 0 ? Substring(argument) : argument.dropLast()
    guard let number = Int(digits), number > 0, number <= Int.max >> (shift + 1) else { return nil }
    bytes = number << shift
  }

  var defaultValueDescription: String { "\(bytes >> 30)G" }
}
