package import SymtypesFormat
internal import ByteStorage

/// The versions of the exports of one file of symtypes: the CRC-32 of the text of each, in which a type is
/// written out at its first mention. Sums of types that several exports reach are used again.
package struct SymtypesSums {
  private var texts = TypeTexts()
  private var exports: [Int: TypeTexts.Text] = [:]
  private var sums: VersionSums

  /// Takes the texts of a file.
  ///
  /// - Throws: ``TypeVersionsError`` `.tooLarge`.
  package init(
    _ file: SymtypesTree.File, _ store: SymtypesStore, _ generator: SymtypesGenerator
  ) throws(TypeVersionsError) {
    var texts = TypeTexts()
    // Numbers of keys in the texts are those of the records.
    var numbers: [Int: Int] = [:]
    for record in file.records {
      let name = store.keys.name(Int(record.key))
      numbers[Int(record.key)] = try texts.key(name)
      if generator == .genksyms { texts.addMention(SymtypesSums.mention(name)) }
    }
    var exports: [Int: TypeTexts.Text] = [:]
    for record in file.records {
      let key = Int(record.key)
      let parts =
        generator == .genksyms
        ? SymtypesSums.words(Int(record.text), store, numbers)
        : SymtypesSums.pieces(Int(record.text), store, numbers)
      let text = try texts.add(parts)
      if store.isExport(key) {
        exports[key] = text
      } else if let number = numbers[key] {
        texts.replace(number, with: text)
      }
    }
    sums = VersionSums(texts, forVersions: exports.count)
    (self.texts, self.exports) = (texts, exports)
  }

  /// The version of an export; `nil` if the file does not have it.
  ///
  /// - Throws: ``TypeVersionsError`` `.tooLarge`.
  package mutating func version(ofExport key: Int) throws(TypeVersionsError) -> UInt32? {
    guard let text = exports[key] else { return nil }
    return try sums.crc(of: text, texts)
  }
}

extension SymtypesSums {
  private typealias Part = (text: [UInt8], key: Int?)

  /// What genksyms writes for a key that it has written out before (scripts/genksyms/genksyms.c,
  /// `expand_and_crc_sym`, 6.1): its word, its name.
  private static func mention(_ key: RawSpan) -> [UInt8] {
    var bytes: [UInt8] = []
    if let kind = SymtypesKind(key: key), kind.repeatedWord.utf8CodeUnitCount > 0 {
      bytes = Array("\(kind.repeatedWord) ".utf8)
    }
    if let name = key.suffix(from: 2) { bytes += name.array }
    return bytes + [0x20]
  }

  /// Every word and a blank, and references to the keys of the file; `extern` does not count.
  private static func words(_ text: Int, _ store: SymtypesStore, _ numbers: [Int: Int]) -> [Part] {
    var (parts, bytes) = ([Part](), OutputBuffer())
    let tokens = store.tokens(text)
    for index in tokens.indices {
      let word = store.bytes(tokens[index])
      if !tokens[index].isReference {
        guard !word.equals("extern") else { continue }
        bytes.append(word)
        bytes.append(0x20)
      } else if let key = numbers[tokens[index].number] {
        parts.append((bytes.bytes, key))
        bytes = OutputBuffer()
      } else {
        bytes.append(mention(word))
      }
    }
    parts.append((bytes.bytes, nil))
    return parts
  }

  /// The text with its blanks as they are, and references to the keys of the file
  /// (scripts/gendwarfksyms/types.c, 6.14).
  private static func pieces(_ text: Int, _ store: SymtypesStore, _ numbers: [Int: Int]) -> [Part] {
    var parts: [Part] = []
    let bytes = store.text(text)
    var (words, start) = (SymtypesWords(bytes), 0)
    while let word = words.next() {
      guard isSymtypesReference(word), let known = store.keys.find(word), let key = numbers[known]
      else { continue }
      parts.append((bytes.slice(start..<(words.position &- word.byteCount))?.array ?? [], key))
      start = words.position
    }
    return parts + [(bytes.suffix(from: start)?.array ?? [], nil)]
  }
}
