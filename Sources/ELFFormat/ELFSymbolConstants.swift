/// `ELF64_ST_BIND`: who sees a symbol. An open set.
@usableFromInline package struct ELFSymbolBinding: RawRepresentable, Sendable, Hashable {
  @usableFromInline package let rawValue: UInt8

  @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }

  @inlinable package static func == (left: Self, right: Self) -> Bool {
    left.rawValue == right.rawValue
  }

  @inlinable package static var local: Self { Self(rawValue: 0) }
  @inlinable package static var global: Self { Self(rawValue: 1) }
  @inlinable package static var weak: Self { Self(rawValue: 2) }
  @inlinable package static var unique: Self { Self(rawValue: 10) }
}

/// `ELF64_ST_TYPE`: what a symbol names. An open set.
@usableFromInline package struct ELFSymbolType: RawRepresentable, Sendable, Hashable {
  @usableFromInline package let rawValue: UInt8

  @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }

  @inlinable package static func == (left: Self, right: Self) -> Bool {
    left.rawValue == right.rawValue
  }

  @inlinable package static var none: Self { Self(rawValue: 0) }
  @inlinable package static var object: Self { Self(rawValue: 1) }
  @inlinable package static var function: Self { Self(rawValue: 2) }
  @inlinable package static var section: Self { Self(rawValue: 3) }
  @inlinable package static var file: Self { Self(rawValue: 4) }
  @inlinable package static var indirectFunction: Self { Self(rawValue: 10) }
}

/// `st_shndx`: where a symbol is defined.
package enum ELFSectionIndex {
  package static let undefined: UInt16 = 0
  /// The first index that is not of a section (`SHN_LORESERVE`).
  package static let reserved: UInt16 = 0xff00
  /// A symbol of the running kernel that a livepatch names (`SHN_LIVEPATCH`).
  package static let livepatch: UInt16 = 0xff20
  package static let absolute: UInt16 = 0xfff1
  /// Uninitialised data not yet allocated.
  package static let common: UInt16 = 0xfff2
}
