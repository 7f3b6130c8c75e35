package import ByteStorage

/// A hashed name in a basic record: the bytes `sha256`, a NUL, 32 raw digest bytes, zeros.
///
/// - Note: proposed for names that do not fit (message 20240617175818.58219-31), never merged.
package enum HashedName {
  /// Bytes of the field in use: 6 + 1 + 32.
  package static let size = 39

  /// Reads the digest in a name field, or `nil` if the field is no hashed name.
  ///
  /// - Parameters:
  ///   - field: The whole name field.
  ///   - nameLength: Offset of the first NUL.
  /// - Returns: The digest of the name that does not fit.
  static func digest(inField field: RawSpan, nameLength: Int) -> SHA256Digest? {
    guard nameLength == 6, field.starts(with: "sha256"), let digest = field.slice(7..<size),
      !digest.isAllZero, let rest = field.suffix(from: size), rest.isAllZero
    else { return nil }
    return SHA256Digest(digest, at: 0)
  }

  /// The digest that stands for a name: of its bytes, without one leading dot.
  package static func digest(of name: RawSpan) -> SHA256Digest {
    if name.byte(at: 0) == 0x2e, let rest = name.suffix(from: 1) { return SHA256Digest(of: rest) }
    return SHA256Digest(of: name)
  }
}
