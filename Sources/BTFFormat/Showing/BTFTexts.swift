package import ByteStorage

/// Types of BTF as text, in the form in which gendwarfksyms writes those of DWARF, to be read and
/// compared with one another. Versions do not follow from it.
package struct BTFTexts: ~Escapable {
  private enum Piece {
    case text(StaticString)
    case name(UInt32)
    case number(UInt64)
    case attribute(StaticString, UInt64)
    case type(Int)
    case member(Int, index: Int)
    case parameter(Int, index: Int)
    case enumerator(Int, index: Int)
  }

  private let view: BTFView
  private var pending: [Int] = []
  private var isKnown: [Bool]
  private var stack: [Piece] = []
  private var output = OutputBuffer()
  /// The longest text of each key.
  private var texts: [[UInt8]: [UInt8]] = [:]
  private var total = 0

  /// Most bytes of one text, of all, and pieces to keep: types without names may go on without end.
  private static let (mostText, mostTotal, mostPieces) = (1 << 22, 1 << 28, 1 << 20)
  private static let longestName = 4096

  /// Writes lines of a key and a text, sorted by keys: for the functions, variables and types with some
  /// names, and all types that they reach.
  ///
  /// - Throws: ``ParseError`` if types go on without end.
  package static func lines(
    of base: BTFBase, names: [[UInt8]]
  ) throws(ParseError) -> OutputBuffer {
    var texts = BTFTexts(base.view)
    try texts.add(names)
    var lines = OutputBuffer()
    for (key, text) in texts.texts.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      lines.append(key.rawSpan)
      lines.append(" ")
      lines.append(text.rawSpan)
      lines.append("\n")
    }
    return lines
  }

  @_lifetime(copy view) private init(_ view: borrowing BTFView) {
    self.view = copy view
    isKnown = [Bool](repeating: false, count: view.count)
  }

  @_lifetime(self: copy self) private mutating func add(_ names: [[UInt8]]) throws(ParseError) {
    for number in 1..<view.count {
      guard let entry = view.entry(number), BTFTexts.hasText(entry.kind), entry.name != 0,
        let name = name(entry.name), names.contains(where: { name.equals($0.rawSpan) })
      else { continue }
      note(number)
    }
    while let number = pending.popLast() {
      guard let entry = view.entry(number) else { continue }
      try write(number, entry)
    }
  }

  private static func hasText(_ kind: BTFKind) -> Bool {
    letter(kind, isUnion: false) != nil || kind == .function || kind == .variable
  }

  /// The letter of references to types of a kind; `nil` for those that are written out.
  private static func letter(_ kind: BTFKind, isUnion: Bool) -> StaticString? {
    switch kind {
    case .structure: "s#"
    case .union: "u#"
    case .forward: isUnion ? "u#" : "s#"
    case .enumeration, .enumeration64: "e#"
    case .typedef: "t#"
    default: nil
    }
  }

  @_lifetime(copy self) private func name(_ offset: UInt32) -> RawSpan? {
    view.strings.cString(at: Int(offset), limit: BTFTexts.longestName)
  }

  private mutating func note(_ number: Int) {
    guard number < isKnown.count, !isKnown[number] else { return }
    isKnown[number] = true
    pending.append(number)
  }

  /// Makes the text of a type with a name, or of a function or variable.
  @_lifetime(self: copy self)
  private mutating func write(_ number: Int, _ entry: BTFView.Entry) throws(ParseError) {
    var key: [UInt8] = []
    if let letter = BTFTexts.letter(entry.kind, isUnion: entry.hasFlag) {
      key = Array(letter.description.utf8)
    }
    if let name = name(entry.name) { key += name.array }
    output.removeAll()
    stack = []
    push(number, entry)
    while let piece = stack.popLast() {
      put(piece)
      guard output.bytes.count < BTFTexts.mostText, stack.count < BTFTexts.mostPieces else {
        throw ParseError(.unsupported(UInt64(number)), in: "BTF type", at: entry.offset)
      }
    }
    guard output.bytes.count > texts[key]?.count ?? -1 else { return }
    total &+= output.bytes.count
    guard total < BTFTexts.mostTotal else {
      throw ParseError(.unsupported(UInt64(total)), in: "BTF types", at: entry.offset)
    }
    texts[key] = output.bytes
  }

  @_lifetime(self: copy self) private mutating func put(_ piece: Piece) {
    switch piece {
    case .text(let text): output.append(text)
    case .name(let offset):
      guard offset != 0, let name = name(offset) else { return }
      output.append(" ")
      output.append(name)
    case .number(let value): output.append(String(value))
    case .attribute(let word, let value): output.append(" \(word)(\(value))")
    case .type(let number): putType(number)
    case .member(let number, let index): pushMember(number, index)
    case .parameter(let number, let index): pushParameter(number, index)
    case .enumerator(let number, let index): pushEnumerator(number, index)
    }
  }

  /// A reference to a type with a name, or the text of another.
  @_lifetime(self: copy self) private mutating func putType(_ number: Int) {
    guard let entry = view.entry(number) else { return output.append("base_type void") }
    if entry.name != 0, let letter = BTFTexts.letter(entry.kind, isUnion: entry.hasFlag),
      let name = name(entry.name)
    {
      note(number)
      output.append(letter)
      output.append(name)
    } else {
      push(number, entry)
    }
  }

  @_lifetime(self: copy self) private mutating func push(_ pieces: [Piece]) {
    stack.append(contentsOf: pieces.reversed())
  }
}

