internal import ArgumentParser

/// Options that add modules to a kernel's symbols.
struct ModuleSymbolOptions: ParsableArguments {
  @Option(
    name: .customLong("modules"),
    help: ArgumentHelp(
      "Add the symbols of these modules, or of all below a directory.", valueName: "path"),
    completion: .file())
  var paths: [String] = []

  @Flag(
    name: .customLong("with-modules"), help: "Add the symbols of all modules that belong to it.")
  var isWanted = false

  @OptionGroup var jobs: JobsOption
}
