internal import ByteStorage

/// What an EFI variable such as `db`, `dbx` or `MokListRT` holds: lists of certificates and hashes.
///
/// - Note: security/integrity/platform_certs/efi_parser.c, 7.2.
package struct EFISignatureList: Sendable {
  /// Certificates, DER.
  package private(set) var certificates: [[UInt8]] = []
  /// SHA-256 of files.
  package private(set) var files: [[UInt8]] = []
  /// Hashes of certificates' bodies; a time of revocation after the hash counts as a part of it.
  package private(set) var bodies: [[UInt8]] = []
  /// Where what follows is damaged, in bytes; what was read before counts.
  package private(set) var damagedAt: Int?

  private static let x509: [UInt8] = [
    0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72,
  ]
  private static let sha256: [UInt8] = [
    0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40, 0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28,
  ]
  private static let x509SHA256: [UInt8] = [
    0x92, 0xa4, 0xd2, 0x3b, 0xc0, 0x96, 0x79, 0x40, 0xb4, 0x20, 0xfc, 0xf9, 0x8e, 0xf1, 0x03, 0xed,
  ]

  /// Reads the lists in a variable's data, without its attributes.
  package init(parsing bytes: RawSpan) {
    var start = 0
    while start < bytes.byteCount {
      guard let type = bytes.slice(start..<(start &+ 16))?.array,
        let size = bytes.integer(UInt32.self, at: start &+ 16, .little).map(Int.init),
        let headerSize = bytes.integer(UInt32.self, at: start &+ 20, .little).map(Int.init),
        let entrySize = bytes.integer(UInt32.self, at: start &+ 24, .little).map(Int.init),
        size <= bytes.byteCount &- start, size > 28 &+ headerSize, entrySize >= 16,
        (size &- 28 &- headerSize) % entrySize == 0
      else {
        damagedAt = start
        return
      }
      for entry in stride(from: start &+ 28 &+ headerSize, to: start &+ size, by: entrySize) {
        guard let data = bytes.slice((entry &+ 16)..<(entry &+ entrySize))?.array else { continue }
        switch type {
        case EFISignatureList.x509: certificates.append(data)
        case EFISignatureList.sha256: files.append(data)
        case EFISignatureList.x509SHA256: bodies.append(data)
        default: break
        }
      }
      start &+= size
    }
  }
}
