internal import ByteStorage
package import ELFFormat

/// Ubuntu's layout of `__versions`: records of u32 next, u32 crc, and a NUL-terminated name padded
/// to 4 bytes; a record of zeros ends the list, and one NUL of the C string follows.
///
/// - Note: Ubuntu kernels 6.2 to 6.11 (SAUCE patch "modpost: support arbitrary symbol length").
package struct PackedVersions: ~Escapable {
  private let bytes: RawSpan
  private let layout: ELFLayout

  /// The table in the bytes of the section, or `nil` if they are not in this layout: the size is 1
  /// more than a multiple of 4 and every record leads to the next.
  @_lifetime(copy bytes) package init?(_ bytes: RawSpan, layout: ELFLayout) {
    guard bytes.byteCount % 4 == 1, bytes.byteCount >= 9 else { return nil }
    self.bytes = bytes
    self.layout = layout
    guard forEach({ _ in }) != nil else { return nil }
  }

  /// Calls `body` for each record, in order; returns the offset of the terminator, or `nil` if a
  /// record does not lead to another.
  @discardableResult package func forEach(_ body: (borrowing VersionRecord) -> Void) -> Int? {
    var offset = 0
    while let next = layout.word32(bytes, at: offset) {
      if next == 0 { return offset }
      guard next >= 12, next % 4 == 0, Int(next) <= bytes.byteCount - offset,
        let crc = layout.word32(bytes, at: offset + 4),
        let field = bytes.slice((offset + 8)..<(offset + Int(next))),
        let length = field.firstIndex(of: 0), let name = field.slice(0..<length)
      else { return nil }
      body(VersionRecord(crc: UInt64(crc), name: name, offset: offset))
      offset += Int(next)
    }
    return nil
  }

  package func defects() -> [VersionDefect] {
    var found: [VersionDefect] = []
    var seen = NameInterner()
    let end = forEach { record in
      if record.name.byteCount == 0 {
        found.append(VersionDefect(.emptyName, name: record.name, offset: record.offset))
      } else if !seen.insert(record.name) {
        found.append(VersionDefect(.duplicateName, name: record.name, offset: record.offset))
      }
    }
    // The terminator of 8 zeros, and the NUL of the literal.
    if let end, bytes.byteCount - end < 9 {
      found.append(VersionDefect(.brokenChain, offset: end))
    } else if let end, bytes.byteCount - end > 9 {
      found.append(VersionDefect(.surplusBytes(bytes.byteCount - end - 9), offset: end))
    }
    return found
  }
}
