internal import ByteStorage
internal import DWARFFormat

/// The pieces of entries (scripts/gendwarfksyms/dwarf.c, 6.14).
struct TypePieces: ~Escapable {
  let reader: DWARFReader
  let rules: KABIRules?
  var names: TypeNames
  var files: FileNames
  var showsSources = false
  /// What ``CommaWalk`` found.
  var parametersWithoutComma: Set<Int> = []
  /// The types of entries + 1; 0 for those not known, the largest number for none.
  private var types: [UInt32] = []
  var unions: [Int: UnionStatus] = [:]

  @_lifetime(borrow data)
  init(_ data: borrowing DebugData, _ entries: DWARFEntries, _ rules: KABIRules?) {
    reader = DWARFReader(data, entries)
    names = TypeNames(entries)
    files = FileNames(copy data)
    self.rules = rules
  }

  /// The key of references to an entry, without its letter: the number of its name; `nil` for what
  /// is written out.
  @_lifetime(self: copy self)
  mutating func reference(to entry: Int) throws(TypeVersionsError) -> Int? {
    let tag = reader.entries.tag(entry)
    guard tag.referenceLetter != nil else { return nil }
    if tag == .union, rules != nil {
      guard case .normal = try status(ofUnion: entry) else { return nil }
    }
    return try names.name(of: entry, reader)
  }

  /// Appends the pieces of a symbol: of a function or variable, or of what its pointer gives.
  @_lifetime(self: copy self) mutating func appendSymbol(
    _ entry: Int, isFunction: Bool, to list: inout [TypePiece]
  ) throws(TypeVersionsError) {
    if isFunction {
      appendFunction(entry, "subprogram", to: &list)
    } else {
      list.append(.text("variable "))
      appendType(of: entry, to: &list)
    }
    list.append(.end)
  }

  /// Appends the pieces of a type, or of an item of a list.
  ///
  /// - Parameters:
  ///   - entry: The entry.
  ///   - isFirst: Of an item, whether it is the first one of its list that has a text.
  ///   - isExpanded: Of a type with a body, whether the body is wanted.
  ///   - list: Where the pieces go.
  /// - Throws: ``TypeVersionsError`` for what gendwarfksyms refuses.
  @_lifetime(self: copy self) mutating func append(
    _ entry: Int, isFirst: Bool = true, isExpanded: Bool = true, to list: inout [TypePiece]
  ) throws(TypeVersionsError) {
    let tag = reader.entries.tag(entry)
    defer { list.append(.end) }
    if let word = tag.wrapperWord {
      try appendWrapper(entry, word, to: &list)
      return
    }
    switch tag {
    case .base:
      list.append(.text("base_type"))
      try appendName(entry, to: &list)
      try appendByteSize(entry, to: &list)
      append("encoding", .encoding, entry, to: &list)
      append("alignment", .alignment, entry, to: &list)
    case .structure, .classType, .enumeration: try appendBody(entry, tag, isExpanded, to: &list)
    case .union:
      guard rules != nil else { return try appendBody(entry, tag, isExpanded, to: &list) }
      switch try status(ofUnion: entry) {
      case .normal: try appendBody(entry, tag, isExpanded, to: &list)
      case .reserved(let placeholder, _): list.append(.child(placeholder))
      case .ignored: break
      }
    case .array: appendArray(entry, to: &list)
    case .subroutineType: appendFunction(entry, "subroutine_type", to: &list)
    case .unspecified: list.append(.text("unspecified_type"))
    default: try appendItem(entry, tag, isFirst, to: &list)
    }
  }

  @_lifetime(self: copy self) private mutating func appendItem(
    _ entry: Int, _ tag: DWARFTag, _ isFirst: Bool, to list: inout [TypePiece]
  ) throws(TypeVersionsError) {
    switch tag {
    case .member: appendMember(entry, "member ", isFirst, to: &list)
    case .formalParameter: appendMember(entry, "formal_parameter ", isFirst, to: &list)
    case .subrange:
      guard
        let count = reader.constant(entry, .count)
          ?? reader.constant(entry, .upperBound).map({ $0 &+ 1 })
      else { return list.append(.text("[]")) }
      list.append(.text("["), .number(count), .text("]"))
    case .enumerator: try appendEnumerator(entry, isFirst, to: &list)
    case .variantPart:
      appendComma(isFirst, to: &list)
      list.append(.text("variant_part {"), .lineBreak(1))
      try appendItems(of: entry, to: &list) { _ in true }
      list.append(.lineBreak(-1), .text("}"))
    case .variant:
      appendComma(isFirst, to: &list)
      list.append(.text("variant {"), .lineBreak(1))
      try appendItems(of: entry, to: &list) { $0 == .member }
      list.append(.lineBreak(-1), .text("}"))
      append("discr_value", .discriminant, entry, to: &list)
    default:
      throw .unexpectedType(tag, offset: Int(reader.entries.entries[entry].offset))
    }
  }

