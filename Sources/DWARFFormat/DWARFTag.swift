/// `DW_TAG_*` (DWARF 5, 7.5.3): what an entry describes. An open set.
@usableFromInline package struct DWARFTag: RawRepresentable, Sendable, Hashable {
  @usableFromInline package let rawValue: UInt16

  @inlinable package init(rawValue: UInt16) { self.rawValue = rawValue }

  package static let array = Self(rawValue: 0x01)
  package static let classType = Self(rawValue: 0x02)
  package static let enumeration = Self(rawValue: 0x04)
  package static let entryPoint = Self(rawValue: 0x03)
  package static let formalParameter = Self(rawValue: 0x05)
  package static let lexicalBlock = Self(rawValue: 0x0b)
  package static let member = Self(rawValue: 0x0d)
  package static let pointer = Self(rawValue: 0x0f)
  package static let reference = Self(rawValue: 0x10)
  package static let compileUnit = Self(rawValue: 0x11)
  package static let structure = Self(rawValue: 0x13)
  package static let subroutineType = Self(rawValue: 0x15)
  package static let typedef = Self(rawValue: 0x16)
  package static let union = Self(rawValue: 0x17)
  package static let unspecifiedParameters = Self(rawValue: 0x18)
  package static let variant = Self(rawValue: 0x19)
  package static let inlinedSubroutine = Self(rawValue: 0x1d)
  package static let subrange = Self(rawValue: 0x21)
  package static let base = Self(rawValue: 0x24)
  package static let const = Self(rawValue: 0x26)
  package static let enumerator = Self(rawValue: 0x28)
  package static let packed = Self(rawValue: 0x2d)
  package static let subprogram = Self(rawValue: 0x2e)
  package static let templateTypeParameter = Self(rawValue: 0x2f)
  package static let variantPart = Self(rawValue: 0x33)
  package static let variable = Self(rawValue: 0x34)
  package static let volatile = Self(rawValue: 0x35)
  package static let restrict = Self(rawValue: 0x37)
  package static let namespace = Self(rawValue: 0x39)
  package static let unspecified = Self(rawValue: 0x3b)
  package static let partialUnit = Self(rawValue: 0x3c)
  package static let shared = Self(rawValue: 0x40)
  package static let typeUnit = Self(rawValue: 0x41)
  package static let rvalueReference = Self(rawValue: 0x42)
  package static let atomic = Self(rawValue: 0x47)
  package static let skeletonUnit = Self(rawValue: 0x4a)
  package static let immutable = Self(rawValue: 0x4b)

  /// Whether the names of what is inside begin with its own.
  package var isScope: Bool { self == .namespace || self == .classType || self == .structure }
}
