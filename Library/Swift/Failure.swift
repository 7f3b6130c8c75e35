internal import ByteStorage
internal import CKsym
internal import Kernels

/// Why a function gives no answer: the status that it returns, and the words for `ksym_error()`.
struct Failure: Error {
  let status: ksym_status
  let words: String

  init(_ status: ksym_status, _ words: String) {
    self.status = status
    self.words = words
  }

  init(_ error: FileError) { self.init(Failure.status(of: error), "\(error)") }

  init(_ error: KernelError) {
    if let cause = error.cause as? FileError {
      self.init(cause)
    } else {
      self.init(error.code == .noKernel ? KSYM_UNKNOWN_FORMAT : KSYM_UNSUPPORTED, "\(error)")
    }
  }

  init(_ error: ParseError, in path: String) {
    self.init(FileError(path: path, cause: .malformed(error)))
  }

  /// An argument that no call may have.
  static func argument(_ words: String) -> Failure { Failure(KSYM_BAD_ARGUMENT, words) }

  /// The words that `ksym_error()` gives to this thread from now on.
  func keep() {
    var words = words
    words.withUTF8 { bytes in
      // SAFETY: copies the bytes.
      unsafe bytes.withMemoryRebound(to: CChar.self) {
        unsafe ksym_error_set($0.baseAddress, $0.count)
      }
    }
  }

  private static func status(of error: FileError) -> ksym_status {
    switch error.cause {
    case .system(_, let errno): return errno > 0 && errno < 256 ? -errno : -5
    case .tooLarge: return -27
    case .damaged: return KSYM_DAMAGED
    case .notRegular, .notSuitable: return KSYM_UNKNOWN_FORMAT
    case .malformed(let error):
      switch error.reason {
      case .badMagic: return KSYM_UNKNOWN_FORMAT
      case .unsupported: return KSYM_UNSUPPORTED
      default: return KSYM_DAMAGED
      }
    }
  }
}

/// Does what a function is called for; keeps the words of its failure.
func attempt(_ body: () throws(Failure) -> ksym_status) -> ksym_status {
  do throws(Failure) { return try body() } catch {
    error.keep()
    return error.status
  }
}

/// As ``attempt(_:)``, for functions that give something else; `other` if they fail.
func attempt<Answer>(or other: Answer, _ body: () throws(Failure) -> Answer) -> Answer {
  do throws(Failure) { return try body() } catch {
    error.keep()
    return other
  }
}

/// See ksym.h.
@c @implementation public func ksym_abi() -> UInt32 { 1 }

/// Text that lives as long as the process.
enum Constants {
  static let empty = CText("")
}
