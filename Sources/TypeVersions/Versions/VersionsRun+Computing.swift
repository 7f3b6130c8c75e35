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
    var symbolTexts: [Int: TypeTexts.Text] = [:]
    for symbol in found {
      symbolTexts[symbol.entry] = try texts.addSymbol(
        symbol.entry, isFunction: symbol.isFunction, formerNames, &pieces)
    }
    for type in findTypes(pieces.reader) { try texts.addType(type, formerNames, &pieces) }
    let rules = pieces.rules
    if let rules { try VersionsRun.replace(rules, &texts) }
    var (versions, versionTexts) = (VersionTexts(), OutputBuffer())
    let isSummed = !request.wantsVersionTexts && !(rules?.hasTypeStrings ?? false)
    var sums = isSummed ? VersionSums(texts) : nil
    var written: [(symbol: Int, text: TypeTexts.Text)] = []
    for symbol in exports.order {
      guard let entry = exports.symbols[symbol].entry, var text = symbolTexts[entry] else {
        continue
      }
      if let rule = rules?.typeString(exports.names.name(symbol)) { text = try texts.parse(rule) }
      if exports.symbols[symbol].state != .processed {
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
      let text = lines(request.wantsSymtypes ? written : [], texts)
      dump.append(text.bytes)
    }
    if request.wantsSymtypes {
      let text = lines(written, texts)
      symtypes.append(text.bytes)
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

  /// The lines of types and symbols, sorted by the bytes of their keys, references as they are.
  private func lines(
    _ symbols: [(symbol: Int, text: TypeTexts.Text)], _ texts: TypeTexts
  ) -> OutputBuffer {
    let keys = texts.keys.count
    var lines = (0..<keys).filter { texts.text(ofKey: $0) != nil }
    lines += symbols.indices.map { $0 &+ keys }
    lines.sort { left, right in
      let (first, second) = (name(left, symbols, texts), name(right, symbols, texts))
      return first.compare(second) < 0
    }
    var buffer = OutputBuffer()
    for line in lines {
      buffer.append(name(line, symbols, texts))
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
    return buffer
  }

  /// The key of a line: of a type, or after these of a symbol.
  @_lifetime(borrow self, borrow texts) private func name(
    _ line: Int, _ symbols: [(symbol: Int, text: TypeTexts.Text)], _ texts: borrowing TypeTexts
  ) -> RawSpan {
    let keys = texts.keys.count
    return line < keys ? texts.keys.name(line) : exports.names.name(symbols[line &- keys].symbol)
  }
}
