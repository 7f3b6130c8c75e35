package import ByteStorage
package import NameTables
package import SymbolNames

extension NameTable: NameDirectory {
  /// The linkage names that a hashed name stands for: none, one, or two that differ by a leading dot.
  package func linkageNames(of hashed: HashedName) throws(ParseError) -> [[UInt8]] {
    var names: [[UInt8]] = []
    try forEachRecord(for: hashed) { names.append($0.name.array) }
    return names
  }

  /// The names of which a text is a form, among those that share its key.
  package func linkageNames(
    for form: RawSpan, owner: String?, among kin: NamesByForm?
  ) throws(ParseError) -> [[UInt8]] {
    let names = kin?.linkageNames(for: form) ?? []
    if names.isEmpty, try record(linkage: form) != nil {
      // One of more names with this key than are looked at.
      return [form.array]
    }
    guard names.count > 1, let owner else { return names }
    var owned: [[UInt8]] = []
    for name in names where try isOwned(name, by: owner) { owned.append(name) }
    return owned.isEmpty ? names : owned
  }

  /// Names looked at for one key at most: tables may be made to have any number that look alike.
  private static let mostKin = 1 << 16

  /// All names that share a key.
  ///
  /// - Throws: ``ParseError`` if the table is damaged where it was touched.
  package func names(sharing key: KinKey) throws(ParseError) -> NamesByForm? {
    switch key {
    case .source(let base): NamesByForm(try sourceKin(of: base))
    case .readable(let prefix, let key): NamesByForm(try readableKin(of: key, prefix))
    }
  }

  /// A source name, if it is a name, and those that begin with it and have suffixes.
  private func sourceKin(of base: [UInt8]) throws(ParseError) -> [[UInt8]] {
    var names: [[UInt8]] = []
    if try record(linkage: base.span.raw) != nil { names.append(base) }
    for separator in [UInt8(ascii: "."), UInt8(ascii: "$")] {
      let key = base + [separator]
      var seen = 0
      try forEachRecord(beginningWith: key.span.raw) { record in
        names.append(record.name.array)
        seen += 1
        return seen < NameTable.mostKin
      }
    }
    return names
  }

  /// Names with a readable path that has a given key.
  private func readableKin(of key: [UInt8], _ prefix: [UInt8]) throws(ParseError) -> [[UInt8]] {
    var names: Set<[UInt8]> = []
    var seen = 0
    try forEachRecord(readableKey: key) { record, _, _ in
      names.insert(prefix + record.name.array)
      seen += 1
      return seen < NameTable.mostKin
    }
    guard !prefix.isEmpty else { return Array(names) }
    var prefixed: [[UInt8]] = []
    for name in names where try record(linkage: name.span.raw) != nil { prefixed.append(name) }
    return prefixed
  }

  private func isOwned(_ name: [UInt8], by owner: String) throws(ParseError) -> Bool {
    guard let record = try record(linkage: name.span.raw) else { return false }
    for index in try owners(of: record) where try self.owner(at: index).name == owner {
      return true
    }
    return false
  }
}
