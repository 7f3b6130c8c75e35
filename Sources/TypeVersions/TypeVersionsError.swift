package import ByteStorage
package import DWARFFormat

/// Why there are no versions: gendwarfksyms ends with an error in the same places.
package enum TypeVersionsError: Error, Sendable, Hashable {
  /// A line of the list of exports without a word; its number, from 1.
  case emptyLine(Int)
  /// An entry that is no type, where one is needed; the offset in `.debug_info`.
  case unexpectedType(DWARFTag, offset: Int)
  /// An entry that is no member, inside a structure, class or union.
  case unexpectedChild(DWARFTag, offset: Int)
  /// A definition whose file is not in the line table of its unit.
  case unknownFile(UInt64, offset: Int)
  /// `__gendwarfksyms_ptr_` of a symbol is not a pointer, or points to nothing.
  case noPointer(symbol: [UInt8])
  /// A member without a type, where kABI rules are asked for.
  case memberWithoutType(offset: Int)
  case rules(RulesDefect, offset: Int)
  /// A number of a rule: its type and target.
  case badNumber(rule: [UInt8])
  /// A text of a `type_string` rule that cannot be read.
  case badTypeString(rule: [UInt8])
  /// A reference to a type that nothing defines.
  case unknownReference([UInt8])
  /// Text without end: types of types without a name.
  case tooLarge
  case debugInformation(ParseError)

  /// Whether an object has no debug information.
  package var isMissingInformation: Bool {
    self == .debugInformation(ParseError(.missing, in: ".debug_info", at: 0))
  }

  package enum RulesDefect: Sendable, Hashable {
    case tooShort, noNUL, version, type, truncated
  }
}
