internal import ArgumentParser
internal import Livepatching
internal import ModuleLoading

/// Options that say which modules are loaded before the ones asked about.
struct PreloadOptions: ParsableArguments {
  @Option(
    name: .customLong("with"),
    help: ArgumentHelp(
      "A module, or all of a directory or an archive, loaded before (repeatable, in order).",
      valueName: "module"),
    completion: .file(extensions: ["ko", "xz", "zst", "gz"]))
  var with: [String] = []

  @Flag(name: .customLong("no-deps"), help: "Do not take modules of the kernel's tree as loaded.")
  var noDependencies = false

  @OptionGroup var jobs: JobsOption

  /// What to ask of a kernel on which these modules are loaded.
  func request(_ input: InputOptions) -> LoadRequest {
    var request = LoadRequest()
    request.with = with
    request.loadsDependencies = !noDependencies
    request.limit = input.limit
    request.workers = jobs.workers
    return request
  }
}
