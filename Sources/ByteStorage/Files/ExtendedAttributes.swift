internal import CGlibcExtras
internal import Glibc

/// Extended attributes of files: access lists, security labels, those of users.
package enum ExtendedAttributes {
  /// Attributes that certify the bytes of the old file.
  private static let certificates: Set<String> = ["security.ima", "security.evm"]
  /// The longest list of names, and the longest value, that Linux has (XATTR_LIST_MAX, XATTR_SIZE_MAX).
  private static let largest = 65_536

  /// Copies the attributes of a file to an open one.
  ///
  /// - Returns: The names of those that could not be kept.
  static func copy(from path: String, to file: Int32) -> [String] {
    var lost: [String] = []
    for name in names(of: path) {
      guard !certificates.contains(name), let value = value(of: name, path) else {
        lost.append(name)
        continue
      }
      let isKept = unsafe value.withUnsafeBytes { bytes in
        unsafe ksym_fsetxattr(file, name, bytes.baseAddress, bytes.count) == 0
      }
      if !isKept { lost.append(name) }
    }
    return lost
  }

  private static func names(of path: String) -> [String] {
    var list = [UInt8](repeating: 0, count: largest)
    // SAFETY: writes at most the size of the list.
    let size = unsafe list.withUnsafeMutableBytes {
      unsafe ksym_listxattr(path, $0.baseAddress, $0.count)
    }
    guard size > 0 else { return [] }
    return list[..<size].split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The value of an attribute; `nil` if the file does not have it, or there is no such file.
  package static func value(of name: String, _ path: String) -> [UInt8]? {
    var value = [UInt8](repeating: 0, count: largest)
    // SAFETY: writes at most the size of the value.
    let size = unsafe value.withUnsafeMutableBytes {
      unsafe ksym_getxattr(path, name, $0.baseAddress, $0.count)
    }
    return size < 0 ? nil : Array(value[..<size])
  }
}