  private func appendComma(_ isFirst: Bool, to list: inout [TypePiece]) {
    if !isFirst { list.append(.text(" ,"), .lineBreak(0)) }
  }

  @_lifetime(self: copy self) private mutating func appendWrapper(
    _ entry: Int, _ word: StaticString, to list: inout [TypePiece]
  ) throws(TypeVersionsError) {
    list.append(.text(word))
    try appendName(entry, to: &list)
    list.append(.text(" {"), .lineBreak(1))
    appendType(of: entry, to: &list)
    list.append(.lineBreak(-1), .text("}"))
    try appendByteSize(entry, to: &list)
    append("alignment", .alignment, entry, to: &list)
  }

  private func appendArray(_ entry: Int, to list: inout [TypePiece]) {
    list.append(.text("array_type"))
    var child = reader.entries.firstChild(of: entry)
    while let range = child {
      if reader.entries.tag(range) == .subrange { list.append(.item(range, isFirst: true)) }
      child = reader.entries.sibling(of: range)
    }
    list.append(.text(" {"), .lineBreak(1))
    appendType(of: entry, to: &list)
    list.append(.lineBreak(-1), .text("}"))
  }

  private func appendFunction(_ entry: Int, _ word: StaticString, to list: inout [TypePiece]) {
    list.append(.text(word), .text(" ("), .lineBreak(1))
    var isFirst = true
    var child = reader.entries.firstChild(of: entry)
    while let parameter = child {
      let tag = reader.entries.tag(parameter)
      if tag == .formalParameter {
        list.append(
          .item(parameter, isFirst: isFirst || parametersWithoutComma.contains(parameter)))
        isFirst = false
      } else if tag == .unspecifiedParameters, showsSources {
        appendComma(isFirst, to: &list)
        list.append(.text("..."))
      }
      child = reader.entries.sibling(of: parameter)
    }
    list.append(.lineBreak(-1), .text(")"))
    list.append(.lineBreak(0), .text("-> "))
    appendType(of: entry, to: &list)
  }

  private func appendMember(
    _ entry: Int, _ word: StaticString, _ isFirst: Bool, to list: inout [TypePiece]
  ) {
    appendComma(isFirst, to: &list)
    list.append(.text(word))
    appendType(of: entry, to: &list)
    list.append(.memberName(entry))
    append("accessibility", .accessibility, entry, to: &list)
    append("bit_size", .bitSize, entry, to: &list)
    append("data_bit_offset", .dataBitOffset, entry, to: &list)
    append("data_member_location", .memberLocation, entry, to: &list)
  }

  /// The name of a member as it is printed: those of the kABI conventions are not, and `former` is
  /// the member that gives its former name.
  @_lifetime(copy self) func memberName(_ entry: Int, _ former: Int?) -> RawSpan? {
    if let former { return formerName(former) }
    guard let name = reader.string(entry, .name) else { return nil }
    return rules != nil && name.starts(with: "__kabi_") ? nil : name
  }

  /// The type of an entry; the same one is asked for when it is walked and when it is written.
  mutating func type(of entry: Int) -> Int? {
    if types.isEmpty { types = [UInt32](repeating: 0, count: reader.entries.entries.count) }
    let known = types[entry]
    if known > 0 { return known == .max ? nil : Int(known) &- 1 }
    let type = reader.reference(entry, .type)
    types[entry] = type.flatMap { UInt32(exactly: $0 &+ 1) } ?? .max
    return type
  }

  private func appendType(of entry: Int, to list: inout [TypePiece]) {
    let known = types.isEmpty ? 0 : types[entry]
    let type =
      known == 0
      ? reader.reference(entry, .type) : known == .max ? nil : Int(known) &- 1
    if let type {
      list.append(.child(type))
    } else {
      list.append(.text("base_type void"))
    }
  }

  @_lifetime(self: copy self) mutating func appendName(
    _ entry: Int, to list: inout [TypePiece]
  ) throws(TypeVersionsError) {
    if let name = try names.name(of: entry, reader) { list.append(.name(name)) }
  }

  func append(
    _ word: StaticString, _ attribute: DWARFAttribute, _ entry: Int, to list: inout [TypePiece]
  ) {
    if let value = reader.constant(entry, attribute) { list.append(.attribute(word, value)) }
  }

  @_lifetime(self: copy self) mutating func appendByteSize(
    _ entry: Int, to list: inout [TypePiece]
  ) throws(TypeVersionsError) {
    guard var value = reader.constant(entry, .byteSize) else { return }
    if let rules, let name = try names.name(of: entry, reader) {
      value = try rules.byteSize(names.bytes(name)) ?? value
    }
    list.append(.attribute("byte_size", value))
  }
}
