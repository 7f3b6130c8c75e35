internal import ByteStorage
internal import DWARFFormat
internal import SymbolNames

extension LineTranslator {
  /// Symbols of a name that are looked at.
  private static let mostMatches = 16

  /// The places of a token with an offset, for each symbol that it may mean.
  mutating func sourcePlaces(
    _ field: NameField, _ line: borrowing TextLine, isFrame: Bool
  ) -> [[SourcePlace]] {
    guard let finder, var offset = field.offset else { return [] }
    if isFrame, offset > 0 { offset &-= 1 }
    var all: [[SourcePlace]] = []
    func add(_ places: [SourcePlace]) {
      if !places.isEmpty, !all.contains(places) { all.append(places) }
    }
    let found = matches(field, line)
    for match in found.prefix(LineTranslator.mostMatches) {
      let module = resolver.module(match)
      if let module {
        add(
          finder.places(
            inModule: module, symbol: resolver.linkageName(match), offset: offset))
      } else if let address = resolver.address(match) {
        add(finder.places(inSource: match.source, address: address &+ offset))
      }
    }
    if found.isEmpty, let module = field.module {
      add(
        finder.places(
          inModule: line.slice(module).text, symbol: line.slice(field.range).array, offset: offset))
    }
    if all.isEmpty { counts.unplaced &+= 1 } else { counts.placed &+= 1 }
    return all
  }

  /// Adds the places of a token to its record, which is the last.
  mutating func note(_ places: [[SourcePlace]]) {
    guard let last = found.indices.last else { return }
    found[last].places = places.joined().map { place in
      String(decoding: place.path, as: UTF8.self) + (place.line == 0 ? ":?" : ":\(place.line)")
    }
  }

  /// Writes ` (FILE:LINE FILE:LINE)`, `|` between what several symbols give.
  mutating func append(_ places: [[SourcePlace]]) {
    output.append(" (")
    let start = output.count
    for (number, places) in places.enumerated() {
      if number > 0 { output.append("|") }
      for (number, place) in places.enumerated() {
        if number > 0 { output.append(" ") }
        for byte in place.path { output.append(byte < 0x20 || byte == 0x7f ? 0x3f : byte) }
        output.append(place.line == 0 ? ":?" : ":\(place.line)")
      }
    }
    output.escape(from: start, escaping)
    output.append(")")
  }
}
