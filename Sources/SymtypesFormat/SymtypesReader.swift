internal import ByteStorage

/// Reads symtypes text in its three forms: the plain file of one object; the consolidated file of
/// suse-kabi-tools (sections with `/* path */`); and the older one of records with variants and
/// lines `F#path`.
package enum SymtypesReader {
  package enum Form: Sendable, Hashable { case plain, consolidated, variants }

  /// What a text is, by its first line, or by a line that begins with `F#`.
  package static func form(of text: RawSpan) -> Form {
    var lines = Lines(text)
    if let first = lines.next(), sectionPath(first) != nil || isBrokenHeader(first) {
      return .consolidated
    }
    if text.starts(with: "F#") || text.firstRange(of: "\nF#") != nil { return .variants }
    return .plain
  }

  /// Reads a text of any form into a tree.
  ///
  /// - Parameters:
  ///   - text: The text, unpacked.
  ///   - path: The path of a plain file, as the tree has it.
  ///   - plainOnly: Whether only a plain file will do, as inside a directory.
  ///   - tree: Where the files go.
  ///   - store: Where their keys and texts go.
  /// - Throws: ``SymtypesError`` for what suse-kabi-tools 1.1 refuses, except bytes that are not
  ///   UTF-8, and where it goes astray: a section without a path.
  package static func read(
    _ text: RawSpan, path: [UInt8], plainOnly: Bool = false, into tree: inout SymtypesTree,
    _ store: inout SymtypesStore
  ) throws(SymtypesError) {
    switch form(of: text) {
    case .plain: try readPlain(text, path: path, into: &tree, &store)
    case .consolidated:
      if plainOnly {
        var lines = Lines(text)
        let first = lines.next()?.array ?? []
        throw SymtypesError(.consolidated, line: 1, content: first)
      }
      try readConsolidated(text, into: &tree, &store)
    case .variants: try readVariants(text, into: &tree, &store)
    }
  }

  /// The path of a line that opens a section, `/* path */`; `nil` for other lines.
  @_lifetime(copy line) static func sectionPath(_ line: RawSpan) -> RawSpan? {
    guard line.byteCount > 6, line.starts(with: "/* "), line.ends(with: " */") else { return nil }
    return line.slice(3..<(line.byteCount &- 3))
  }

  /// A header without room for a path: `/* */`, `/*  */`.
  static func isBrokenHeader(_ line: RawSpan) -> Bool {
    line.byteCount <= 6 && line.starts(with: "/* ") && line.ends(with: " */")
  }

  private static func readPlain(
    _ text: RawSpan, path: [UInt8], into tree: inout SymtypesTree, _ store: inout SymtypesStore
  ) throws(SymtypesError) {
    var scratch = SymtypesScratch()
    var section = SymtypesSection(path: path, &scratch)
    var lines = Lines(text)
    var number = 0
    while let line = lines.next() {
      number &+= 1
      guard let record = SymtypesLine(line) else {
        throw SymtypesError(.noKey, line: number, content: line.array)
      }
      let key = try store.internKey(record.key)
      let body = try store.internText(record.text)
      guard
        section.add(key, body, line: number, isExport: !isSymtypesReference(record.key), &scratch)
      else {
        throw SymtypesError(.duplicateKey(record.key.array), line: number, content: line.array)
      }
    }
    do throws(SymtypesSection.Fault) {
      try section.finish(store, &scratch, into: &tree) { _ in nil }
    } catch { throw refusal(error, text, store) }
  }

  static func refusal(
    _ fault: SymtypesSection.Fault, _ text: RawSpan, _ store: SymtypesStore
  ) -> SymtypesError {
    let (reason, number): (SymtypesError.Reason, Int) =
      switch fault {
      case .unknown(let key, let line): (.unknownType(store.keys.name(key).array), line)
      case .tooManyRecords(let line): (.tooManyRecords, line)
      }
    var lines = Lines(text)
    for _ in 1..<max(1, number) { _ = lines.next() }
    return SymtypesError(reason, line: number, content: lines.next()?.array ?? [])
  }
}
