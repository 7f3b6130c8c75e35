/// `e_type`: what a file is. An open set.
@usableFromInline package struct ELFFileType: RawRepresentable, Sendable, Hashable {
  @usableFromInline package let rawValue: UInt16

  @inlinable package init(rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable package static func == (left: Self, right: Self) -> Bool {
    left.rawValue == right.rawValue
  }

  @inlinable package static var relocatable: Self { Self(rawValue: 1) }
  @inlinable package static var executable: Self { Self(rawValue: 2) }
  @inlinable package static var sharedObject: Self { Self(rawValue: 3) }
  @inlinable package static var core: Self { Self(rawValue: 4) }
}

/// `p_type`: what a segment is. An open set.
@usableFromInline package struct ELFSegmentType: RawRepresentable, Sendable, Hashable {
  @usableFromInline package let rawValue: UInt32

  @inlinable package init(rawValue: UInt32) { self.rawValue = rawValue }

  @inlinable package static func == (left: Self, right: Self) -> Bool {
    left.rawValue == right.rawValue
  }

  @inlinable package static var load: Self { Self(rawValue: 1) }
  @inlinable package static var note: Self { Self(rawValue: 4) }
}
