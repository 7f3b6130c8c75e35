internal import CGlibcExtras
internal import Glibc
import Subprocess
import SystemPackage

/// The built command.
package enum Ksym {
  /// What a run of the command left.
  package struct Run: Sendable {
    /// The exit status; the negative number of the signal that ended it.
    package let status: Int
    /// Bytes of standard output.
    package let bytes: [UInt8]
    /// Standard error.
    package let errors: String

    /// Standard output as text.
    package var output: String { String(decoding: bytes, as: UTF8.self) }
    /// Lines of standard output.
    package var lines: [String] {
      output.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
    }
  }

  /// Path of the command: `$KSYM_BINARY`, or beside the tests where the build puts it.
  package static let path: String = {
    if let path = environment("KSYM_BINARY") { return path }
    let own = CommandLine.arguments.first ?? ""
    return own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/") + "/ksym"
  }()

  /// Largest output to take, in bytes.
  private static let limit = 1 << 28

  /// Runs the command to its end.
  ///
  /// - Parameters:
  ///   - arguments: Its arguments, without the name.
  ///   - input: Bytes for its standard input; none is an empty input.
  ///   - environment: Variables to add to those of the tests; the locale is one with UTF-8.
  ///   - program: Another program than the command.
  /// - Returns: What it left.
  /// - Throws: What starting a program throws; a bad end of it is not an error.
  package static func run(
    _ arguments: [String], input: [UInt8]? = nil, environment: [String: String] = [:],
    program: String = Ksym.path
  ) async throws -> Run {
    var variables = Environment.inherit
    for (name, value) in ["LC_ALL": "C.UTF-8"].merging(environment, uniquingKeysWith: { $1 }) {
      guard let key = Environment.Key(rawValue: name) else { continue }
      variables = variables.updating([key: value])
    }
    let executable: Executable =
      program.contains("/") ? .path(FilePath(program)) : .name(program)
    let pipe = try filledPipe(input ?? [])
    let result = try await Subprocess.run(
      executable, arguments: Arguments(arguments), environment: variables,
      input: .fileDescriptor(pipe, closeAfterSpawningProcess: true),
      output: .bytes(limit: limit), error: .bytes(limit: limit))
    let status: Int
    switch result.terminationStatus {
    case .exited(let code): status = Int(code)
    case .signaled(let signal): status = -Int(signal)
    }
    return Run(
      status: status, bytes: result.standardOutput,
      errors: String(decoding: result.standardError, as: UTF8.self))
  }

  /// The end of a pipe that holds all of an input.
  ///
  /// A program that ends before it has read its input would kill the tests by SIGPIPE, were they
  /// still writing.
  private static func filledPipe(_ input: [UInt8]) throws -> FileDescriptor {
    var ends: [Int32] = [0, 0]
    // Kept from the other programs that run meanwhile, which would keep it open.
    guard unsafe pipe2(&ends, O_CLOEXEC) == 0,
      input.count <= 1 << 16
        || fcntl(ends[1], ksym_set_pipe_size, Int32(input.count)) >= input.count
    else { throw ScratchError(words: "no pipe for \(input.count) bytes of input") }
    let writer = FileDescriptor(rawValue: ends[1])
    try writer.closeAfter { _ = try writer.writeAll(input) }
    return FileDescriptor(rawValue: ends[0])
  }

  /// Whether a program is on the path.
  package static func hasProgram(_ name: String) -> Bool {
    (environment("PATH") ?? "").split(separator: ":").contains {
      unsafe access("\($0)/\(name)", X_OK) == 0
    }
  }
}
