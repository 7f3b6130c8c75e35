internal import ByteStorage
internal import Kernels

/// Why a file could not be read, or a question not be answered.
public struct KernelSymbolsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What went wrong. More codes may come: have a `default` when you switch over them.
  public struct Code: RawRepresentable, Sendable, Hashable {
    /// The code in kebab case.
    public let rawValue: String

    /// Creates a code.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The file cannot be opened or read.
    public static let unreadable = Code(rawValue: "unreadable")
    /// The file is damaged, or its contents are not what they have to be.
    public static let malformed = Code(rawValue: "malformed")
    /// Nothing at the path belongs to a kernel.
    public static let noKernel = Code(rawValue: "no-kernel")
    /// The kernel's files do not hold the answer.
    public static let notKnown = Code(rawValue: "not-known")
    /// A module cannot be converted as asked.
    public static let notConvertible = Code(rawValue: "not-convertible")
    /// A file cannot be written.
    public static let unwritable = Code(rawValue: "unwritable")
  }

  /// What went wrong.
  public let code: Code
  /// The file; `nil` if the bytes were not read from one.
  public let path: String?
  /// Where in the file, in bytes from its start; `nil` if no place is to blame.
  public let offset: Int?
  /// The error in words.
  public let description: String

  init(_ code: Code, path: String? = nil, offset: Int? = nil, _ description: String) {
    self.code = code
    self.path = path
    self.offset = offset
    self.description = description
  }
}

extension KernelSymbolsError {
  init(_ error: FileError, writing: Bool = false) {
    switch error.cause {
    case .malformed(let cause):
      self.init(.malformed, path: error.path, offset: cause.offset, "\(error)")
    case .damaged: self.init(.malformed, path: error.path, "\(error)")
    default: self.init(writing ? .unwritable : .unreadable, path: error.path, "\(error)")
    }
  }

  init(_ error: KernelError) {
    if let cause = error.cause as? FileError {
      self.init(cause)
    } else {
      let code: Code = error.code == .noKernel ? .noKernel : .notKnown
      self.init(code, path: error.path, "\(error)")
    }
  }
}
