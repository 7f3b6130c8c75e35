package import ByteStorage

/// The certificates that are built into a kernel, found by their form: a row of certificates, followed by
/// its length. `system_certificate_list` comes first, then `revocation_certificate_list`, if there is one.
///
/// - Note: certs/system_certificates.S and revocation_certificates.S, 5.10 to 7.2, and the order of
///   certs/Makefile. `.align 8` means 8 bytes on x86 and s390, 256 on arm, arm64 and riscv.
package struct BuiltInCertificates: Sendable {
  /// The certificates in their order: that which signs the kernel's own modules first.
  package let certificates: [[UInt8]]
  /// Those that the kernel does not trust (`SYSTEM_REVOCATION_KEYS`).
  package let revoked: [[UInt8]]

  /// How far the length may be from the row: a place for another certificate may lie between.
  private static let mostDistance = 64 << 10

  /// Looks for the list in the memory of a kernel, whose start is aligned.
  ///
  /// - Parameters:
  ///   - image: The unpacked image, or a section of it.
  ///   - alignment: Alignment of the list and of its length, in bytes.
  ///   - wordSize: Size of a `long`, in bytes.
  ///   - order: Byte order of the kernel.
  ///   - hasRevoked: Whether the list of those that are not trusted may be there.
  package init?(
    searching image: RawSpan, alignment: Int, wordSize: Int, _ order: ByteOrder,
    hasRevoked: Bool = false
  ) {
    var lists: [[[UInt8]]] = []
    var start = 0
    while start < image.byteCount, lists.count < (hasRevoked ? 2 : 1) {
      var next = start &+ alignment
      if image.integer(UInt16.self, at: start, .big) == 0x3082,
        let found = BuiltInCertificates.row(image, start),
        let end = BuiltInCertificates.end(found, image, start, alignment, wordSize, order)
      {
        lists.append(found)
        next = end
      }
      start = next
    }
    guard let first = lists.first else { return nil }
    (certificates, revoked) = (first, lists.count > 1 ? lists[1] : [])
  }

  /// Offset of the row's length, in bytes; `nil` if none follows it.
  private static func end(
    _ row: [[UInt8]], _ image: RawSpan, _ start: Int, _ alignment: Int, _ wordSize: Int,
    _ order: ByteOrder
  ) -> Int? {
    let size = row.reduce(0) { $0 &+ $1.count }
    let place = (start &+ size &+ alignment &- 1) / alignment * alignment
    for place in stride(from: place, to: place &+ mostDistance, by: alignment) {
      let word =
        wordSize == 8
        ? image.integer(UInt64.self, at: place, order)
        : image.integer(UInt32.self, at: place, order).map(UInt64.init)
      guard let word else { return nil }
      if word == UInt64(size) { return place }
    }
    return nil
  }

  private static func row(_ image: RawSpan, _ start: Int) -> [[UInt8]]? {
    var found: [[UInt8]] = []
    var offset = start
    while image.integer(UInt16.self, at: offset, .big) == 0x3082,
      let length = image.integer(UInt16.self, at: offset &+ 2, .big), length >= 252,
      let certificate = image.slice(offset..<(offset &+ 4 &+ Int(length)))
    {
      // A certificate begins with its body, which is a sequence too.
      guard certificate.byte(at: 4) == 0x30, found.count < 64 else { return nil }
      found.append(certificate.array)
      offset &+= certificate.byteCount
    }
    return found.isEmpty ? nil : found
  }
}
