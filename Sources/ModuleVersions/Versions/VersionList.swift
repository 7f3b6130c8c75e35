package import ByteStorage
package import ELFFormat

/// The versions that a module requires, in order and apart from any layout: what the encoders of
/// version tables take.
package struct VersionList: Sendable {
  package struct Row: Sendable {
    package let name: BytePool.Range
    package var crc: UInt32
  }

  private var pool = BytePool()
  package private(set) var rows: [Row] = []

  package init() {}

  package mutating func append(_ name: RawSpan, crc: UInt32) {
    rows.append(Row(name: pool.store(name), crc: crc))
  }

  package mutating func insert(_ name: RawSpan, crc: UInt32, at index: Int) {
    rows.insert(Row(name: pool.store(name), crc: crc), at: min(max(0, index), rows.count))
  }

  package mutating func setCRC(_ crc: UInt32, at index: Int) {
    guard rows.indices.contains(index) else { return }
    rows[index].crc = crc
  }

  package mutating func filter(_ isKept: (Row) -> Bool) { rows = rows.filter(isKept) }

  /// All names.
  package var names: Set<[UInt8]> { Set(rows.map { name($0).array }) }

  @_lifetime(borrow self) package func name(_ row: Row) -> RawSpan { pool.bytes(row.name) }

  package func text(_ row: Row) -> String { pool.text(row.name) }

  /// Versions whose names do not fit the basic layout.
  package func tooLong(_ layout: ELFLayout) -> [Row] {
    let longest = BasicVersions.longestName(layout)
    return rows.filter { name($0).byteCount > longest }
  }
}

extension VersionList {
  package enum LongNames: Sendable, Hashable {
    /// They are left out, as modpost does beside extended tables.
    case leftOut
    case hashed
  }

  /// The content of `__versions` in the basic layout, in which names of 56 bytes (64-bit) or 60
  /// (32-bit) and more do not fit. Hashed ones become `sha256`, a NUL and the digest, see
  /// `HashedField`.
  package func basicTable(_ layout: ELFLayout, longNames: LongNames) -> [UInt8] {
    var table: [UInt8] = []
    table.reserveCapacity(rows.count * BasicVersions.recordSize)
    let longest = BasicVersions.longestName(layout)
    for row in rows {
      let name = name(row)
      if name.byteCount > longest, longNames == .leftOut { continue }
      let end = table.count + BasicVersions.recordSize
      layout.append(UInt64(row.crc), size: layout.wordSize, to: &table)
      if name.byteCount > longest {
        table.append(contentsOf: HashedField.bytes(for: name))
      } else {
        unsafe name.withUnsafeBytes { unsafe table.append(contentsOf: $0) }
      }
      table.append(contentsOf: repeatElement(0, count: end - table.count))
    }
    return table
  }

  package func extendedCRCs(_ layout: ELFLayout) -> [UInt8] {
    var table: [UInt8] = []
    table.reserveCapacity(rows.count * 4)
    for row in rows { layout.append(UInt64(row.crc), size: 4, to: &table) }
    return table
  }

  /// The content of `__version_ext_names`, with the NUL that modpost's literal ends with.
  package func extendedNames() -> [UInt8] {
    var table: [UInt8] = []
    for row in rows {
      unsafe name(row).withUnsafeBytes { unsafe table.append(contentsOf: $0) }
      table.append(0)
    }
    table.append(0)
    return table
  }

  /// The content of `__versions` in Ubuntu's packed layout: records, a record of zeros, and the NUL
  /// of the literal.
  package func packedTable(_ layout: ELFLayout) -> [UInt8] {
    var table: [UInt8] = []
    for row in rows {
      let name = name(row)
      let field = (name.byteCount + 4) & ~3
      layout.append(UInt64(8 + field), size: 4, to: &table)
      layout.append(UInt64(row.crc), size: 4, to: &table)
      unsafe name.withUnsafeBytes { unsafe table.append(contentsOf: $0) }
      table.append(contentsOf: repeatElement(0, count: field - name.byteCount))
    }
    table.append(contentsOf: repeatElement(0, count: 9))
    return table
  }
}
