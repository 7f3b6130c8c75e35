package import ByteStorage
package import SymtypesFormat

/// Writes symtypes as text: consolidated, or file by file.
package struct SymtypesText {
  private let store: SymtypesStore
  private let order: KeyOrder

  package init(_ store: SymtypesStore) {
    self.store = store
    order = KeyOrder(store)
  }

  /// Writes a tree as one file with sections (suse-kabi-tools 1.1). A record is left out if the last one
  /// of its key is the same; types that are only declared are written in each section anew.
  package func consolidate(
    _ tree: SymtypesTree, flush: (inout OutputBuffer) -> Void
  ) {
    var output = OutputBuffer(reserving: 1 << 20)
    var last = [Int32](repeating: -1, count: store.keys.count)
    var isFirst = true
    for number in tree.pathOrder {
      let file = tree.files[number]
      if !isFirst { output.append(0x0a) }
      isFirst = false
      output.append("/* ")
      output.append(file.path)
      output.append(" */\n")
      var wanted: [SymtypesTree.Record] = []
      for record in file.records {
        let text = Int32(truncatingIfNeeded: store.canonical(Int(record.text)))
        guard last[Int(record.key)] != text else { continue }
        wanted.append(record)
        if !store.isDeclaration(Int(record.text), ofKey: Int(record.key)) {
          last[Int(record.key)] = text
        }
      }
      for record in order.sorted(wanted) {
        if store.isDeclaration(Int(record.text), ofKey: Int(record.key)) {
          writeDeclaration(record.key, to: &output)
        } else {
          write(record, to: &output)
        }
      }
      if output.bytes.count > 1 << 20 { flush(&output) }
    }
    flush(&output)
  }

  /// Writes one file of a tree as plain text.
  package func write(_ file: SymtypesTree.File, to output: inout OutputBuffer) {
    for record in order.sorted(file.records) { write(record, to: &output) }
  }

  private func writeDeclaration(_ key: UInt32, to output: inout OutputBuffer) {
    let name = store.keys.name(Int(key))
    output.append(name.part(0..<1))
    output.append("##")
    output.append(name.part(2..<name.byteCount))
    output.append(0x0a)
  }

  private func write(_ record: SymtypesTree.Record, to output: inout OutputBuffer) {
    output.append(store.keys.name(Int(record.key)))
    let tokens = store.tokens(Int(record.text))
    for index in tokens.indices {
      output.append(0x20)
      output.append(store.bytes(tokens[index]))
    }
    output.append(0x0a)
  }

  /// Whether a path of a section leads out of the directory into which files are written.
  package static func leadsOutside(_ path: [UInt8]) -> Bool {
    guard let first = path.first, first != 0x2f, !path.contains(0) else { return true }
    return path.split(separator: 0x2f).contains { $0.elementsEqual("..".utf8) }
  }
}
