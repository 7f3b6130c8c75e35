internal import ByteStorage
package import ELFFormat

/// The extended layout: `__version_ext_crcs`, an array of u32, and `__version_ext_names`, as many
/// NUL-terminated strings, index by index.
///
/// - Note: kernel/module/version.c and main.c, 6.14 to 7.3; scripts/mod/modpost.c ends the names
///   with one more NUL.
package struct ExtendedVersions: ~Escapable {
  private let crcs: RawSpan
  private let names: RawSpan
  private let layout: ELFLayout
  /// Number of CRCs; the kernel ignores 1 to 3 bytes of a last, partial one.
  package let count: Int

  @_lifetime(copy crcs, copy names) package init(crcs: RawSpan, names: RawSpan, layout: ELFLayout) {
    self.crcs = crcs
    self.names = names
    self.layout = layout
    count = crcs.byteCount / 4
  }

  /// Whether there is a NUL-terminated name for every CRC: what the kernel demands at load.
  package var hasNameForEveryCRC: Bool {
    var offset = 0
    for _ in 0..<count {
      guard let name = names.cString(at: offset) else { return false }
      offset += name.byteCount + 1
    }
    return true
  }

  /// Calls `body` for each record that has a name, in order; returns the offset of the first byte
  /// of the names section that belongs to no record.
  @discardableResult package func forEach(_ body: (borrowing VersionRecord) -> Void) -> Int {
    var offset = 0
    for index in 0..<count {
      guard let name = names.cString(at: offset), let crc = layout.word32(crcs, at: index &* 4)
      else { break }
      body(VersionRecord(crc: UInt64(crc), name: name, offset: offset))
      offset += name.byteCount + 1
    }
    return offset
  }

  /// What is wrong in the tables, in order; offsets are in the names section.
  package func defects() -> [VersionDefect] {
    var found: [VersionDefect] = []
    var seen = NameInterner()
    var named = 0
    let end = forEach { record in
      named += 1
      if record.name.byteCount == 0 {
        found.append(VersionDefect(.emptyName, name: record.name, offset: record.offset))
      } else if !seen.insert(record.name) {
        found.append(VersionDefect(.duplicateName, name: record.name, offset: record.offset))
      }
    }
    if named < count { found.append(VersionDefect(.crcsWithoutName(count - named), offset: end)) }
    if crcs.byteCount % 4 != 0 {
      found.append(VersionDefect(.surplusCRCBytes(crcs.byteCount % 4), offset: count * 4))
    }
    // One more NUL is how modpost writes the section; anything else is surplus.
    let rest = names.byteCount - end
    if rest > 1 || (rest == 1 && names.byte(at: end) != 0) {
      found.append(VersionDefect(.surplusBytes(rest), offset: end))
    }
    return found
  }
}
