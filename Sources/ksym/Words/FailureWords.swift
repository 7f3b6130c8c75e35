internal import ByteStorage
internal import Kernels
internal import VersionConversion

extension Error {
  /// The error in one line, with the option that helps.
  var explained: String { hint.map { "\(self) (\($0))" } ?? "\(self)" }

  private var hint: String? {
    switch self {
    case let error as FileError:
      if case .tooLarge = error.cause { return "--max-size raises it" }
      return nil
    case let error as KernelError: return (error.cause as? FileError)?.hint
    case let error as ConversionError: return error.option
    default: return nil
    }
  }
}

extension ConversionError {
  /// The option that helps, with what it does.
  fileprivate var option: String? {
    switch self {
    case .tablesDisagree: "ksym versions shows how; --crcs determines the right ones"
    case .noVersions: "--crcs with --add-missing makes one"
    case .missingStructure, .missingFunction: "--like gives a module that has it"
    default: nil
    }
  }
}
