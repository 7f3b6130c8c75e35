package import ByteStorage
package import SymbolNames

/// A name with all its owners.
package struct FoundName: Sendable {
  package let name: SymbolName
  /// What owns it, in all tables that were searched, each owner once.
  package fileprivate(set) var owners: [NameTable.Owner]
}

/// What a key means in several tables.
package struct TableSearch: Sendable {
  /// Ways of reading a key; the first that finds any counts.
  private enum Reading: CaseIterable { case hashed, linkage, source, readable }

  private let key: [UInt8]
  private let hashed: HashedName?
  /// What was found, in the order of the first table that has it.
  package private(set) var found: [FoundName] = []
  private var places: [[UInt8]: Int] = [:]

  /// A key is a hashed name (64 hexadecimal digits, with or without `sha256:`), a linkage name, a
  /// source name, or a readable path or the end of one.
  package init(_ key: String) {
    self.key = Array(key.utf8)
    hashed = HashedName(key)
  }

  package mutating func add(_ table: NameTable) throws(ParseError) {
    for reading in Reading.allCases {
      let names = try names(table, reading)
      if names.isEmpty { continue }
      for name in names { try add(name, table) }
      return
    }
  }

  private func names(_ table: NameTable, _ reading: Reading) throws(ParseError) -> [[UInt8]] {
    var names: [[UInt8]] = []
    let key = self.key.rawSpan
    switch reading {
    case .hashed:
      if let hashed { try table.forEachRecord(for: hashed) { names.append($0.name.array) } }
    case .linkage:
      if let record = try table.record(linkage: key) { names.append(record.name.array) }
    case .source:
      try table.forEachRecord(source: key) { record in
        names.append(record.name.array)
        return true
      }
    case .readable:
      try table.forEachRecord(readable: key) { record in
        names.append(record.name.array)
        return true
      }
    }
    return names
  }

  private mutating func add(_ name: [UInt8], _ table: NameTable) throws(ParseError) {
    guard let record = try table.record(linkage: name.rawSpan) else { return }
    var owners: [NameTable.Owner] = []
    for owner in try table.owners(of: record) { owners.append(try table.owner(at: owner)) }
    guard let place = places[name] else {
      places[name] = found.count
      found.append(FoundName(name: SymbolName(name), owners: owners))
      return
    }
    let known = Set(found[place].owners)
    found[place].owners += owners.filter { !known.contains($0) }
  }
}
