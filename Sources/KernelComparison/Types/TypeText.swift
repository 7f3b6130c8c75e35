internal import ByteStorage
package import SymtypesFormat

/// The text of a type as lines that people read.
package enum TypeText {
  /// Where lines are broken.
  package enum Style: Sendable {
    /// As suse-kabi-tools does, which knows the text of genksyms.
    case genksyms
    /// Also before the members, parameters and enumerators of gendwarfksyms.
    case readable
  }

  /// Writes the lines of a type, one array of bytes for each.
  package static func lines(
    of text: Int, in store: SymtypesStore, style: Style = .genksyms
  ) -> [[UInt8]] {
    var writer = Writer()
    let tokens = store.tokens(text)
    let isEnumeration = isEnumeration(text, store)
    for index in tokens.indices {
      let word = store.bytes(tokens[index])
      if word.equals("}") {
        writer.endLine()
        writer.depth = max(0, writer.depth - 1)
        writer.add(word)
      } else if word.equals("{") {
        writer.add(word)
        writer.endLine()
        writer.depth += 1
      } else if word.equals(";") {
        writer.add(word, isGlued: true)
        writer.endLine()
      } else if word.equals(",") {
        writer.add(word, isGlued: true)
        if isEnumeration || style == .readable && beginsMember(index + 1, of: text, store) {
          writer.endLine()
        }
      } else {
        writer.add(word)
      }
    }
    writer.endLine()
    return writer.lines
  }

  private static func isEnumeration(_ text: Int, _ store: SymtypesStore) -> Bool {
    isWord(0, of: text, "enum", store)
      || isWord(0, of: text, "typedef", store) && isWord(1, of: text, "enum", store)
  }

  /// Whether a word begins a member, a parameter or an enumerator.
  private static func beginsMember(_ index: Int, of text: Int, _ store: SymtypesStore) -> Bool {
    isWord(index, of: text, "member", store) || isWord(index, of: text, "formal_parameter", store)
      || isWord(index, of: text, "enumerator", store)
  }

  private static func isWord(
    _ index: Int, of text: Int, _ word: StaticString, _ store: SymtypesStore
  ) -> Bool {
    let tokens = store.tokens(text)
    return index < tokens.count ? store.bytes(tokens[index]).equals(word) : false
  }

  private struct Writer {
    var lines: [[UInt8]] = []
    var depth = 0
    private var line: [UInt8] = []

    /// Depth of blanks that a line can have.
    private static let deepest = 64

    mutating func add(_ word: RawSpan, isGlued: Bool = false) {
      if line.isEmpty {
        line = [UInt8](repeating: 0x09, count: min(depth, Writer.deepest))
      } else if !isGlued {
        line.append(0x20)
      }
      unsafe word.withUnsafeBytes { unsafe line.append(contentsOf: $0) }
    }

    mutating func endLine() {
      if !line.isEmpty { lines.append(line) }
      line = []
    }
  }
}
