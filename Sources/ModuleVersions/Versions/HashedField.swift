internal import ByteStorage
internal import SymbolNames

/// A hashed name in the name field of a basic record: the bytes `sha256`, a NUL, the 32 bytes of the
/// digest, zeros.
///
/// - Note: proposed for names that do not fit (message 20240617175818.58219-31), never merged.
enum HashedField {
  /// Bytes of the field in use: 6 + 1 + 32.
  private static let size = 39

  /// Reads a whole name field with its first NUL at `nameLength`; `nil` if it holds no hashed name.
  static func name(in field: RawSpan, nameLength: Int) -> HashedName? {
    guard nameLength == 6, field.starts(with: "sha256"), let digest = field.slice(7..<size),
      !digest.isAllZero, let rest = field.suffix(from: size), rest.isAllZero
    else { return nil }
    return HashedName(digest.characters)
  }

  /// The bytes of the field that are in use for a name.
  static func bytes(for name: RawSpan) -> [UInt8] {
    Array("sha256".utf8) + [0] + HashedName(of: name).bytes
  }
}
