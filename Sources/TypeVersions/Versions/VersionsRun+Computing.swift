internal import ByteStorage
internal import DWARFFormat

extension VersionsRun {
  /// Makes the texts of the symbols that were found and of all types that they reach, and from them
  /// versions (`generate_symtypes_and_versions` of scripts/gendwarfksyms/types.c, 6.14).
  mutating func compute(
    _ found: [SymbolEntry], _ data: DebugData, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    let formerNames = try walk(found, data, &pieces)
    var texts = TypeTexts(pieces.reader.entries)
    var symbolTexts: [TypeTexts.Text] = []
    for symbol in found {
      symbolTexts.append(
        try texts.addSymbol(symbol.entry, isFunction: symbol.isFunction, formerNames, &pieces))
    }
    for type in findTypes(pieces.reader) { try texts.addType(type, formerNames, &pieces) }
    let rules = pieces.rules
    if let rules { try VersionsRun.replace(rules, &texts) }
    var (versions, versionTexts) = (VersionTexts(), OutputBuffer())
    let isSummed =
      request.wantsVersions && !request.wantsVersionTexts && !(rules?.hasTypeStrings ?? false)
    var sums = isSummed ? VersionSums(texts, forVersions: found.count) : nil
    var written: [(symbol: Int, text: TypeTexts.Text)] = []
    for symbol in exports.order {
      guard let number = exports.symbols[symbol].found else { continue }
      var text = symbolTexts[number]
      if let rule = rules?.typeString(exports.names.name(symbol)) { text = try texts.parse(rule) }
      if request.wantsVersions, exports.symbols[symbol].state != .processed {
        if let crc = try sums?.crc(of: text, texts) {
          setVersion(symbol, crc)
        } else {
          try versions.expand(text, &texts) { key, texts throws(TypeVersionsError) in
            guard let rule = rules?.typeString(texts.keys.name(key)) else { return nil }
            let text = try texts.parse(rule)
            texts.replace(key, with: text)
            return text
          }
          setVersion(symbol, versions.output.bytes.rawSpan.crc32)
        }
        if request.wantsVersionTexts {
          versionTexts.append(exports.names.name(symbol))
          versionTexts.append(" ")
          versionTexts.append(versions.output.bytes)
          versionTexts.append("\n")
        }
      }
      written.append((symbol, text))
    }
    dump.append(versionTexts.bytes)
    if request.wantsTypes {
      VersionsRun.append(request.wantsSymtypes ? written : [], exports.names, texts, to: &dump)
    }
    if request.wantsSymtypes {
      VersionsRun.append(written, exports.names, texts, to: &symtypes)
    }
  }

  /// Dumps entries, and finds out which members have former names.
  private mutating func walk(
    _ found: [SymbolEntry], _ data: DebugData, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) -> [Int: Int] {
    let renames =
      pieces.rules != nil
      && [DebugSection.strings, .info].contains { section in
        data.bytes(section).firstRange(of: TypePieces.renamedPrefix) != nil
      }
    guard request.wantsEntries || renames else { return [:] }
    var walk = LiteralWalk(pieces.reader.entries, isPrinting: request.wantsEntries)
    for symbol in found {
      try walk.walk(symbol.entry, isFunction: symbol.isFunction, &pieces)
    }
    dump.append(walk.output.bytes)
    return walk.formerNames
  }

  private static func replace(
    _ rules: KABIRules, _ texts: inout TypeTexts
  ) throws(TypeVersionsError) {
    for key in 0..<texts.keys.count where texts.text(ofKey: key) != nil {
      guard let rule = rules.typeString(texts.keys.name(key)) else { continue }
      let text = try texts.parse(rule)
      texts.replace(key, with: text)
    }
  }

  /// Gives a symbol, and what shares its address, a version.
  private mutating func setVersion(_ symbol: Int, _ crc: UInt32) {
    for member in exports.group(symbol) {
      let known = exports.symbols[member]
      if known.state == .processed, known.crc != crc {
        warnings.append(
          .overridden(exports.names.name(member).array, former: known.crc, new: crc))
      }
      exports.setState(member, .processed)
      exports.symbols[member].crc = crc
    }
  }

  /// Appends the lines of types and symbols, sorted by the bytes of their keys, references as they are.
  private static func append(
    _ symbols: [(symbol: Int, text: TypeTexts.Text)], _ names: NameInterner, _ texts: TypeTexts,
    to buffer: inout OutputBuffer
  ) {
    let keys = texts.keys.count
    var lines = (0..<keys).filter { texts.text(ofKey: $0) != nil }
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
  private static let mostReserved = 64 << 20

  /// The key of a line: of a type, or after these of a symbol.
  @_lifetime(borrow names, borrow texts) private static func name(
    _ line: Int, _ symbols: [(symbol: Int, text: TypeTexts.Text)],
    _ names: borrowing NameInterner, _ texts: borrowing TypeTexts
  ) -> RawSpan {
    let keys = texts.keys.count
    return line < keys ? texts.keys.name(line) : names.name(symbols[line &- keys].symbol)
  }
}
