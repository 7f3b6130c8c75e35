internal import ByteStorage
internal import Glibc

/// The command lines of suse-kabi-tools and of weak-modules, for scripts that call them: the command under one of their names
/// (a link), or with the name as its first word.
struct DropInTool {
  enum Name: String {
    case ksymvers, ksymtypes
    case weakModules = "weak-modules"
  }

  let name: Name
  let arguments: [String]

  init?(program: String, _ arguments: [String]) {
    if let name = Name(rawValue: program) {
      self.name = name
      self.arguments = arguments
    } else if let name = arguments.first.flatMap({ Name(rawValue: $0) }) {
      self.name = name
      self.arguments = Array(arguments.dropFirst())
    } else {
      return nil
    }
  }

  /// Does the work and ends the process: 0 for no breaking change, 1 for some, 2 for an error; of
  /// weak-modules 1 for an error.
  func run() -> Never {
    do throws(DropInError) {
      let differs =
        switch name {
        case .ksymvers: try KsymversTool(arguments).run()
        case .ksymtypes: try KsymtypesTool(arguments).run()
        case .weakModules: try WeakModulesTool(arguments).run()
        }
      exit((differs ? ExitStatus.no : ExitStatus.yes).rawValue)
    } catch {
      var output = OutputBuffer()
      output.append(plainLines(error.message) + "\n")
      _ = output.write(to: 2)
      exit((name == .weakModules ? ExitStatus.no : ExitStatus.trouble).rawValue)
    }
  }

  /// A message with the control characters of files, which a terminal must not see.
  private func plainLines(_ text: String) -> String {
    guard isatty(2) == 1 else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { plain(String($0)) }
      .joined(separator: "\n")
  }
}

/// An error in the words of those tools.
struct DropInError: Error {
  let message: String

  init(_ message: String) { self.message = message }

  /// Something that could not be done with a file.
  init(_ purpose: String, _ operation: String, _ path: String, _ code: Int32) {
    message = "\(purpose): Failed to \(operation) '\(path)': \(DropInError.words(code))"
  }

  /// An error of the system, as Rust's standard library words it.
  static func words(_ code: Int32) -> String {
    // SAFETY: strerror gives a text that ends with NUL, which is copied at once.
    let text = unsafe String(cString: strerror(code))
    return "\(text) (os error \(code))"
  }
}

/// Words of a command line: options may come after operands, `--` ends them, and nothing is abbreviated.
struct DropInArguments {
  private var rest: ArraySlice<String>
  private var endsOptions = false

  init(_ arguments: some Sequence<String>) { rest = Array(arguments)[...] }

  enum Word {
    case option(String)
    case operand(String)
  }

  mutating func next() -> Word? {
    guard let word = rest.popFirst() else { return nil }
    if endsOptions { return .operand(word) }
    if word == "--" {
      endsOptions = true
      return next()
    }
    return word.hasPrefix("-") ? .option(word) : .operand(word)
  }

  /// The value of an option, if a word is that option.
  mutating func value(
    of word: String, short: String? = nil, long: String
  ) throws(DropInError) -> String? {
    if word.hasPrefix(long + "=") { return String(word.dropFirst(long.count + 1)) }
    if word == long || word == short {
      guard let value = rest.popFirst() else {
        throw DropInError("Missing argument for '\(word)'")
      }
      return value
    }
    if let short, word.hasPrefix(short), !word.hasPrefix("--") {
      return String(word.dropFirst(short.count))
    }
    return nil
  }

  /// Everything that is left.
  var remaining: [String] { Array(rest) }
}

extension DropInTool {
  static func finish(_ text: String) -> Never {
    var output = OutputBuffer()
    output.append(text)
    Terminal.write(&output)
    exit(ExitStatus.yes.rawValue)
  }

  static func showHelp() -> Never {
    finish(
      """
      ksym as the tools of suse-kabi-tools:

        ksymvers [-d] compare [--filter-symbol-list FILE] [-r RULES] [-f TYPE[:FILE]] OLD NEW
        ksymvers [-d] unused-rules -r RULES FILE...
        ksymtypes [-d] consolidate [-j N] -o FILE DIRECTORY
        ksymtypes [-d] split [-j N] -o DIRECTORY FILE
        ksymtypes [-d] compare [-j N] [--filter-symbol-list FILE] [-f TYPE[:FILE]] OLD NEW

      TYPE is null, pretty, short, symbols or mod-symbols. ksym compare --help has more.

      Exit status: 0 no breaking change; 1 breaking changes; 2 an error.

      """)
  }
}
