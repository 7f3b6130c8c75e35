internal import ByteStorage
internal import DWARFFormat

extension VersionsRun {
  /// Makes the texts of symbols and types of each unit by itself, as the build of a kernel does, which
  /// looks at one object after the other: consolidated symtypes, a section a unit.
  mutating func describeUnits(
    _ found: [SymbolEntry], _ formerNames: [Int: Int], _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    var symbols: [Int: [Int]] = [:]
    for symbol in exports.order {
      guard let number = exports.symbols[symbol].found else { continue }
      symbols[pieces.reader.entries.unit(of: found[number].entry), default: []].append(symbol)
    }
    var texts = TypeTexts(pieces.reader.entries)
    for (unit, exported) in symbols.sorted(by: { $0.key < $1.key }) {
      texts.beginUnit()
      var symbolTexts: [Int: TypeTexts.Text] = [:]
      var written: [(symbol: Int, text: TypeTexts.Text)] = []
      for symbol in exported {
        guard let number = exports.symbols[symbol].found else { continue }
        if symbolTexts[number] == nil {
          symbolTexts[number] = try texts.addSymbol(
            found[number].entry, isFunction: found[number].isFunction, formerNames, &pieces)
        }
        if let rule = pieces.rules?.typeString(exports.names.name(symbol)) {
          written.append((symbol, try texts.parse(rule)))
        } else if let text = symbolTexts[number] {
          written.append((symbol, text))
        }
      }
      if let rules = pieces.rules { try VersionsRun.replace(rules, &texts) }
      symtypes.append(symtypes.bytes.isEmpty ? "" : "\n")
      symtypes.append("/* unit \(unit) */\n")
      VersionsRun.append(texts.takeNews(), written, exports.names, texts, to: &symtypes)
    }
  }
}
