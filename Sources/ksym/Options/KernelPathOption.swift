internal import ArgumentParser

/// `-k` on commands whose arguments are kernels: the same word for a kernel everywhere.
struct KernelPathOption: ParsableArguments {
  @Option(
    name: [.customShort("k", allowingJoined: true), .customLong("kernel")],
    help: ArgumentHelp("A kernel or file, as the arguments are (repeatable).", valueName: "path"),
    completion: .file())
  var kernels: [String] = []

  /// The kernels given by option, then those given as arguments.
  /// Throws `ValidationError` if there are none.
  func paths(and arguments: [String]) throws -> [String] {
    let paths = kernels + arguments
    if paths.isEmpty { throw ValidationError("no kernel or file is given") }
    return paths
  }
}
