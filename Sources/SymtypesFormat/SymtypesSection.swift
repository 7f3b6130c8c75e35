internal import ByteStorage

/// The records of one file, or of one section, while it is read.
struct SymtypesSection {
  let path: [UInt8]
  /// Text and line of each key.
  private(set) var records: [UInt32: (text: Int, line: Int)] = [:]
  /// Keys in the order of the text.
  private var order: [UInt32] = []
  private var exports: [UInt32] = []

  init(path: [UInt8]) { self.path = path }

  /// Adds a record; `false` if the key has one.
  mutating func add(_ key: Int, _ text: Int, line: Int, isExport: Bool) -> Bool {
    let number = UInt32(truncatingIfNeeded: key)
    guard records.updateValue((text, line), forKey: number) == nil else { return false }
    order.append(number)
    if isExport { exports.append(number) }
    return true
  }

  /// A reference that nothing defines, and the line that has it.
  struct Unknown: Error {
    let key: Int
    let line: Int
  }

  /// Adds what the records reach to the file, and it to the tree. `other` gives the record of a key
  /// that the section itself does not have.
  consuming func finish(
    _ store: SymtypesStore, into tree: inout SymtypesTree,
    other: (Int) -> (text: Int, line: Int)?
  ) throws(Unknown) {
    var next = 0
    while next < order.count {
      guard let (text, line) = records[order[next]] else { break }
      next += 1
      let tokens = store.tokens(text)
      for index in tokens.indices where tokens[index].isReference {
        let key = tokens[index].number
        let number = UInt32(truncatingIfNeeded: key)
        guard records[number] == nil else { continue }
        guard let found = other(key) else { throw Unknown(key: key, line: line) }
        records[number] = found
        order.append(number)
      }
    }
    let all = records.map { SymtypesTree.Record(key: Int($0.key), text: $0.value.text) }
      .sorted { $0.key < $1.key }
    tree.add(
      SymtypesTree.File(path: path, records: all, exports: exports),
      lines: tree.hasAny(exports) ? records.mapValues(\.line) : [:])
  }
}
