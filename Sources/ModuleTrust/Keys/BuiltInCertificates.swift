package import ByteStorage

/// The certificates that are built into a kernel (`system_certificate_list`), found by their form: a
/// row of certificates, and behind it its length.
///
/// - Note: certs/system_certificates.S, 5.10 to 7.2. `.align 8` means 8 bytes on x86, 256 on arm, arm64
///   and riscv.
package struct BuiltInCertificates: Sendable {
  /// The certificates, DER, in their order: that which signs the kernel's own modules first.
  package let certificates: [[UInt8]]

  /// How far the length may be behind the row: a place for another certificate may lie between.
  private static let mostDistance = 64 << 10
  private static let mostCandidates = 1 << 20

  /// Looks for the list in a kernel image.
  ///
  /// - Parameters:
  ///   - image: The unpacked image.
  ///   - alignment: Alignment of the list and of its length, in bytes.
  ///   - wordSize: Size of a `long`, in bytes.
  ///   - base: Offset of the image's start from an aligned address, in bytes.
  package init?(
    searching image: RawSpan, alignment: Int, wordSize: Int, _ order: ByteOrder, base: Int = 0
  ) {
    let mark: [UInt8] = [0x30, 0x82]
    var position = 0
    for _ in 0..<BuiltInCertificates.mostCandidates {
      guard let start = image.firstRange(of: mark.rawSpan, from: position) else { return nil }
      position = start &+ 1
      guard (start &+ base) % alignment == 0,
        let found = BuiltInCertificates.row(image, start),
        BuiltInCertificates.isMeasured(
          image, start, found, alignment: alignment, wordSize: wordSize, order, base: base)
      else { continue }
      certificates = found
      return
    }
    return nil
  }

  private static func row(_ image: RawSpan, _ start: Int) -> [[UInt8]]? {
    var found: [[UInt8]] = []
    var offset = start
    while image.byte(at: offset) == 0x30, image.byte(at: offset &+ 1) == 0x82,
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

  private static func isMeasured(
    _ image: RawSpan, _ start: Int, _ certificates: [[UInt8]], alignment: Int, wordSize: Int,
    _ order: ByteOrder, base: Int
  ) -> Bool {
    let size = certificates.reduce(0) { $0 &+ $1.count }
    let end = start &+ size &+ base
    var place = (end &+ alignment &- 1) / alignment * alignment &- base
    let last = place &+ mostDistance
    while place < last {
      let word: UInt64?
      if wordSize == 8 {
        word = image.integer(UInt64.self, at: place, order)
      } else {
        word = image.integer(UInt32.self, at: place, order).map(UInt64.init)
      }
      guard let word else { return false }
      if word == UInt64(size) { return true }
      place &+= alignment
    }
    return false
  }
}
