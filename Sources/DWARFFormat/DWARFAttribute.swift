/// `DW_AT_*` (DWARF 5, 7.5.4): what an attribute says of its entry. An open set.
@usableFromInline package struct DWARFAttribute: RawRepresentable, Sendable, Hashable {
  @usableFromInline package let rawValue: UInt16

  @inlinable package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// One bit of 64, which few attributes of one entry share.
  @inline(__always) var bit: UInt64 { 1 << UInt64((rawValue ^ rawValue >> 6) & 63) }

  package static let sibling = Self(rawValue: 0x01)
  package static let location = Self(rawValue: 0x02)
  package static let name = Self(rawValue: 0x03)
  package static let byteSize = Self(rawValue: 0x0b)
  package static let bitSize = Self(rawValue: 0x0d)
  package static let lineTable = Self(rawValue: 0x10)
  package static let lowAddress = Self(rawValue: 0x11)
  package static let highAddress = Self(rawValue: 0x12)
  package static let language = Self(rawValue: 0x13)
  package static let discriminant = Self(rawValue: 0x16)
  package static let directory = Self(rawValue: 0x1b)
  package static let constantValue = Self(rawValue: 0x1c)
  package static let upperBound = Self(rawValue: 0x2f)
  package static let abstractOrigin = Self(rawValue: 0x31)
  package static let accessibility = Self(rawValue: 0x32)
  package static let count = Self(rawValue: 0x37)
  package static let memberLocation = Self(rawValue: 0x38)
  package static let declaringFile = Self(rawValue: 0x3a)
  package static let declaringLine = Self(rawValue: 0x3b)
  package static let declaration = Self(rawValue: 0x3c)
  package static let encoding = Self(rawValue: 0x3e)
  package static let specification = Self(rawValue: 0x47)
  package static let type = Self(rawValue: 0x49)
  package static let ranges = Self(rawValue: 0x55)
  package static let callFile = Self(rawValue: 0x58)
  package static let callLine = Self(rawValue: 0x59)
  package static let dataBitOffset = Self(rawValue: 0x6b)
  package static let linkageName = Self(rawValue: 0x6e)
  package static let stringOffsetsBase = Self(rawValue: 0x72)
  package static let addressBase = Self(rawValue: 0x73)
  package static let rangeListsBase = Self(rawValue: 0x74)
  package static let gnuAddressBase = Self(rawValue: 0x2133)
  package static let alignment = Self(rawValue: 0x88)
}
