internal import ByteStorage
internal import ELFFormat
internal import SymbolNames
internal import SymbolTables

extension SymbolFile {
  /// A section by the addresses it covers.
  private struct Place {
    let first: UInt64
    let end: UInt64
    let index: UInt16
    let isCode: Bool
    /// Whether its symbols' letters tell functions from data.
    let isMixed: Bool
  }

  /// The symbols, sized by the next greater address and typed by letter and section.
  func symbolList(_ table: SymbolTable, chosen: [Int], naming: Naming) -> ELFSymbolList {
    var list = ELFSymbolList(layout: layout, reserving: chosen.count)
    var order = (0..<table.count).filter {
      table.ownerIndex(at: $0) == 0 || hasModules && table.hasPlace(at: $0)
    }
    let addresses = table.addresses
    if !table.isSorted { order.sort { (addresses[$0], $0) < (addresses[$1], $1) } }
    var wanted = [Bool](repeating: false, count: table.count)
    for index in chosen where wanted.indices.contains(index) { wanted[index] = true }
    let places = self.places
    var place = 0
    var names = NameWriter(naming, table)
    var start = 0
    while start < order.count {
      let address = addresses[order[start]]
      var end = start &+ 1
      while end < order.count, addresses[order[end]] == address { end &+= 1 }
      let next = self.end(
        of: order[start], before: end < order.count ? order[end] : nil, table)
      // Sections do not overlap in sorted order; those that lie below are done with.
      while place < places.count, places[place].end <= address,
        place &+ 1 < places.count, places[place &+ 1].first <= address
      { place &+= 1 }
      let run = order[start..<end]
      let hasOthers = run.contains { !SymbolFile.isMarker(table.name(at: $0)) }
      for index in run where wanted[index] {
        let name = table.name(at: index)
        let isMarker = hasOthers && SymbolFile.isMarker(name)
        let symbol = entry(
          address, table.type(at: index), next, place < places.count ? places[place] : nil,
          isMarker)
        names.append(name, symbol, to: &list)
      }
      start = end
    }
    return list
  }

  private var places: [Place] {
    var places: [Place] = []
    var found = sections.enumerated().map { ($0.offset, $0.element) }
    found.sort { ($0.1.header.address, $0.0) < ($1.1.header.address, $1.0) }
    for (index, section) in found where section.header.size > 0 && index < 65_000 {
      let sum = section.header.address.addingReportingOverflow(section.header.size)
      places.append(
        Place(
          first: section.header.address, end: sum.overflow ? .max : sum.partialValue,
          index: UInt16(truncatingIfNeeded: index &+ 1), isCode: section.isCode,
          isMixed: hasModules && index == sections.count - 1))
    }
    return places
  }

  private func entry(
    _ address: UInt64, _ letter: UInt8, _ next: UInt64?, _ place: Place?, _ isMarker: Bool
  ) -> ELFSymbol {
    let isUpper = letter < 0x60
    let lower = letter | 0x20
    let isWeak = lower == UInt8(ascii: "w") || lower == UInt8(ascii: "v")
    let binding: ELFSymbolBinding =
      isWeak ? .weak : isUpper || letter == UInt8(ascii: "u") ? .global : .local
    guard let place, lower != UInt8(ascii: "a"), address >= place.first, address <= place.end else {
      return ELFSymbol(
        nameOffset: 0, info: ELFSymbol.info(binding, .none), sectionIndex: ELFSectionIndex.absolute,
        value: address, size: 0)
    }
    var size = min(next ?? place.end, place.end) &- address
    let isFunction =
      place.isMixed ? lower == UInt8(ascii: "t") || lower == UInt8(ascii: "w") : place.isCode
    var type: ELFSymbolType = isFunction ? .function : .object
    if isMarker || size == 0 { (size, type) = (0, .none) }
    return ELFSymbol(
      nameOffset: 0, info: ELFSymbol.info(binding, type), sectionIndex: place.index, value: address,
      size: size)
  }

  /// Whether a name is of those that linker scripts put at the edges of sections.
  static func isMarker(_ name: RawSpan) -> Bool {
    guard name.byte(at: 0) == 0x5f else { return false }
    let edges: [StaticString] = [
      "_text", "_stext", "_etext", "_sinittext", "_einittext", "_sdata", "_edata", "_data", "_end",
    ]
    if name.byteCount <= 10 { for edge in edges where name.equals(edge) { return true } }
    guard name.byte(at: 1) == 0x5f else { return false }
    if name.starts(with: "__start_") || name.starts(with: "__stop_") || name.starts(with: "__end_")
    {
      return true
    }
    return name.suffix(from: name.byteCount &- 6)?.equals("_start") ?? false
      || name.suffix(from: name.byteCount &- 4)?.equals("_end") ?? false
  }
}
