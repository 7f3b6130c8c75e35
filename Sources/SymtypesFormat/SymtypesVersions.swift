internal import ByteStorage

/// The versions of exports, computed from the text of their types.
package struct SymtypesVersions: ~Copyable {
  /// The program that made the text: its versions are CRCs of different things.
  package enum Generator: Sendable, Hashable {
    /// Declarations of C, word by word (scripts/genksyms).
    case genksyms
    /// DWARF (scripts/gendwarfksyms, 6.14).
    case gendwarfksyms
  }

  /// Which program made a file: only one of them begins texts with tags of DWARF.
  package static func generator(
    of file: SymtypesTree.File, _ store: SymtypesStore
  ) -> Generator {
    let tags: [StaticString] = [
      "subprogram", "variable", "structure_type", "typedef_type", "union_type", "enumeration_type",
      "class_type",
    ]
    for record in file.records {
      let tokens = store.tokens(Int(record.text))
      guard tokens.count > 1, !tokens[0].isReference else { continue }
      let first = store.bytes(tokens[0])
      for tag in tags where first.equals(tag) {
        // An export without a type is `variable ( )` for genksyms.
        if tag.utf8CodeUnitCount != 8 || !store.bytes(tokens[1]).equals("(") {
          return .gendwarfksyms
        }
      }
    }
    return .genksyms
  }

  /// Which program's versions to compute.
  package var generator: Generator
  /// The export that last expanded each key.
  private var expanded: [UInt32] = []
  private var round: UInt32 = 0
  private var stack: [(text: Int, position: Int)] = []
  private var output = OutputBuffer(reserving: 1 << 16)

  package init(_ generator: Generator) { self.generator = generator }

  /// The version of an export: the CRC-32 of its text, in which each type is written out at its first
  /// mention. `nil` if the file does not have the export.
  package mutating func version(
    ofExport key: Int, in file: SymtypesTree.File, _ store: SymtypesStore
  ) -> UInt32? {
    guard let text = file.text(ofKey: key) else { return nil }
    output.removeAll()
    round &+= 1
    if round == 0 {
      expanded = []
      round = 1
    }
    while expanded.count < store.keys.count { expanded.append(0) }
    stack = [(text, 0)]
    while !stack.isEmpty {
      if generator == .genksyms { addWord(file, store) } else { addPiece(file, store) }
    }
    return output.bytes.rawSpan.crc32
  }

  /// Whether this is the first mention of a key whose text is known, which then comes next.
  private mutating func expand(_ key: Int, _ file: SymtypesTree.File) -> Bool {
    guard expanded[key] != round, let text = file.text(ofKey: key) else { return false }
    expanded[key] = round
    stack.append((text, 0))
    return true
  }

  /// Every word and a blank; of a type met before, its word and its name
  /// (scripts/genksyms/genksyms.c, `expand_and_crc_sym`, 6.1). `extern` does not count.
  private mutating func addWord(_ file: SymtypesTree.File, _ store: SymtypesStore) {
    let (text, position) = stack[stack.count &- 1]
    let tokens = store.tokens(text)
    guard position < tokens.count else {
      stack.removeLast()
      return
    }
    stack[stack.count &- 1].position = position &+ 1
    let token = tokens[position]
    let bytes = store.bytes(token)
    guard token.isReference else {
      if bytes.equals("extern") { return }
      output.append(bytes)
      output.append(0x20)
      return
    }
    if expand(token.number, file) { return }
    let word = SymtypesKind(key: bytes)?.repeatedWord ?? ""
    if word.utf8CodeUnitCount > 0 {
      output.append(word)
      output.append(0x20)
    }
    if let name = bytes.suffix(from: 2) { output.append(name) }
    output.append(0x20)
  }

  /// The text with its blanks as they are; a type met before stays as written
  /// (scripts/gendwarfksyms/types.c, 6.14).
  private mutating func addPiece(_ file: SymtypesTree.File, _ store: SymtypesStore) {
    let (text, start) = stack[stack.count &- 1]
    let bytes = store.text(text)
    var words = SymtypesWords(bytes, from: start)
    while let word = words.next() {
      guard isSymtypesReference(word), let key = store.keys.find(word) else { continue }
      let end = words.position
      // The text before the reference, and then that of its key.
      guard expanded[key] != round, file.text(ofKey: key) != nil else { continue }
      if let before = bytes.slice(start..<(end &- word.byteCount)) { output.append(before) }
      stack[stack.count &- 1].position = end
      _ = expand(key, file)
      return
    }
    if let rest = bytes.suffix(from: start) { output.append(rest) }
    stack.removeLast()
  }
}
