internal import ArgumentParser
internal import ByteStorage
internal import KernelComparison
internal import KernelUpdates
internal import ModuleFiles

struct DepsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deps",
    abstract: "Write what packages of kernels and modules provide and require, symbol by symbol.",
    usage: "ksym deps --style <style> --provides|--requires [<files> ...]",
    discussion: """
      Writes the dependencies of rpm packages that scripts of Red Hat and SUSE write, in one process \
      for all files, and with what those leave out: names over 55 bytes and extended versions. Without \
      files, their names are read from standard input, as rpm gives them.

      Examples:
        ksym deps --style redhat --provides driver.ko
        find BUILDROOT -name '*.ko' | ksym deps --style redhat --requires
        ksym deps --style suse --requires --strict driver.ko.zst
        ksym deps --style redhat --provides symvers.gz

      A required symbol is the kernel's, kernel(NAME), if Module.symvers of the kernel that the module was \
      built for (--kernel, else /usr/src/kernels/RELEASE) has it with this version; otherwise it is \
      ksym(NAME).

      Exit status: 0 the dependencies were written; 1 with --strict, some are not known; 2 a file cannot \
      be read, or is of another kind.
      """)

  @Option(help: "Whose form the dependencies have.") var style: DependencyStyle

  @Flag(help: "Write what the files provide.") var provides = false
  @Flag(help: "Write what the files require.") var requires = false

  @Option(
    name: [.customShort("k", allowingJoined: true), .customLong("kernel")],
    help: ArgumentHelp(
      "The kernel that the modules were built for (one only).", valueName: "path"),
    completion: .file())
  var kernels: [String] = []

  private var kernel: String? { kernels.first }

  @Option(
    help: ArgumentHelp(
      "Flavour in SUSE's form (default: the end of the release).", valueName: "name"))
  var flavour: String?

  @Flag(help: "End with status 1 if a module has no versions, or an export the version 0.")
  var strict = false

  @OptionGroup var size: SizeOption

  @Argument(help: "Modules, and Module.symvers files.", completion: .file())
  var files: [String] = []

  func validate() throws {
    guard provides != requires else {
      throw ValidationError(
        provides
          ? "--provides and --requires exclude each other"
          : "one of --provides and --requires is needed")
    }
    if kernels.count > 1 {
      throw ValidationError("modules are built for one kernel: -k is given \(kernels.count) times")
    }
    if flavour != nil, style.style != .suse {
      throw ValidationError("--flavour is for --style suse")
    }
  }

  func run() throws {
    var status = ExitStatus.yes
    var builds = BuildKernels(given: kernel, limit: size.limit)
    var found = PackageDependencies(style.style, flavour: flavour)
    var buffer = FileBuffer(limit: size.limit)
    // What is given for all modules is read first: without it nothing is written.
    if kernel != nil, requires, style.style == .redhat { _ = try builds.kernel("") }
    for path in try names() {
      guard ModulePaths.isModuleName(path) || isSymvers(path) else {
        if !files.isEmpty {
          Terminal.complain(
            PathKind(path) == .missing
              ? "\(path): cannot open: No such file or directory"
              : "\(path): is neither a module (.ko, .ko.gz, …) nor a symvers file by its name")
          status = .trouble
        }
        continue
      }
      do {
        let problems: [PackageDependencies.Problem]
        if isSymvers(path) {
          problems = provides ? found.addProvides(of: try builds.read(path), path: path) : []
        } else {
          try buffer.open(path)
          let module = try ModuleFile(buffer.source)
          if provides {
            problems = try found.addProvides(of: module, path: path)
          } else {
            let release = try PackageDependencies.release(of: module)
            let build = style.style == .suse ? nil : try builds.kernel(release)
            problems = try found.addRequires(of: module, kernel: build)
          }
        }
        if problems.contains(.noFlavour) { status = .trouble }
        for problem in problems { Terminal.complain("\(path): \(problem.words)") }
        if strict, !problems.isEmpty { status = max(status, .no) }
      } catch {
        // One with a status was reported where it arose.
        if !(error is ExitCode) { Terminal.complain(FileFailure(path, error).words) }
        status = .trouble
      }
    }
    if builds.isMissing, strict { status = max(status, .no) }
    var output = OutputBuffer(reserving: 1 << 16)
    found.write(to: &output, areRequires: requires)
    Terminal.writeMachineLines(&output)
    throw ExitCode(status.rawValue)
  }

  /// The files that are given, or that standard input names.
  private func names() throws -> [String] {
    guard files.isEmpty else { return files }
    var buffer = FileBuffer(limit: size.limit)
    do {
      try buffer.open("-")
      return try buffer.source.all().text.split(separator: "\n").map(String.init)
    } catch { throw Terminal.trouble(FileFailure("-", error).words) }
  }

  private func isSymvers(_ path: String) -> Bool {
    (path.split(separator: "/").last ?? "").contains("symvers")
  }
}

/// The style by its name.
struct DependencyStyle: ExpressibleByArgument {
  let style: PackageDependencies.Style

  init?(argument: String) {
    guard let style = PackageDependencies.Style(rawValue: argument) else { return nil }
    self.style = style
  }

  static var allValueStrings: [String] { PackageDependencies.Style.allCases.map(\.rawValue) }
}

extension PackageDependencies.Problem {
  fileprivate var words: String {
    switch self {
    case .noVersions: "has no versions: what it requires is not known"
    case .noVersion(let name): "\(name) has no version"
    case .noFlavour: "nothing names its release: --flavour gives the flavour"
    }
  }
}
