package import ELFFormat

/// A version that a module requires.
package struct RequiredVersion: Sendable {
  /// The symbol.
  package var name: String
  /// Its CRC, as wide as the basic layout can hold.
  package var crc: UInt64

  /// Creates a version.
  package init(_ name: String, _ crc: UInt64) {
    self.name = name
    self.crc = crc
  }
}

/// Encodes version tables as modpost (and Ubuntu's modpost) does.
package enum VersionTableBuilder {
  /// 64-byte records of `__versions`.
  package static func basic(_ versions: [RequiredVersion], _ layout: ELFLayout) -> [UInt8] {
    var out = ByteBuilder(layout.order)
    for (index, version) in versions.enumerated() {
      if layout.is64Bit {
        out.put(version.crc)
      } else {
        out.put(UInt32(truncatingIfNeeded: version.crc))
      }
      out.put(text: version.name)
      out.pad(to: (index + 1) * 64)
    }
    return out.bytes
  }

  /// `__version_ext_crcs`.
  package static func extendedCRCs(_ versions: [RequiredVersion], _ layout: ELFLayout) -> [UInt8] {
    var out = ByteBuilder(layout.order)
    for version in versions { out.put(UInt32(truncatingIfNeeded: version.crc)) }
    return out.bytes
  }

  /// `__version_ext_names`, with the NUL that ends the literal.
  package static func extendedNames(_ versions: [RequiredVersion]) -> [UInt8] {
    var out = ByteBuilder()
    for version in versions { out.put(cString: version.name) }
    out.put(UInt8(0))
    return out.bytes
  }

  /// Ubuntu's records, the terminator, and the NUL that ends the literal.
  package static func packed(_ versions: [RequiredVersion], _ layout: ELFLayout) -> [UInt8] {
    var out = ByteBuilder(layout.order)
    for version in versions {
      let start = out.count
      out.put(UInt32(0))
      out.put(UInt32(truncatingIfNeeded: version.crc))
      out.put(cString: version.name)
      out.align(to: 4)
      out.set(UInt32(out.count - start), at: start)
    }
    out.put(UInt64(0))
    out.put(UInt8(0))
    return out.bytes
  }
}