extension BTFTexts {
  @_lifetime(self: copy self) private mutating func push(_ number: Int, _ entry: BTFView.Entry) {
    let target = Int(entry.word)
    func wrapper(_ word: StaticString) -> [Piece] {
      [.text(word), .text(" { "), .type(target), .text(" }")]
    }
    switch entry.kind {
    case .integer: pushInteger(entry)
    case .float:
      push([
        .text("base_type"), .name(entry.name), .attribute("byte_size", UInt64(entry.word)),
        .attribute("encoding", 4),
      ])
    case .pointer: push(wrapper("pointer_type"))
    case .const: push(wrapper("const_type"))
    case .volatile: push(wrapper("volatile_type"))
    case .restrict: push(wrapper("restrict_type"))
    case .typedef:
      push([.text("typedef_type"), .name(entry.name), .text(" { "), .type(target), .text(" }")])
    case .typeTag, .declarationTag, .dataSection: push([.type(target)])
    case .array:
      let start = entry.offset &+ 12
      push([
        .text("array_type["), .number(UInt64(view.word(at: start &+ 8))), .text("] { "),
        .type(Int(view.word(at: start))), .text(" }"),
      ])
    case .forward:
      push([
        .text(entry.hasFlag ? "union_type" : "structure_type"), .name(entry.name), .text(" { }"),
      ])
    case .structure, .union:
      pushBody(number, entry, entry.kind == .union ? "union_type" : "structure_type")
    case .enumeration, .enumeration64: pushBody(number, entry, "enumeration_type")
    case .function:
      if let prototype = view.entry(target), prototype.kind == .functionPrototype {
        pushFunction(target, prototype, "subprogram (")
      }
    case .functionPrototype: pushFunction(number, entry, "subroutine_type (")
    case .variable: push([.text("variable "), .type(target)])
    }
  }

  @_lifetime(self: copy self) private mutating func pushInteger(_ entry: BTFView.Entry) {
    let word = view.word(at: entry.offset &+ 12)
    let (isSigned, isCharacter, isBoolean) = (
      word >> 24 & 1 != 0, word >> 24 & 2 != 0, word >> 24 & 4 != 0
    )
    let encoding: UInt64 =
      isBoolean ? 2 : isCharacter ? (isSigned ? 6 : 8) : isSigned ? 5 : 7
    push([
      .text("base_type"), .name(entry.name), .attribute("byte_size", UInt64(entry.word)),
      .attribute("encoding", encoding),
    ])
  }

  @_lifetime(self: copy self)
  private mutating func pushBody(_ number: Int, _ entry: BTFView.Entry, _ word: StaticString) {
    push([.text(" }"), .attribute("byte_size", UInt64(entry.word))])
    stack.append(
      BTFTexts.letter(entry.kind, isUnion: false)?.description == "e#"
        ? .enumerator(number, index: 0) : .member(number, index: 0))
    push([.text(word), .name(entry.name), .text(" {")])
  }

  @_lifetime(self: copy self)
  private mutating func pushFunction(_ number: Int, _ entry: BTFView.Entry, _ word: StaticString) {
    push([.text(" ) -> "), .type(Int(entry.word))])
    stack.append(.parameter(number, index: 0))
    push([.text(word)])
  }

  @_lifetime(self: copy self) private mutating func pushMember(_ number: Int, _ index: Int) {
    guard let entry = view.entry(number), index < entry.count else { return }
    stack.append(.member(number, index: index &+ 1))
    let place = entry.offset &+ 12 &+ 12 &* index
    let (name, type, offset) = (
      view.word(at: place), Int(view.word(at: place &+ 4)), view.word(at: place &+ 8)
    )
    let bits = entry.hasFlag ? offset >> 24 : 0
    let start = UInt64(entry.hasFlag ? offset & 0xff_ffff : offset)
    push(
      [.text(index > 0 ? " , member " : " member "), .type(type), .name(name)]
        + (bits > 0
          ? [.attribute("bit_size", UInt64(bits)), .attribute("data_bit_offset", start)]
          : [.attribute("data_member_location", start / 8)]))
  }

  @_lifetime(self: copy self) private mutating func pushParameter(_ number: Int, _ index: Int) {
    guard let entry = view.entry(number), index < entry.count else { return }
    stack.append(.parameter(number, index: index &+ 1))
    let place = entry.offset &+ 12 &+ 8 &* index
    let (name, type) = (view.word(at: place), Int(view.word(at: place &+ 4)))
    // The last one of a variadic function has neither name nor type.
    guard name != 0 || type != 0 else { return }
    push([
      .text(index > 0 ? " , formal_parameter " : " formal_parameter "), .type(type), .name(name),
    ])
  }

  @_lifetime(self: copy self) private mutating func pushEnumerator(_ number: Int, _ index: Int) {
    guard let entry = view.entry(number), index < entry.count else { return }
    stack.append(.enumerator(number, index: index &+ 1))
    let isWide = entry.kind == .enumeration64
    let place = entry.offset &+ 12 &+ (isWide ? 12 : 8) &* index
    var value = UInt64(view.word(at: place &+ 4))
    if isWide {
      value |= UInt64(view.word(at: place &+ 8)) << 32
    } else if entry.hasFlag {
      value = UInt64(bitPattern: Int64(Int32(bitPattern: UInt32(truncatingIfNeeded: value))))
    }
    push([
      .text(index > 0 ? " , enumerator" : " enumerator"), .name(view.word(at: place)),
      .text(" = "), .number(value),
    ])
  }
}
