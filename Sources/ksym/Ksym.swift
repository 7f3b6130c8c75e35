// ksym is the command: arguments, formatting, progress and exit codes, one file per subcommand. It
// holds no knowledge of formats or kernels.

internal import ArgumentParser
internal import ByteStorage
internal import Glibc

@main
struct Ksym: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ksym",
    abstract: "The identity of Linux kernel symbols: names, versions, and whether modules load.",
    discussion: """
      Reads modules and kernels as files: nothing is booted, nothing needs root. Modules may be \
      compressed (.gz, .xz, .zst), directories are searched recursively, and - is standard input.

      Exit status: 0 the answer is yes (all load, all found); 1 the answer is no; 2 trouble \
      (unreadable or malformed input, undecided); 64 wrong usage.
      """,
    version: "0.2.0",
    subcommands: [
      CheckCommand.self, CompareCommand.self, DepsCommand.self, GateCommand.self,
      VersionsCommand.self,
      ExportsCommand.self,
      KernelCommand.self,
      SymbolsCommand.self, LookupCommand.self, NamesCommand.self, TableCommand.self,
      KallsymsCommand.self, LivepatchCommand.self, SignatureCommand.self,
      ConvertCommand.self, TranslateCommand.self, TypesCommand.self,
    ])

  static func main() {
    // A reader that goes away ends the command quietly: writing then fails with EPIPE.
    signal(SIGPIPE, SIG_IGN)
    AtomicFile.deferSignals()
    AtomicFile.reportLostAttributes { path, names in
      Terminal.complain("\(path): attributes not kept: \(names.joined(separator: ", "))")
    }
    CutFiles.endProcess(
      before: "ksym: ", after: ": was cut short while it was read\n",
      status: ExitStatus.trouble.rawValue)
    if let argument = ProcessArguments.firstNotText {
      Terminal.complain("\(argument): an argument that is not UTF-8")
      Glibc.exit(ExitStatus.trouble.rawValue)
    }
    let arguments = ProcessArguments.all
    if let tool = DropInTool(program: ProcessArguments.programName, arguments) { tool.run() }
    if GendwarfksymsCommand.names.contains(ProcessArguments.programName) {
      Glibc.exit(GendwarfksymsCommand.run(arguments))
    }
    // Scripts ask for it alone, and need not wait for the commands to be laid out.
    if arguments == ["--version"] { finish(configuration.version) }
    if let unknown = UnknownCommand.find(in: arguments, of: Ksym.self) {
      fail(unknown.words)
    }
    do {
      var command = try parse(arguments)
      if !type(of: command).configuration.subcommands.isEmpty {
        // A group of commands answers nothing by itself.
        fail(helpMessage(for: type(of: command)) + "\n")
      }
      try command.run()
    } catch {
      let message = fullMessage(for: error)
      let code = exitCode(for: error)
      if code.isSuccess { finish(message) }
      var output = OutputBuffer()
      for line in message.split(separator: "\n", omittingEmptySubsequences: false)
      where !message.isEmpty { output.append(plain(String(line)) + "\n") }
      _ = output.write(to: 2)
      Glibc.exit(code.rawValue)
    }
  }

  /// Reads the arguments, whose long options may be shortened.
  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    do { return try parseAsRoot(arguments) } catch {
      guard !exitCode(for: error).isSuccess,
        let whole = ShortenedOptions.writtenOut(arguments, of: Ksym.self),
        let command = try? parseAsRoot(whole)
      else { throw error }
      return command
    }
  }

  /// Ends the command as it was not used rightly.
  private static func fail(_ message: String) -> Never {
    var output = OutputBuffer()
    output.append(message)
    _ = output.write(to: 2)
    Glibc.exit(ExitCode.validationFailure.rawValue)
  }

  /// Ends the command after what was asked for instead of an answer: help, the version, completions.
  private static func finish(_ message: String) -> Never {
    var output = OutputBuffer()
    if !message.isEmpty { output.append(message + "\n") }
    Terminal.write(&output)
    Glibc.exit(ExitStatus.yes.rawValue)
  }
}
