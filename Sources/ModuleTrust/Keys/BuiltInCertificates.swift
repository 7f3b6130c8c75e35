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
  /// How many rows are looked at: images have a few, one that was made to be slow has millions.
  private static let mostRows = 4096

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
    var (place, rows) = (0, 0)
    while lists.count < (hasRevoked ? 2 : 1), rows < BuiltInCertificates.mostRows,
      let start = BuiltInCertificates.mark(image, from: place, alignment)
    {
      place = start &+ alignment
      guard let found = BuiltInCertificates.row(image, start) else { continue }
      rows += 1
      let last = found[found.count - 1].upperBound
      if let end = BuiltInCertificates.end(start..<last, image, alignment, wordSize, order) {
        lists.append(found.map { image.slice($0)?.array ?? [] })
        place = end
      }
    }
    guard let first = lists.first else { return nil }
    (certificates, revoked) = (first, lists.count > 1 ? lists[1] : [])
  }

  /// Offset of the next aligned place where a certificate could begin, in bytes.
  private static func mark(_ image: RawSpan, from start: Int, _ alignment: Int) -> Int? {
    unsafe image.withUnsafeBytes { bytes in
      let mark = UInt16(bigEndian: 0x3082)
      var place = start
      while place &+ 2 <= bytes.count {
        // SAFETY: the condition above leaves two bytes.
        if unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self) == mark {
          return place
        }
        place &+= alignment
      }
      return nil
    }
  }

  /// Offset of the row's length, in bytes; `nil` if none follows it.
  private static func end(
    _ row: Range<Int>, _ image: RawSpan, _ alignment: Int, _ wordSize: Int, _ order: ByteOrder
  ) -> Int? {
    let place = (row.upperBound &+ alignment &- 1) / alignment * alignment
    for place in stride(from: place, to: place &+ mostDistance, by: alignment) {
      let word =
        wordSize == 8
        ? image.integer(UInt64.self, at: place, order)
        : image.integer(UInt32.self, at: place, order).map(UInt64.init)
      guard let word else { return nil }
      if word == UInt64(row.count) { return place }
    }
    return nil
  }

  /// The certificates that begin at an offset and follow each other; `nil` if there is none.
  private static func row(_ image: RawSpan, _ start: Int) -> [Range<Int>]? {
    var found: [Range<Int>] = []
    var offset = start
    while image.integer(UInt16.self, at: offset, .big) == 0x3082,
      let length = image.integer(UInt16.self, at: offset &+ 2, .big), length >= 252,
      case let end = offset &+ 4 &+ Int(length), end <= image.byteCount
    {
      // A certificate begins with its body, which is a sequence too.
      guard image.byte(at: offset &+ 4) == 0x30, found.count < 64 else { return nil }
      found.append(offset..<end)
      offset = end
    }
    return found.isEmpty ? nil : found
  }
}
