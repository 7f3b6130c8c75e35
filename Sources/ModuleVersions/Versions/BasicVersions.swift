internal import ByteStorage
package import ELFFormat

/// The basic layout of `__versions`: an array of 64-byte records.
///
/// | offset | 32-bit | 64-bit |
/// |---|---|---|
/// | 0 | crc u32 | crc u64 |
/// | 4 / 8 | name, 60 bytes | name, 56 bytes |
///
/// - Note: `struct modversion_info`, include/linux/module.h, unchanged up to 7.3.
package struct BasicVersions: ~Escapable {
  /// Size of a record in bytes.
  package static let recordSize = 64

  private let bytes: RawSpan
  private let layout: ELFLayout
  /// Number of whole records; the kernel ignores the bytes of a last, partial one.
  package let count: Int

  @_lifetime(copy bytes) package init(_ bytes: RawSpan, layout: ELFLayout) {
    self.bytes = bytes
    self.layout = layout
    count = bytes.byteCount / BasicVersions.recordSize
  }

  /// Longest name a record can hold, in bytes: 55 (64-bit) or 59 (32-bit).
  package static func longestName(_ layout: ELFLayout) -> Int { recordSize - layout.wordSize - 1 }

  /// Bytes after the last whole record.
  package var surplus: Int { bytes.byteCount % BasicVersions.recordSize }

  /// The record at `index`, or `nil` past the end. A name that fills its field without a NUL is
  /// given whole.
  @_lifetime(copy self) package func record(at index: Int) -> VersionRecord? {
    let start = index &* BasicVersions.recordSize
    guard index >= 0, index < count, let crc = layout.word(bytes, at: start),
      let field = bytes.slice((start &+ layout.wordSize)..<(start &+ BasicVersions.recordSize))
    else { return nil }
    let length = field.firstIndex(of: 0) ?? field.byteCount
    guard let name = field.slice(0..<length) else { return nil }
    return VersionRecord(
      crc: crc, name: name, digest: HashedField.name(in: field, nameLength: length), offset: start)
  }

  package func defects() -> [VersionDefect] {
    var found: [VersionDefect] = []
    var seen = NameInterner()
    for index in 0..<count {
      guard let record = record(at: index) else { break }
      let start = record.offset
      if layout.is64Bit, record.crc >> 32 != 0 {
        found.append(VersionDefect(.crcTooWide(record.crc), name: record.name, offset: start))
      }
      let fieldSize = BasicVersions.recordSize - layout.wordSize
      if record.name.byteCount == fieldSize {
        found.append(VersionDefect(.unterminatedName, name: record.name, offset: start))
      } else if record.name.byteCount == 0 {
        found.append(VersionDefect(.emptyName, name: record.name, offset: start))
      }
      guard record.digest == nil else { continue }
      let padding =
        (start + layout.wordSize + record.name.byteCount)..<(start + BasicVersions.recordSize)
      if let rest = bytes.slice(padding), !rest.isAllZero {
        found.append(VersionDefect(.dirtyPadding, name: record.name, offset: start))
      }
      if !seen.insert(record.name) {
        found.append(VersionDefect(.duplicateName, name: record.name, offset: start))
      }
    }
    if surplus != 0 {
      found.append(VersionDefect(.surplusBytes(surplus), offset: count * BasicVersions.recordSize))
    }
    return found
  }
}
