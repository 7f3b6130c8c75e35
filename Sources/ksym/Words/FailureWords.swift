internal import ByteStorage
internal import Kernels
internal import ModuleTrust
internal import VersionConversion

extension Error {
  /// The error in one line, with the option that helps.
  var explained: String {
    let words = (self as? ConversionError)?.words ?? "\(self)"
    return hint.map { "\(words) (\($0))" } ?? words
  }

  private var hint: String? {
    switch self {
    case let error as FileError:
      switch error.cause {
      case .tooLarge: return "--max-size raises it"
      case .malformed(let found): return found.hint
      case .damaged where error.endsWithSignature:
        return "it was signed after it was packed: sign modules first, then pack them"
      default: return nil
      }
    case ParseError(.badMagic, in: "ELF header", at: 0) as ParseError:
      return "neither a module nor another ELF file"
    case let error as KernelError:
      if error.question == .unwinding, error.form == .list || error.form == .dump {
        return "give the kernel's image, and this with --loaded"
      }
      return (error.cause as? FileError)?.hint
    case let error as ConversionError: return error.option
    default: return nil
    }
  }
}

extension FileError {
  /// Whether the file ends as signed modules do.
  fileprivate var endsWithSignature: Bool {
    guard path != "-", let file = try? MappedFile(path) else { return false }
    return SignatureTrailer(ByteSource(file.bytes)) != nil
  }
}
