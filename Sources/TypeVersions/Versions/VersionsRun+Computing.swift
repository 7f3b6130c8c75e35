internal import ByteStorage
internal import DWARFFormat

extension VersionsRun {
  /// Makes the texts of the symbols that were found and of all types that they reach, and from them
  /// versions (`generate_symtypes_and_versions` of scripts/gendwarfksyms/types.c, 6.14).
  mutating func compute(
    _ found: [SymbolEntry], _ data: DebugData, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    let formerNames = try walk(found, data, &pieces)
    if request.separatesUnits { return try describeUnits(found, formerNames, &pieces) }
    if request.wantsVersions { try VersionsRun.findCommas(found, &pieces) }
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
    let keys = texts.keysWithText
    if request.wantsTypes {
      VersionsRun.append(
        keys, request.wantsSymtypes ? written : [], exports.names, texts, to: &dump)
    }
    if request.wantsSymtypes {
      VersionsRun.append(keys, written, exports.names, texts, to: &symtypes)
    }
  }

  private static func findCommas(
    _ found: [SymbolEntry], _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    var walk = CommaWalk(pieces.reader.entries)
    for symbol in found { try walk.walk(symbol.entry, isFunction: symbol.isFunction, &pieces) }
    pieces.parametersWithoutComma = walk.parameters
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

  static func replace(
    _ rules: KABIRules, _ texts: inout TypeTexts
  ) throws(TypeVersionsError) {
    for key in texts.keysWithText {
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
}
