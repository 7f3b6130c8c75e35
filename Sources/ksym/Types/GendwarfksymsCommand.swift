internal import ByteStorage
internal import Glibc
internal import Kernels
internal import TypeVersions

/// What runs when the command is called `ksym-gendwarfksyms` or `gendwarfksyms`: the kernel's
/// scripts/gendwarfksyms/gendwarfksyms (6.14), with its options, output and exit status.
enum GendwarfksymsCommand {
  static let names = ["ksym-gendwarfksyms", "gendwarfksyms"]

  private static let usage = """
    Usage: gendwarfksyms [options] objects ... < symbols

    Computes the versions of exported symbols from the debug information of objects, as the program of
    that name in the kernel's tree does.

      -d, --debug            (accepted, without effect)
          --dump-dies        write types as they are walked to standard error
          --dump-die-map     the same
          --dump-types       write the texts of types to standard error
          --dump-versions    write the text of each version to standard error
      -s, --stable           apply kABI rules and conventions
      -T, --symtypes file    write the texts of types and symbols to a file
      -h, --help             show this

    """

  /// Runs, and gives the exit status.
  static func run(_ words: [String]) -> Int32 {
    let arguments: GendwarfksymsArguments
    do throws(GendwarfksymsArguments.Failure) {
      arguments = try GendwarfksymsArguments(words)
    } catch {
      if case .wrong(let problem) = error { write("gendwarfksyms: \(problem)\n") }
      write(usage)
      if case .wantsHelp = error { return 0 }
      return 1
    }
    guard !arguments.objects.isEmpty else {
      write(usage)
      return fail("no objects were given")
    }
    do {
      var input = try TextInput("-", limit: FileBuffer.defaultLimit)
      let list = try input.all()
      let exports = try ExportList(parsing: list.rawSpan)
      return exports.isEmpty ? 0 : try run(arguments, exports)
    } catch let error as TypeVersionsError { return fail(error.words) } catch {
      return fail(error.explained)
    }
  }

  private static func run(
    _ arguments: GendwarfksymsArguments, _ exports: ExportList
  ) throws -> Int32 {
    var run = VersionsRun(exports, arguments.request)
    do {
      let search = DebugFileSearch(limit: FileBuffer.defaultLimit)
      for object in arguments.objects {
        let file = try MappedFile(object)
        try run.add(file, supplement: try search.supplement(of: file, at: object))
      }
    } catch {
      try writeSymtypes(run, arguments)
      writeReports(run)
      throw error
    }
    try writeSymtypes(run, arguments)
    var output = run.finish()
    writeReports(run)
    return output.write(to: 1) ? 0 : 1
  }

  /// Writes the texts so far; the original leaves them, too, where an object cannot be read.
  private static func writeSymtypes(
    _ run: VersionsRun, _ arguments: GendwarfksymsArguments
  ) throws {
    if let path = arguments.symtypes { try AtomicFile.write(run.symtypes.bytes, to: path) }
  }

  private static func writeReports(_ run: VersionsRun) {
    var report = run.dump
    for warning in run.warnings { report.append("warning: gendwarfksyms: \(warning.words)\n") }
    _ = report.write(to: 2)
  }

  private static func fail(_ words: String) -> Int32 {
    write("error: gendwarfksyms: \(words)\n")
    return 1
  }

  private static func write(_ text: String) {
    var output = OutputBuffer()
    output.append(text)
    _ = output.write(to: 2)
  }
}
