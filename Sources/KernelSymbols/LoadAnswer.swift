/// What a kernel makes of a module or a livepatch.
public struct LoadAnswer: Sendable {
  /// The verdict. More may come.
  public struct Verdict: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The verdict in kebab case.
    public let rawValue: String

    /// Creates a verdict.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The kernel loads it.
    public static let loads = Verdict(rawValue: "loads")
    /// The kernel loads the livepatch, and it is enabled.
    public static let applies = Verdict(rawValue: "applies")
    /// The kernel refuses it.
    public static let refused = Verdict(rawValue: "refused")
    /// The kernel loads the livepatch, and its init returns an error.
    public static let initFailed = Verdict(rawValue: "init-failed")
    /// The files do not decide it.
    public static let undecided = Verdict(rawValue: "undecided")
    /// The module cannot be read; ``LoadAnswer/error`` says why.
    public static let unreadable = Verdict(rawValue: "unreadable")

    /// The verdict in kebab case.
    public var description: String { rawValue }
  }

  /// An error number that loading a module returns.
  public struct Errno: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The number; 0 for none.
    public let rawValue: Int32

    /// Creates an error number.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// No error.
    public static let none = Errno(rawValue: 0)

    /// The name, such as `ENOEXEC`.
    public var description: String { name }
  }

  /// A code and what it is about: a likely cause, an assumption, or advice.
  ///
  /// `ksym check --json` prints the same codes; Documentation/JSON.md lists them.
  public struct Reason: Sendable, Hashable, CustomStringConvertible {
    /// The code in kebab case.
    public let code: String
    /// What it is about, by the name of the detail: `symbol`, `owner`, `module`, `kernel`, `key` …
    public let details: [String: String]

    /// The code with its details, in the order of their names.
    public var description: String {
      ([code] + details.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        .joined(separator: " ")
    }
  }

  /// A symbol that the load fails on.
  public struct Problem: Sendable, Hashable {
    /// The symbol.
    public let name: SymbolName
    /// What is wrong: `crc`, `missing`, `gpl-only`, `namespace` …
    public let kind: String
    /// The version that the module requires, if it has one.
    public let required: UInt64?
    /// The version of the export, if there is one.
    public let provided: UInt32?
    /// Who exports the symbol.
    public let owner: String?
  }

  /// The path of the module.
  public let path: String
  /// The module's name; empty if it cannot be read.
  public internal(set) var name = ""
  /// The verdict.
  public internal(set) var verdict = Verdict.unreadable
  /// The error number of a refusal.
  public internal(set) var errno: Errno?
  /// The lines that the kernel logs, in order.
  public internal(set) var log: [String] = []
  /// Symbols that the load fails on.
  public internal(set) var problems: [Problem] = []
  /// Likely causes.
  public internal(set) var causes: [Reason] = []
  /// What had to be assumed.
  public internal(set) var assumed: [Reason] = []
  /// What the author of a livepatch should know.
  public internal(set) var advice: [Reason] = []
  /// Why the module cannot be read.
  public internal(set) var error: KernelSymbolsError?

  init(path: String) { self.path = path }
}
