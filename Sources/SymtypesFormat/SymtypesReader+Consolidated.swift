internal import ByteStorage

extension SymtypesReader {
  /// The records that a later section may leave out: for each key the last one, and its line.
  private struct Carried {
    var records: [(text: Int, line: Int)?] = []

    subscript(_ key: Int) -> (text: Int, line: Int)? {
      key < records.count ? records[key] : nil
    }

    mutating func set(_ key: Int, _ text: Int, line: Int) {
      while records.count <= key { records.append(nil) }
      records[key] = (text, line)
    }
  }

  /// Reads a consolidated file (suse-kabi-tools 0.3 and later).
  static func readConsolidated(
    _ text: RawSpan, into tree: inout SymtypesTree, _ store: inout SymtypesStore
  ) throws(SymtypesError) {
    var carried = Carried()
    var section: SymtypesSection?
    var scratch = SymtypesScratch()
    var paths = Set(tree.files.map(\.path))
    var lines = Lines(text)
    var number = 0
    func close() throws(SymtypesError) {
      guard let open = section else { return }
      do throws(SymtypesSection.Fault) {
        try open.finish(store, &scratch, into: &tree) { carried[$0] }
      } catch { throw refusal(error, text, store) }
    }
    while let line = lines.next() {
      number &+= 1
      if line.byteCount == 0 { continue }
      if let path = sectionPath(line)?.array {
        try close()
        guard paths.insert(path).inserted else { throw SymtypesError(.duplicatePath(path)) }
        section = SymtypesSection(path: path, &scratch)
        continue
      }
      guard section != nil, !isBrokenHeader(line) else {
        throw SymtypesError(.invalidHeader, line: number, content: line.array)
      }
      guard let record = SymtypesLine(line) else {
        throw SymtypesError(.noKey, line: number, content: line.array)
      }
      let (key, body, isCarried) = try keyAndText(record, line, number, &store)
      let isExport = !isSymtypesReference(record.key)
      guard section?.add(key, body, line: number, isExport: isExport, &scratch) ?? false else {
        let name = store.keys.name(key).array
        throw SymtypesError(.duplicateKey(name), line: number, content: line.array)
      }
      if isCarried { carried.set(key, body, line: number) }
    }
    try close()
  }

  /// Key and text of a record, and whether later sections may leave it out: not so for `s##name`,
  /// which stands for `struct name { UNKNOWN }` in its own section.
  private static func keyAndText(
    _ record: SymtypesLine, _ line: RawSpan, _ number: Int, _ store: inout SymtypesStore
  ) throws(SymtypesError) -> (key: Int, text: Int, isCarried: Bool) {
    guard let kind = SymtypesKind(key: record.key), kind != .enumerator,
      record.key.byte(at: 2) == UInt8(ascii: "#"), record.key.byteCount > 3,
      let name = record.key.suffix(from: 3)
    else { return (try store.internKey(record.key), try store.internText(record.text), true) }
    var rest = SymtypesWords(record.text)
    guard rest.next() == nil else {
      throw SymtypesError(.wordsAfterDeclaration, line: number, content: line.array)
    }
    var (key, text) = (OutputBuffer(), OutputBuffer())
    key.append(kind.rawValue)
    key.append("#")
    key.append(name)
    text.append(kind.word)
    text.append(" ")
    text.append(name)
    text.append(" { UNKNOWN }")
    return (
      try store.internKey(key.bytes.rawSpan), try store.internText(text.bytes.rawSpan), false
    )
  }
}
