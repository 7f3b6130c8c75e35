internal import DWARFFormat

/// A piece of the text of an entry.
enum TypePiece {
  case text(StaticString)
  /// A blank and a qualified name, by its number.
  case name(Int)
  /// A blank and the name of a member or parameter.
  case memberName(Int)
  case number(UInt64)
  /// ` word(N)`.
  case attribute(StaticString, UInt64)
  /// A line break, and how much deeper what follows is; in one line a blank.
  case lineBreak(Int)
  case child(Int)
  /// A member, parameter, enumerator or variant of a list.
  case item(Int, isFirst: Bool)
  /// The end of the pieces of an entry.
  case end
}

extension [TypePiece] {
  mutating func append(_ first: TypePiece, _ more: TypePiece, _ last: TypePiece? = nil) {
    append(first)
    append(more)
    if let last { append(last) }
  }
}

extension DWARFTag {
  /// The letter of references to types of this kind; `nil` for types that are always written out.
  var referenceLetter: UInt8? {
    switch self {
    case .structure, .classType: UInt8(ascii: "s")
    case .union: UInt8(ascii: "u")
    case .enumeration: UInt8(ascii: "e")
    case .typedef: UInt8(ascii: "t")
    default: nil
    }
  }

  /// Whether a type is written out once for each export only.
  var isExpandedOnce: Bool {
    self == .structure || self == .classType || self == .union || self == .enumeration
  }

  /// The word of a type that is made from one other; `nil` for others.
  var wrapperWord: StaticString? {
    switch self {
    case .pointer: "pointer_type"
    case .reference: "reference_type"
    case .rvalueReference: "rvalue_reference_type"
    case .const: "const_type"
    case .volatile: "volatile_type"
    case .restrict: "restrict_type"
    case .atomic: "atomic_type"
    case .immutable: "immutable_type"
    case .packed: "packed_type"
    case .shared: "shared_type"
    case .typedef: "typedef_type"
    case .templateTypeParameter: "template_type_parameter_type"
    default: nil
    }
  }

  /// The word of a type with a body.
  var bodyWord: StaticString {
    switch self {
    case .classType: "class_type"
    case .union: "union_type"
    case .enumeration: "enumeration_type"
    default: "structure_type"
    }
  }
}
