package import ByteStorage

/// The source lines of code at addresses, found through the line tables and functions of the units,
/// which are read on the first question about them.
package struct SourceLines {
  private struct Unit {
    let header: DWARFLineHeader
    let rows: DWARFLineRows
    let functions: UnitFunctions
    let directory: [UInt8]
  }

  private struct Part {
    let range: Range<UInt64>
    let unit: Int
    /// The largest end of this part and those before it.
    var reach: UInt64 = 0
  }

  private let data: DebugData
  private let headers: DWARFEntries
  /// By their starts.
  private var parts: [Part] = []
  private var units: [Int: Unit?] = [:]
  private var kept = 0

  /// Most ranges of units.
  private static let mostRanges = 1 << 22
  /// Most rows and functions to keep; then all are dropped.
  private static let mostKept = 1 << 24

  /// Finds the units. Throws ``ParseError`` if one is not whole.
  package init(_ data: DebugData) throws(ParseError) {
    self.data = data
    headers = try DWARFEntries(unitsOf: data)
    let reader = DWARFReader(data, headers)
    var limit = SourceLines.mostRanges
    for (number, unit) in headers.units.enumerated() where !unit.entries.isEmpty {
      let bases = DWARFUnitBases(reader, unit)
      for range in reader.ranges(of: unit.entries.lowerBound, bases, limit: &limit) {
        parts.append(Part(range: range, unit: number))
      }
    }
    parts.sort { ($0.range.lowerBound, $0.unit) < ($1.range.lowerBound, $1.unit) }
    var reach: UInt64 = 0
    for index in parts.indices {
      reach = max(reach, parts[index].range.upperBound)
      parts[index].reach = reach
    }
  }

  /// Whether there is code with known lines.
  package var isEmpty: Bool { parts.isEmpty }

  /// The line of an address, and then the lines of the calls through which its function was inlined;
  /// empty where nothing is known.
  ///
  /// Equal to what `addr2line -i` of GNU binutils 2.40 prints, without places in no file.
  package mutating func places(of address: UInt64) -> [SourcePlace] {
    for number in unitNumbers(at: address) {
      guard let unit = unit(number) else { continue }
      let row = unit.rows.row(at: address)
      var function = unit.functions.innermost(at: address)
      if row == nil && function == nil { continue }
      var places: [SourcePlace] = []
      if let row, let path = unit.header.path(UInt64(row.file), in: unit.directory, data) {
        places.append(SourcePlace(path: path, line: row.line))
      }
      while let inner = function.map({ unit.functions.functions[Int($0)] }), let outer = inner.outer
      {
        if let path = inner.callFile.flatMap({ unit.header.path($0, in: unit.directory, data) }) {
          places.append(SourcePlace(path: path, line: inner.callLine))
        }
        function = outer
      }
      return places
    }
    return []
  }

  /// The units that have an address, in the order of the file.
  private func unitNumbers(at address: UInt64) -> [Int] {
    var index = parts.partitionIndex { $0.range.lowerBound <= address }
    var found: [Int] = []
    while index > 0, parts[index &- 1].reach > address {
      index &-= 1
      if parts[index].range.upperBound > address { found.append(parts[index].unit) }
    }
    return found.sorted()
  }

  private mutating func unit(_ number: Int) -> Unit? {
    if let known = units[number] { return known }
    if kept > SourceLines.mostKept { (units, kept) = ([:], 0) }
    let found = try? read(headers.units[number])
    units[number] = .some(found)
    kept &+= found.map { $0.rows.count &+ $0.functions.count &+ $0.header.files.count } ?? 0
    return found
  }

  private func read(_ unit: DWARFUnit) throws(ParseError) -> Unit {
    let entries = try DWARFEntries(data, unit: unit)
    let reader = DWARFReader(data, entries)
    var header = DWARFLineHeader()
    if let offset = reader.sectionOffset(0, .lineTable) {
      header = try DWARFFileNames(data, at: offset).header
    }
    var directory: [UInt8] = []
    if let text = reader.string(0, .directory) { directory = text.array }
    let own = entries.units.first ?? unit
    return Unit(
      header: header, rows: DWARFLineRows(header, data),
      functions: UnitFunctions(reader, DWARFUnitBases(reader, own)), directory: directory)
  }
}
