package import ByteStorage

/// Makes a name table, of any number of names, in bounded memory. Equal input gives equal bytes,
/// whatever the order it comes in: a table says nothing of when and how it was made, and merging
/// tables gives what building from all their sources gives.
package struct NameTableBuilder: ~Copyable {
  package struct Summary: Sendable, Hashable {
    package let names: Int
    package let owners: Int
    /// Names that were left out, since they are empty or longer than 65,535 bytes.
    package let skipped: Int
    /// Size of the file, in bytes.
    package let fileSize: Int
  }

  /// Memory to use by default, in bytes.
  package static let defaultMemory = 1 << 28

  private let path: String
  private let directory: String
  private let memory: Int
  private var owners: [NameTable.Owner] = []
  private let pairs: PairSorter
  private var skipped = 0

  /// What does not fit into about `memory` bytes is kept beside the file to make or replace.
  package init(_ path: String, memory: Int = NameTableBuilder.defaultMemory) {
    self.path = path
    directory = AtomicFile.workDirectory(for: path)
    self.memory = memory
    pairs = PairSorter(directory: directory, memory: memory)
  }

  /// Adds an owner; returns its index for ``add(_:owner:)``.
  package mutating func addOwner(_ owner: NameTable.Owner) -> Int {
    var owner = owner
    owner.name = NameTableBuilder.cut(owner.name)
    owner.release = NameTableBuilder.cut(owner.release)
    owner.buildID = Array(owner.buildID.prefix(NameTable.longestField))
    owner.kernelBuildID = Array(owner.kernelBuildID.prefix(NameTable.longestField))
    owners.append(owner)
    return owners.count - 1
  }

  /// Adds a name of an owner (`nil` if unknown), which may have it already.
  package mutating func add(_ name: RawSpan, owner: Int?) throws(FileError) {
    guard name.byteCount > 0, name.byteCount <= NameTableHeader.longestName,
      owner.map({ owners.indices.contains($0) }) ?? true
    else {
      skipped += 1
      return
    }
    try pairs.add(name, owner.map { UInt64($0) } ?? TableContents.noOwner)
  }

  /// Adds all of a table; `path` names it in errors.
  package mutating func add(_ table: NameTable, path: String) throws(FileError) {
    let first = owners.count
    do throws(ParseError) {
      for index in 0..<table.ownerCount { _ = addOwner(try table.owner(at: index)) }
    } catch { throw FileError(path: path, cause: .malformed(error)) }
    var offset = 0
    for _ in 0..<table.count {
      offset = try add(recordAt: offset, of: table, firstOwner: first, path)
    }
  }

  /// Adds a record of a table; returns where the next one is.
  private mutating func add(
    recordAt offset: Int, of table: NameTable, firstOwner: Int, _ path: String
  ) throws(FileError) -> Int {
    let record: NameTable.Record
    let owners: [Int]
    do throws(ParseError) {
      record = try table.record(at: offset)
      owners = try table.owners(of: record)
    } catch { throw FileError(path: path, cause: .malformed(error)) }
    if owners.isEmpty { try add(record.name, owner: nil) }
    for owner in owners { try add(record.name, owner: firstOwner + owner) }
    return record.next
  }

  /// Writes the table; if that throws, `path` is as before.
  package consuming func finish() throws(FileError) -> Summary {
    let final = FinalOwners(owners)
    let contents = try TableContents(path, directory: directory, memory: memory)
    try contents.write(pairs, final)
    let (names, size) = try contents.finish(final.owners)
    return Summary(names: names, owners: final.owners.count, skipped: skipped, fileSize: size)
  }

  private static func cut(_ text: String) -> String {
    text.utf8.count <= NameTable.longestField
      ? text : String(decoding: text.utf8.prefix(NameTable.longestField), as: UTF8.self)
  }
}

/// Owners in the order of the table, each once.
struct FinalOwners {
  let owners: [NameTable.Owner]
  /// Place in the table by index in the order of adding.
  let places: [UInt32]

  init(_ added: [NameTable.Owner]) {
    var order = added.indices.map { (fields: added[$0].fields, index: $0) }
    order.sort { left, right in
      for (first, second) in zip(left.fields, right.fields) where first != second {
        return first.lexicographicallyPrecedes(second)
      }
      return left.index < right.index
    }
    var owners: [NameTable.Owner] = []
    var places = [UInt32](repeating: 0, count: added.count)
    for entry in order {
      if owners.last != added[entry.index] { owners.append(added[entry.index]) }
      places[entry.index] = UInt32(truncatingIfNeeded: owners.count - 1)
    }
    self.owners = owners
    self.places = places
  }
}
