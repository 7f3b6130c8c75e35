internal import ByteStorage
internal import DWARFFormat

extension TypePieces {
  /// A type with a body: empty, and without sizes, unless this is a definition that users may see.
  @_lifetime(self: copy self) mutating func appendBody(
    _ entry: Int, _ tag: DWARFTag, _ isExpanded: Bool, to list: inout [TypePiece]
  ) throws(TypeVersionsError) {
    list.append(.text(tag.bodyWord))
    try appendName(entry, to: &list)
    list.append(.text(" {"), .lineBreak(1))
    let isDefinition = isExpanded ? try isPublicDefinition(entry) : false
    if isDefinition {
      if tag == .enumeration {
        try appendItems(of: entry, to: &list) { $0 == .enumerator }
      } else {
        try appendMembers(of: entry, to: &list)
      }
    }
    list.append(.lineBreak(-1), .text("}"))
    if isDefinition {
      try appendByteSize(entry, to: &list)
      append("alignment", .alignment, entry, to: &list)
    }
  }

  /// Whether a body is written out: it is no declaration, and no definition of a `.c` file.
  @_lifetime(self: copy self) mutating func isPublicDefinition(_ entry: Int)
    throws(TypeVersionsError) -> Bool
  {
    if reader.flag(entry, .declaration) { return false }
    if let rules, let name = try names.name(of: entry, reader),
      rules.isDeclarationOnly(names.bytes(name))
    {
      return false
    }
    guard !showsSources, let file = reader.constant(entry, .declaringFile) else { return true }
    return try !files.isSource(file, entry, reader)
  }

  @_lifetime(self: copy self) private mutating func appendMembers(
    of entry: Int, to list: inout [TypePiece]
  ) throws(TypeVersionsError) {
    var isFirst = true
    var child = reader.entries.firstChild(of: entry)
    while let member = child {
      child = reader.entries.sibling(of: member)
      let tag = reader.entries.tag(member)
      switch tag {
      case .member, .variantPart:
        if tag == .member, rules != nil, try isIgnored(member) { continue }
        list.append(.item(member, isFirst: isFirst))
        isFirst = false
      case .classType, .enumeration, .structure, .union, .templateTypeParameter, .subprogram:
        break
      default:
        throw .unexpectedChild(tag, offset: Int(reader.entries.entries[member].offset))
      }
    }
  }

  /// The items of a list that are wanted; ignored enumerators stay, without a text.
  @_lifetime(self: copy self) mutating func appendItems(
    of entry: Int, to list: inout [TypePiece], where isWanted: (DWARFTag) -> Bool
  ) throws(TypeVersionsError) {
    var isFirst = true
    var child = reader.entries.firstChild(of: entry)
    while let item = child {
      child = reader.entries.sibling(of: item)
      let tag = reader.entries.tag(item)
      guard isWanted(tag) else { continue }
      list.append(.item(item, isFirst: isFirst))
      if tag == .enumerator, rules != nil, try isIgnoredEnumerator(item) { continue }
      isFirst = false
    }
  }

  @_lifetime(self: copy self) mutating func appendEnumerator(
    _ entry: Int, _ isFirst: Bool, to list: inout [TypePiece]
  ) throws(TypeVersionsError) {
    var value = reader.constant(entry, .constantValue)
    if let rules, let target = try enumeratorTarget(entry) {
      if rules.isIgnoredEnumerator(target.rawSpan) { return }
      value = try rules.enumeratorValue(target.rawSpan) ?? value
    }
    if !isFirst { list.append(.text(" ,"), .lineBreak(0)) }
    list.append(.text("enumerator"))
    try appendName(entry, to: &list)
    guard let value else { return }
    let isNegative = value >> 63 == 1 && showsSources && reader.isSigned(entry, .constantValue)
    list.append(.text(isNegative ? " = -" : " = "), .number(isNegative ? 0 &- value : value))
  }

  @_lifetime(self: copy self) private mutating func isIgnoredEnumerator(_ entry: Int)
    throws(TypeVersionsError) -> Bool
  {
    guard let rules, let target = try enumeratorTarget(entry) else { return false }
    return rules.isIgnoredEnumerator(target.rawSpan)
  }

  /// What rules call an enumerator: the name of the enumeration, a blank, its own; `nil` without a
  /// name.
  @_lifetime(self: copy self) private mutating func enumeratorTarget(_ entry: Int)
    throws(TypeVersionsError) -> [UInt8]?
  {
    let around = Int(reader.entries.entries[entry].parent)
    guard let outer = try names.name(of: around, reader),
      let own = try names.name(of: entry, reader)
    else { return nil }
    var target = names.bytes(outer).array
    target.append(0x20)
    target += names.bytes(own).array
    return target
  }
}
