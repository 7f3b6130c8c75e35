/// `ELF64_ST_BIND`: who sees a symbol. An open set.
@usableFromInline
package struct ELFSymbolBinding: RawRepresentable, Sendable, Hashable {
  /// The number in the file.
  @usableFromInline package let rawValue: UInt8

  /// The constant with a number.
  @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Whether two constants have the same number.
  @inlinable package static func == (left: Self, right: Self) -> Bool {
    left.rawValue == right.rawValue
  }

  /// `STB_LOCAL (0)`.
  @inlinable package static var local: Self { Self(rawValue: 0) }
  /// `STB_GLOBAL (1)`.
  @inlinable package static var global: Self { Self(rawValue: 1) }
  /// `STB_WEAK (2)`.
  @inlinable package static var weak: Self { Self(rawValue: 2) }
  /// `STB_GNU_UNIQUE (10)`.
  @inlinable package static var unique: Self { Self(rawValue: 10) }
}

/// `ELF64_ST_TYPE`: what a symbol names. An open set.
@usableFromInline
package struct ELFSymbolType: RawRepresentable, Sendable, Hashable {
  /// The number in the file.
  @usableFromInline package let rawValue: UInt8

  /// The constant with a number.
  @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Whether two constants have the same number.
  @inlinable package static func == (left: Self, right: Self) -> Bool {
    left.rawValue == right.rawValue
  }

  /// `STT_NOTYPE (0)`.
  @inlinable package static var none: Self { Self(rawValue: 0) }
  /// `STT_OBJECT (1)`.
  @inlinable package static var object: Self { Self(rawValue: 1) }
  /// `STT_FUNC (2)`.
  @inlinable package static var function: Self { Self(rawValue: 2) }
  /// `STT_SECTION (3)`.
  @inlinable package static var section: Self { Self(rawValue: 3) }
  /// `STT_FILE (4)`.
  @inlinable package static var file: Self { Self(rawValue: 4) }
  /// `STT_GNU_IFUNC (10)`.
  @inlinable package static var indirectFunction: Self { Self(rawValue: 10) }
}

/// `st_shndx`: where a symbol is defined.
package enum ELFSectionIndex {
  /// Not defined here.
  package static let undefined: UInt16 = 0
  /// The first index that is not of a section (`SHN_LORESERVE`).
  package static let reserved: UInt16 = 0xff00
  /// A symbol of the running kernel that a livepatch names (`SHN_LIVEPATCH`).
  package static let livepatch: UInt16 = 0xff20
  /// An absolute value.
  package static let absolute: UInt16 = 0xfff1
  /// Uninitialised data not yet allocated.
  package static let common: UInt16 = 0xfff2
}
