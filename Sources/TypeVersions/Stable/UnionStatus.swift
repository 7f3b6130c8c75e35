internal import ByteStorage
internal import DWARFFormat

/// What the names of a union's members say of it, where kABI rules are used.
enum UnionStatus {
  case normal
  /// It counts as the type of its placeholder, under the name that a member had, if it was renamed.
  case reserved(placeholder: Int, renamed: Int?)
  /// It does not count.
  case ignored
}

/// The same of one member.
private enum MemberStatus { case normal, reserved, renamed, ignored }

extension TypePieces {
  /// Prefix of the name of a placeholder whose place another member has taken.
  static let renamedPrefix: StaticString = "__kabi_renamed"

  private func memberStatus(_ entry: Int) -> MemberStatus {
    guard let name = reader.string(entry, .name), name.starts(with: "__kabi_") else {
      return .normal
    }
    if name.starts(with: "__kabi_reserved") { return .reserved }
    if name.starts(with: "__kabi_ignored") { return .ignored }
    return name.starts(with: TypePieces.renamedPrefix) ? .renamed : .normal
  }

  /// Whether a member is of a union that does not count.
  @_lifetime(self: copy self)
  mutating func isIgnored(_ member: Int) throws(TypeVersionsError) -> Bool {
    let type = try memberType(member)
    guard reader.entries.tag(type) == .union, case .ignored = try status(ofUnion: type) else {
      return false
    }
    return true
  }

  private func memberType(_ member: Int) throws(TypeVersionsError) -> Int {
    guard let type = reader.reference(member, .type) else {
      throw .memberWithoutType(offset: Int(reader.entries.entries[member].offset))
    }
    return type
  }

  @_lifetime(self: copy self)
  mutating func status(ofUnion entry: Int) throws(TypeVersionsError) -> UnionStatus {
    if let known = unions[entry] { return known }
    let status = try findStatus(entry)
    unions[entry] = status
    return status
  }

  /// Members in order, up to the second that counts: its own name, or that of the first member of
  /// the structure that it is.
  private func findStatus(_ union: Int) throws(TypeVersionsError) -> UnionStatus {
    var counted = 0
    var child = reader.entries.firstChild(of: union)
    while let member = child {
      child = reader.entries.sibling(of: member)
      guard reader.entries.tag(member) == .member else { continue }
      let type = try memberType(member)
      if let status = self.status(memberStatus(member), member, type) { return status }
      var isEmpty = false
      if reader.entries.tag(type) == .structure {
        if let inner = firstMember(of: type) {
          let status = memberStatus(inner)
          if status == .ignored { return .ignored }
          if status != .normal, let result = self.status(status, inner, try memberType(inner)) {
            return result
          }
        } else {
          isEmpty = true
        }
      }
      counted += 1
      if counted >= 2, !isEmpty { return .normal }
    }
    return .normal
  }

  private func status(_ status: MemberStatus, _ member: Int, _ type: Int) -> UnionStatus? {
    switch status {
    case .normal: nil
    case .ignored: .ignored
    case .reserved: .reserved(placeholder: type, renamed: nil)
    case .renamed: .reserved(placeholder: type, renamed: member)
    }
  }

  private func firstMember(of entry: Int) -> Int? {
    var child = reader.entries.firstChild(of: entry)
    while let member = child {
      if reader.entries.tag(member) == .member { return member }
      child = reader.entries.sibling(of: member)
    }
    return nil
  }

  /// The former name of a member that says that it was renamed.
  @_lifetime(copy self) func formerName(_ member: Int) -> RawSpan? {
    guard let name = reader.string(member, .name) else { return nil }
    return name.suffix(from: TypePieces.renamedPrefix.utf8CodeUnitCount)
  }
}
