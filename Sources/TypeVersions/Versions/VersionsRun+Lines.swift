internal import ByteStorage

extension VersionsRun {
  /// Appends the lines of types and symbols, sorted by the bytes of their keys, references as they are.
  ///
  /// - Parameters:
  ///   - types: Keys that have texts.
  ///   - symbols: Symbols with their texts.
  ///   - names: The names of the symbols.
  ///   - texts: The texts.
  ///   - buffer: What the lines are appended to.
  static func append(
    _ types: [Int], _ symbols: [(symbol: Int, text: TypeTexts.Text)], _ names: NameInterner,
    _ texts: TypeTexts, to buffer: inout OutputBuffer
  ) {
    let keys = texts.keys.count
    var lines = types
    lines += symbols.indices.map { $0 &+ keys }
    lines.sort { left, right in
      let (first, second) = (name(left, symbols, names, texts), name(right, symbols, names, texts))
      return first.compare(second) < 0
    }
    let size = lines.reduce(0) { sum, line in
      let text = line < keys ? texts.text(ofKey: line) : symbols[line &- keys].text
      return sum &+ name(line, symbols, names, texts).byteCount &+ (text?.length ?? 0) &+ 2
    }
    buffer.reserve(min(size, VersionsRun.mostReserved))
    for line in lines {
      buffer.append(name(line, symbols, names, texts))
      buffer.append(" ")
      guard let text = line < keys ? texts.text(ofKey: line) : symbols[line &- keys].text else {
        continue
      }
      for index in text.segments {
        let segment = texts.segments[index]
        buffer.append(texts.bytes(segment))
        if segment.key > 0 { buffer.append(texts.keys.name(Int(segment.key) &- 1)) }
      }
      buffer.append("\n")
    }
  }

  /// Most bytes of lines to have room for before they are written.
  static let mostReserved = 64 << 20

  /// The key of a line: of a type, or after these of a symbol.
  @_lifetime(borrow names, borrow texts) private static func name(
    _ line: Int, _ symbols: [(symbol: Int, text: TypeTexts.Text)],
    _ names: borrowing NameInterner, _ texts: borrowing TypeTexts
  ) -> RawSpan {
    let keys = texts.keys.count
    return line < keys ? texts.keys.name(line) : names.name(symbols[line &- keys].symbol)
  }
}
