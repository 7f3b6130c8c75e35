internal import ByteStorage

extension SymtypesReader {
  /// All records of a file with variants: by key, then by variant.
  private struct Variants {
    typealias Found = (text: Int, line: Int)
    /// Records whose key has one text.
    var single: [Int: Found] = [:]
    /// Records by their key with its variant, as written.
    var several: [Int: Found] = [:]

    mutating func add(_ key: Int, hasVariant: Bool, _ found: Found) -> Bool {
      hasVariant
        ? several.updateValue(found, forKey: key) == nil
        : single.updateValue(found, forKey: key) == nil
    }
  }

  /// Reads the form of suse-kabi-tools up to 0.2 and of UEK's `Symtypes.build`: records
  /// `KEY@VARIANT words` or, where a key has one text, `KEY words`; and for each file a line
  /// `F#path EXPORT… KEY@VARIANT…`. The variant is any word.
  static func readVariants(
    _ text: RawSpan, into tree: inout SymtypesTree, _ store: inout SymtypesStore
  ) throws(SymtypesError) {
    var variants = Variants()
    var lines = Lines(text)
    var number = 0
    while let line = lines.next() {
      number &+= 1
      if line.starts(with: "F#") || line.byteCount == 0 { continue }
      guard let record = SymtypesLine(line) else {
        throw SymtypesError(.noKey, line: number, content: line.array)
      }
      let key = try store.internKey(record.key)
      let body = try store.internText(record.text)
      let hasVariant = variantStart(record.key) != nil
      guard variants.add(key, hasVariant: hasVariant, (body, number)) else {
        throw SymtypesError(.duplicateKey(record.key.array), line: number, content: line.array)
      }
    }
    var paths = Set(tree.files.map(\.path))
    var scratch = SymtypesScratch()
    lines = Lines(text)
    number = 0
    while let line = lines.next() {
      number &+= 1
      guard line.starts(with: "F#") else { continue }
      var words = SymtypesWords(line)
      let path = words.next()?.suffix(from: 2)?.array ?? []
      guard paths.insert(path).inserted else { throw SymtypesError(.duplicatePath(path)) }
      try readFile(words, line, number, path, variants, text, &scratch, into: &tree, &store)
    }
  }

  private static func readFile(
    _ list: consuming SymtypesWords, _ line: RawSpan, _ number: Int, _ path: [UInt8],
    _ variants: Variants, _ text: RawSpan, _ scratch: inout SymtypesScratch,
    into tree: inout SymtypesTree, _ store: inout SymtypesStore
  ) throws(SymtypesError) {
    var section = SymtypesSection(path: path, &scratch)
    while let word = list.next() {
      let end = variantStart(word)
      let written = try store.internKey(word)
      guard let plain = word.slice(0..<(end ?? word.byteCount)),
        let found = end == nil ? variants.single[written] : variants.several[written]
      else {
        throw SymtypesError(.unknownType(word.array), line: number, content: line.array)
      }
      let key = try store.internKey(plain)
      guard
        section.add(
          key, found.text, line: found.line, isExport: !isSymtypesReference(plain), &scratch)
      else { throw SymtypesError(.duplicateKey(plain.array), line: number, content: line.array) }
    }
    do throws(SymtypesSection.Fault) {
      try section.finish(store, &scratch, into: &tree) { variants.single[$0] }
    } catch { throw refusal(error, text, store) }
  }

  /// Where `@VARIANT` begins in a key; `nil` if there is none.
  private static func variantStart(_ key: RawSpan) -> Int? {
    var position = key.byteCount &- 1
    while position > 0 {
      if key.byte(at: position) == UInt8(ascii: "@") { return position }
      position &-= 1
    }
    return nil
  }
}
