package import SymbolNames

/// One version that a module requires, as a table stores it.
package struct VersionRecord: ~Escapable {
  /// The CRC field: 32 bits, but as wide as a `long` in the basic layout, where a reader must notice
  /// stray upper bits.
  package let crc: UInt64
  /// The symbol's name, without the NUL; the bytes `sha256` for a hashed record.
  package let name: RawSpan
  /// The hashed name, if the record has one in place of the name.
  package let digest: HashedName?
  /// Offset of the record in its section, in bytes (extended layout: of the name).
  package let offset: Int

  @_lifetime(copy name) init(crc: UInt64, name: RawSpan, digest: HashedName? = nil, offset: Int) {
    self.crc = crc
    self.name = name
    self.digest = digest
    self.offset = offset
  }
}
