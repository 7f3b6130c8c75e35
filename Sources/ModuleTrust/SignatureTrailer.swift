package import ByteStorage

/// What is appended to a signed module: the signature, a 12-byte structure and a marker.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | algo (0) |
/// | 1 | 1 | hash (0) |
/// | 2 | 1 | id_type (2: PKCS#7) |
/// | 3 | 1 | signer_len (0) |
/// | 4 | 1 | key_id_len (0) |
/// | 5 | 3 | padding (0) |
/// | 8 | 4 | sig_len, big-endian |
///
/// - Note: `struct module_signature`, include/linux/module_signature.h; kernel/module_signature.c.
package struct SignatureTrailer: Sendable, Hashable {
  /// The last 28 bytes of a signed module.
  package static let marker: StaticString = "~Module signature appended~\n"
  /// Size of the structure in bytes.
  package static let structureSize = 12

  /// `id_type`: 2 is PKCS#7, 1 the form of 3.7 to 4.2.
  package let idType: UInt8
  /// `signer_len` and `key_id_len`: bytes before the signature itself, of type 1.
  package let lengthBeforeSignature: Int
  /// Whether all fields but `id_type` and `sig_len` are zero, as PKCS#7 requires.
  package let hasZeroParameters: Bool
  /// `sig_len`: size of the signature in bytes.
  package let signatureLength: UInt32
  /// Size of the file before the marker, in bytes.
  package let lengthBeforeMarker: Int

  /// Looks for the marker at the end of a file; `nil` if it is unsigned. If there is no room for
  /// the structure before the marker, its fields are zero.
  package init?(_ source: ByteSource) {
    let markerSize = SignatureTrailer.marker.utf8CodeUnitCount
    guard source.count > markerSize,
      let end = try? source.bytes((source.count - markerSize)..<source.count, in: "signature"),
      end.equals(SignatureTrailer.marker)
    else { return nil }
    lengthBeforeMarker = source.count - markerSize
    let start = max(0, lengthBeforeMarker - SignatureTrailer.structureSize)
    let bytes: RawSpan
    if let span = try? source.bytes(start..<lengthBeforeMarker, in: "signature") {
      bytes = span
    } else {
      bytes = RawSpan()
    }
    idType = bytes.byte(at: 2) ?? 0
    let parameters = (bytes.integer(UInt64.self, at: 0, .big) ?? 0) & ~(0xff << 40)
    hasZeroParameters = parameters == 0
    let lengths = [bytes.byte(at: 3), bytes.byte(at: 4)].map { Int($0 ?? 0) }
    lengthBeforeSignature = idType == 1 ? lengths[0] + lengths[1] : 0
    signatureLength = bytes.integer(UInt32.self, at: 8, .big) ?? 0
  }

  /// Size of the module before the signature, in bytes; `nil` if there is no room for one.
  package var contentLength: Int? {
    let start = lengthBeforeMarker - SignatureTrailer.structureSize
    return start > Int(signatureLength) ? start - Int(signatureLength) : nil
  }
}
