internal import ByteStorage
internal import CCrypto

/// A file with certificates.
package enum CertificateFile {
  private static let begin: StaticString = "-----BEGIN CERTIFICATE-----"
  private static let end: StaticString = "-----END CERTIFICATE-----"

  /// The certificates in DER, PEM, or an EFI signature list; none if it is none of these.
  package static func certificates(in bytes: RawSpan) -> [[UInt8]] {
    if bytes.firstRange(of: begin) != nil { return texts(bytes) }
    if bytes.integer(UInt16.self, at: 0, .big) == 0x3082 { return row(bytes) }
    let list = EFISignatureList(parsing: bytes)
    if !list.certificates.isEmpty { return list.certificates }
    // The attributes of a variable come first.
    guard let data = bytes.suffix(from: 4) else { return [] }
    return EFISignatureList(parsing: data).certificates
  }

  /// A certificate as text (PEM).
  package static func text(of certificate: [UInt8]) -> String {
    var characters = [UInt8](repeating: 0, count: (certificate.count + 2) / 3 * 4 + 1)
    // SAFETY: base64 has four characters for three bytes, and a NUL.
    let count = unsafe EVP_EncodeBlock(&characters, certificate, Int32(clamping: certificate.count))
    var lines = ["\(begin)"]
    for start in stride(from: 0, to: Int(count), by: 64) {
      lines.append(
        String(decoding: characters[start..<min(start + 64, Int(count))], as: UTF8.self))
    }
    return (lines + ["\(end)", ""]).joined(separator: "\n")
  }

  private static func row(_ bytes: RawSpan) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var offset = 0
    while bytes.integer(UInt16.self, at: offset, .big) == 0x3082,
      let length = bytes.integer(UInt16.self, at: offset &+ 2, .big),
      let certificate = bytes.slice(offset..<(offset &+ 4 &+ Int(length)))
    {
      found.append(certificate.array)
      offset &+= certificate.byteCount
    }
    return found
  }

  private static func texts(_ bytes: RawSpan) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var offset = 0
    while let start = bytes.firstRange(of: begin, from: offset),
      case let first = start &+ begin.utf8CodeUnitCount,
      let stop = bytes.firstRange(of: end, from: first), let text = bytes.slice(first..<stop)
    {
      found.append(decoded(text))
      offset = stop
    }
    return found
  }

  private static func decoded(_ text: RawSpan) -> [UInt8] {
    guard let context = unsafe EVP_ENCODE_CTX_new() else { return [] }
    defer { unsafe EVP_ENCODE_CTX_free(context) }
    let text = text.array
    var bytes = [UInt8](repeating: 0, count: text.count + 3)
    var count: Int32 = 0
    unsafe EVP_DecodeInit(context)
    // SAFETY: base64 gives fewer bytes than it has characters.
    guard unsafe EVP_DecodeUpdate(context, &bytes, &count, text, Int32(clamping: text.count)) >= 0
    else { return [] }
    return Array(bytes.prefix(Int(count)))
  }
}
