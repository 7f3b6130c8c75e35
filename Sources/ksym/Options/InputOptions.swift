internal import ArgumentParser
internal import ByteStorage
internal import NameTranslation
internal import OrderedWork

struct SizeOption: ParsableArguments {
  @Option(
    name: .customLong("max-size"),
    help: ArgumentHelp(
      "Largest file after unpacking, in bytes, or with K, M or G.", valueName: "size"))
  var maximum = ByteSize(bytes: FileBuffer.defaultLimit)

  var limit: Int { maximum.bytes }
}

struct VerboseOption: ParsableArguments {
  @Flag(
    name: [.customShort("v"), .customLong("verbose")],
    help: "Report on standard error what is done and what was used.")
  var isWanted = false
}

/// What every command that reads kernels or modules takes.
struct InputOptions: ParsableArguments {
  @OptionGroup var size: SizeOption
  @OptionGroup var verbosity: VerboseOption

  /// Largest file after unpacking, in bytes.
  var limit: Int { size.limit }
  var isVerbose: Bool { verbosity.isWanted }
}

struct JobsOption: ParsableArguments {
  @Option(
    name: [.customShort("j", allowingJoined: true), .customLong("jobs")],
    help: ArgumentHelp("Number of threads (default: all cores).", valueName: "n"))
  var jobs: Int?

  func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1") }
  }

  var workers: Int { jobs ?? OrderedWork.processorCount }
}

/// `--names`: files of names.
struct NamesOption: ParsableArguments {
  @Option(
    name: .customLong("names"),
    help: ArgumentHelp(
      "Known names, to find a name by its digest or form (repeatable): a name table, "
        + "Module.symvers, System.map, nm output or a list.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  /// The names of the files that can be read; where one cannot, the status becomes trouble.
  func read(limit: Int, _ status: inout ExitStatus) -> KnownNames {
    var known = KnownNames()
    for path in files where !known.readOrComplain(path, limit: limit) { status = .trouble }
    return known
  }
}

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

  /// The size in the largest unit that gives a whole number.
  var defaultValueDescription: String {
    for (unit, shift) in [("G", 30), ("M", 20), ("K", 10)]
    where bytes != 0 && bytes & (1 << shift - 1) == 0 { return "\(bytes >> shift)\(unit)" }
    return String(bytes)
  }
}

/// Refuses to write a file that is also read.
///
/// - Parameters:
///   - option: The option that names the file, as in `--html`.
///   - path: The file; nothing is refused if it is `nil`, or does not exist.
///   - inputs: The files that are read.
/// - Throws: A validation error that names the input.
func refuseOverwriting(_ option: String, _ path: String?, reading inputs: [String]) throws {
  guard let path, let written = FileIdentity(path),
    let same = inputs.first(where: { FileIdentity($0) == written })
  else { return }
  throw ValidationError("\(option) would overwrite \(same), which is to be read")
}
