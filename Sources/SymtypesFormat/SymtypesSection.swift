internal import ByteStorage

/// What sections of one text use again: for each key its text in the section that is being read.
struct SymtypesScratch {
  fileprivate var texts: [UInt32] = []
  /// The round of each key's text; a text of an earlier round does not count.
  fileprivate var rounds: [UInt32] = []
  fileprivate var round: UInt32 = 0
  /// Number of records of all sections, with those that they do not write out.
  fileprivate var recordCount = 0

  /// Most records: a few lines may stand for very many. A large build has a tenth.
  fileprivate static let mostRecords = 1 << 26

  fileprivate mutating func set(_ key: Int, _ text: Int) -> Bool {
    while rounds.count <= key {
      rounds.append(0)
      texts.append(0)
    }
    guard rounds[key] != round else { return false }
    rounds[key] = round
    texts[key] = UInt32(truncatingIfNeeded: text)
    return true
  }
}

/// The records of one file, or of one section, while it is read.
struct SymtypesSection {
  let path: [UInt8]
  /// In the order of the text.
  private var records: [(key: UInt32, text: UInt32, line: UInt32)] = []
  private var exports: [UInt32] = []

  init(path: [UInt8], _ scratch: inout SymtypesScratch) {
    self.path = path
    scratch.round &+= 1
  }

  /// Adds a record; `false` if the key has one.
  mutating func add(
    _ key: Int, _ text: Int, line: Int, isExport: Bool, _ scratch: inout SymtypesScratch
  ) -> Bool {
    guard scratch.set(key, text) else { return false }
    let number = UInt32(truncatingIfNeeded: key)
    records.append((number, UInt32(truncatingIfNeeded: text), UInt32(truncatingIfNeeded: line)))
    if isExport { exports.append(number) }
    return true
  }

  /// What ends a section, and the line that does.
  enum Fault: Error {
    /// A reference that nothing defines.
    case unknown(key: Int, line: Int)
    case tooManyRecords(line: Int)
  }

  /// Adds what the records reach to the file, and it to the tree. `other` gives the record of a key
  /// that the section itself does not have.
  consuming func finish(
    _ store: SymtypesStore, _ scratch: inout SymtypesScratch, into tree: inout SymtypesTree,
    other: (Int) -> (text: Int, line: Int)?
  ) throws(Fault) {
    var next = 0
    while next < records.count {
      let record = records[next]
      next += 1
      let tokens = store.tokens(Int(record.text))
      for index in tokens.indices where tokens[index].isReference {
        let key = tokens[index].number
        if key < scratch.rounds.count, scratch.rounds[key] == scratch.round { continue }
        guard let found = other(key) else { throw .unknown(key: key, line: Int(record.line)) }
        _ = add(key, found.text, line: found.line, isExport: false, &scratch)
      }
    }
    scratch.recordCount += records.count
    guard scratch.recordCount <= SymtypesScratch.mostRecords else {
      throw .tooManyRecords(line: Int(records.first?.line ?? 0))
    }
    var lines: [UInt32: Int] = [:]
    if tree.hasAny(exports) { for record in records { lines[record.key] = Int(record.line) } }
    tree.add(
      SymtypesTree.File(path: path, records: sorted(scratch), exports: exports), lines: lines)
  }

  /// The records by key.
  private func sorted(_ scratch: SymtypesScratch) -> [SymtypesTree.Record] {
    guard records.count > scratch.rounds.count / 16 else {
      return records.map { SymtypesTree.Record(key: Int($0.key), text: Int($0.text)) }
        .sorted { $0.key < $1.key }
    }
    var all: [SymtypesTree.Record] = []
    all.reserveCapacity(records.count)
    for key in scratch.rounds.indices where scratch.rounds[key] == scratch.round {
      all.append(SymtypesTree.Record(key: key, text: Int(scratch.texts[key])))
    }
    return all
  }
}
