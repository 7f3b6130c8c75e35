internal import ArchiveFormats
package import ByteStorage
package import Kallsyms

/// Why a kernel cannot be opened, or cannot answer.
package struct KernelError: Error, Sendable {
  /// What is wrong.
  package struct Code: RawRepresentable, Sendable, Hashable {
    /// A word for it.
    package let rawValue: String

    /// A code by its word.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// Nothing at the path is a kernel.
    package static let noKernel = Code(rawValue: "no-kernel")
    /// A file cannot be read, or is damaged.
    package static let unreadable = Code(rawValue: "unreadable")
    /// No file of the kernel has what was asked.
    package static let cannotAnswer = Code(rawValue: "cannot-answer")
  }

  /// What is wrong.
  package let code: Code
  /// The path of the kernel, or of the file that cannot be read.
  package let path: String
  /// What was asked; `nil` if the kernel was not opened.
  package let question: KernelQuestion?
  /// What the file is that cannot answer; `nil` if there is none, or it is a directory.
  package let form: KernelForm?
  /// What is wrong with the file.
  package let cause: (any Error)?

  private init(
    _ code: Code, _ path: String, question: KernelQuestion? = nil, form: KernelForm? = nil,
    cause: (any Error)? = nil
  ) {
    self.code = code
    self.path = path
    self.question = question
    self.form = form
    self.cause = cause
  }

  /// A file that cannot be read.
  package init(_ error: FileError) { self.init(.unreadable, error.path, cause: error) }

  /// A file that is damaged.
  init(_ error: ParseError, in path: String) {
    self.init(FileError(path: path, cause: .malformed(error)))
  }

  /// A path without a kernel.
  static func noKernel(_ path: String, _ form: KernelForm? = nil) -> KernelError {
    KernelError(.noKernel, path, form: form)
  }

  /// A kernel whose files do not have what was asked.
  package static func cannotAnswer(
    _ question: KernelQuestion, _ path: String, _ form: KernelForm? = nil,
    cause: KallsymsError? = nil
  ) -> KernelError {
    KernelError(.cannotAnswer, path, question: question, form: form, cause: cause)
  }
}

extension KernelError: CustomStringConvertible {
  /// The error in one line, with the path.
  package var description: String {
    if let error = cause as? FileError { return "\(error)" }
    if let cause { return "\(path): \(cause)" }
    switch (code, question) {
    case (.noKernel, _):
      switch form {
      case nil:
        let holder = Archives.holds(path) ? "archive" : "directory"
        return "\(path): no kernel image, vmlinux or Module.symvers in this \(holder)"
      case KernelForm.module?: return "\(path): a module, not a kernel"
      case KernelForm.linkedImage?: return "\(path): an ELF file, but not that of a kernel"
      case let form?:
        return "\(path): not a kernel, but a file of another kind (\(form.rawValue))"
      }
    case (_, .symbols?): return "\(path): no symbol table of the kernel"
    case (_, .exports?) where form == .list:
      return "\(path): a list of symbols, which has names, but not what the kernel exports"
    case (_, .exports?) where form == .configuration:
      return "\(path): a configuration, which does not have what the kernel exports"
    case (_, .unwinding?):
      return "\(path): no unwind tables (ORC), as images of x86-64 without frame pointers have"
    case (_, .exports?): return "\(path): what this kernel exports was not found"
    default: return "\(path): nothing is known of this kernel"
    }
  }
}
