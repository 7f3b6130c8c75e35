internal import CGlibcExtras
internal import Glibc

/// The arguments with which the process was started, without its name.
package enum ProcessArguments {
  /// The name by which the process was started, without directories.
  package static var programName: String {
    guard let text = unsafe ksym_argument(0) else { return "" }
    // SAFETY: the C library gives arguments that end with NUL, and live as long as the process.
    let path = unsafe String(cString: text)
    return path.split(separator: "/").last.map(String.init) ?? ""
  }

  /// The arguments as text; what is not UTF-8 in them is replaced.
  package static var all: [String] { raw.map { String(decoding: $0, as: UTF8.self) } }

  /// The first argument that is not UTF-8, as text with replacements; `nil` if all are.
  package static var firstNotText: String? {
    raw.first { String(validating: $0, as: UTF8.self) == nil }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// The bytes of the arguments, which may be any but NUL.
  private static var raw: [[UInt8]] {
    (1..<max(1, ksym_argument_count())).compactMap { index in
      guard let text = unsafe ksym_argument(index) else { return nil }
      // SAFETY: the C library gives arguments that end with NUL, and live as long as the process.
      let bytes = unsafe UnsafeRawBufferPointer(start: text, count: strlen(text))
      return unsafe Array(bytes)
    }
  }
}
