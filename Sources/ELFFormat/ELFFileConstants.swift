/// `e_type`: what a file is. An open set.
@usableFromInline
package struct ELFFileType: RawRepresentable, Sendable, Hashable {
  /// The number in the file.
  @usableFromInline package let rawValue: UInt16

  /// The constant with a number.
  @inlinable package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Whether two constants have the same number.
  @inlinable package static func == (left: Self, right: Self) -> Bool {
    left.rawValue == right.rawValue
  }

  /// `ET_REL (1)`.
  @inlinable package static var relocatable: Self { Self(rawValue: 1) }
  /// `ET_EXEC (2)`.
  @inlinable package static var executable: Self { Self(rawValue: 2) }
  /// `ET_DYN (3)`.
  @inlinable package static var sharedObject: Self { Self(rawValue: 3) }
  /// `ET_CORE (4)`.
  @inlinable package static var core: Self { Self(rawValue: 4) }
}

/// `p_type`: what a segment is. An open set.
@usableFromInline
package struct ELFSegmentType: RawRepresentable, Sendable, Hashable {
  /// The number in the file.
  @usableFromInline package let rawValue: UInt32

  /// The constant with a number.
  @inlinable package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Whether two constants have the same number.
  @inlinable package static func == (left: Self, right: Self) -> Bool {
    left.rawValue == right.rawValue
  }

  /// `PT_LOAD (1)`.
  @inlinable package static var load: Self { Self(rawValue: 1) }
  /// `PT_NOTE (4)`.
  @inlinable package static var note: Self { Self(rawValue: 4) }
}
