package import ByteStorage

/// Keys, words and texts of any number of trees, each kept once and known by a number. Equal texts
/// of two trees that share a store are found by comparing numbers.
package struct SymtypesStore: Sendable {
  /// A word of a text, or a reference to a key.
  package struct Token: Sendable, Hashable {
    private let raw: UInt32
    private static let mark: UInt32 = 1 << 31

    init(word: Int) { raw = UInt32(truncatingIfNeeded: word) }
    init(key: Int) { raw = UInt32(truncatingIfNeeded: key) | Token.mark }

    package var isReference: Bool { raw & Token.mark != 0 }
    /// The number of the word, or of the key.
    package var number: Int { Int(raw & ~Token.mark) }
  }

  /// Keys of types with their quotes, and names of exports, by number.
  package internal(set) var keys = NameInterner()
  /// Words that are not references, by number.
  package internal(set) var words = NameInterner()
  /// Texts as read, with their blanks, by number.
  private var texts = NameInterner()
  private var lists = TokenLists()
  /// Finds texts by their tokens.
  private var slots = NameSlots()

  package init() {}

  package var textCount: Int { texts.count }

  /// A text as it was read, without the key.
  @_lifetime(borrow self) package func text(_ number: Int) -> RawSpan { texts.name(number) }

  @_lifetime(borrow self) package func tokens(_ text: Int) -> Span<Token> {
    guard text >= 0, text < lists.count else { return Span() }
    let part = lists.tokens.span.extracting(lists.range(text))
    return unsafe _overrideLifetime(part, borrowing: self)
  }

  /// The number of the first text with the same tokens: equal for texts that differ in blanks only.
  package func canonical(_ text: Int) -> Int {
    text >= 0 && text < lists.count ? Int(lists.firsts[text]) : text
  }

  /// A word, or the key that it refers to, as written.
  @_lifetime(borrow self) package func bytes(_ token: Token) -> RawSpan {
    token.isReference ? keys.name(token.number) : words.name(token.number)
  }

  package func kind(ofKey key: Int) -> SymtypesKind? { SymtypesKind(key: keys.name(key)) }

  /// Whether a key is that of an export.
  package func isExport(_ key: Int) -> Bool { !isSymtypesReference(keys.name(key)) }

  /// Whether a text is that of a type that is only declared, for genksyms:
  /// `struct name { UNKNOWN }`.
  package func isDeclaration(_ text: Int, ofKey key: Int) -> Bool {
    let all = tokens(text)
    guard all.count == 5, let kind = kind(ofKey: key), kind != .enumerator,
      bytes(all[0]).equals(kind.word), bytes(all[2]).equals("{"), bytes(all[3]).equals("UNKNOWN"),
      bytes(all[4]).equals("}"), let name = keys.name(key).suffix(from: 2)
    else { return false }
    return bytes(all[1]).equals(name)
  }

  mutating func internKey(_ key: RawSpan) throws(SymtypesError) -> Int {
    guard let number = keys.intern(key), number < 1 << 31 else {
      throw SymtypesError(.tooLarge)
    }
    return number
  }

  /// The number of a text, which is cut into words if it is new.
  mutating func internText(_ text: RawSpan) throws(SymtypesError) -> Int {
    guard let number = texts.intern(text) else { throw SymtypesError(.tooLarge) }
    guard number == lists.count else { return number }
    var iterator = SymtypesWords(text)
    while let word = iterator.next() {
      if isSymtypesReference(word) {
        lists.tokens.append(Token(key: try internKey(word)))
      } else if let known = words.intern(word), known < 1 << 31 {
        lists.tokens.append(Token(word: known))
      } else {
        throw SymtypesError(.tooLarge)
      }
    }
    lists.endText()
    let first = firstText(number)
    lists.firsts[number] = UInt32(truncatingIfNeeded: first)
    return number
  }

  /// The first text with the tokens of the newest one.
  private mutating func firstText(_ number: Int) -> Int {
    let known = lists
    if slots.isFull(number) {
      slots.grow(number) { Int(known.firsts[$0]) == $0 ? known.hash($0) : nil }
    }
    let hash = known.hash(number)
    if let found = slots.find(hash, where: { known.areEqual($0, number) }) { return found }
    slots.add(number, hash)
    return number
  }
}

/// The tokens of all texts.
private struct TokenLists: Sendable {
  var tokens: [SymtypesStore.Token] = []
  /// Where the tokens of each text begin, and where the last ones end.
  private var starts: [Int] = [0]
  /// For each text, the first one with the same tokens.
  var firsts: [UInt32] = []

  var count: Int { firsts.count }

  func range(_ text: Int) -> Range<Int> { starts[text]..<starts[text &+ 1] }

  mutating func endText() {
    starts.append(tokens.count)
    firsts.append(UInt32(truncatingIfNeeded: firsts.count))
  }

  func hash(_ text: Int) -> UInt64 {
    var state: UInt64 = 0
    for index in range(text) {
      let token = tokens[index]
      let value = UInt64(token.number) << 1 | (token.isReference ? 1 : 0)
      state = (state ^ value) &* 0x9e37_79b9_7f4a_7c15
      state ^= state >> 29
    }
    return state &* 0x9e37_79b9_7f4a_7c15
  }

  func areEqual(_ left: Int, _ right: Int) -> Bool {
    tokens[range(left)].elementsEqual(tokens[range(right)])
  }
}
