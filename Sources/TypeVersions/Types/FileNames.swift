internal import ByteStorage
internal import DWARFFormat

/// Which files of a unit are sources in C: what is defined there cannot be seen by modules.
struct FileNames {
  private let data: DebugData
  /// For each unit that was asked about: whether each file is a source.
  private var known: [[Bool]?] = []

  init(_ data: DebugData) { self.data = data }

  mutating func isSource(
    _ file: UInt64, _ entry: Int, _ reader: borrowing DWARFReader
  ) throws(TypeVersionsError) -> Bool {
    let unit = reader.entries.unit(of: entry)
    let offset = Int(reader.entries.entries[entry].offset)
    while known.count <= unit { known.append(nil) }
    if known[unit] == nil { known[unit] = try read(unit, reader, file, offset) }
    guard let files = known[unit], file < UInt64(files.count) else {
      throw .unknownFile(file, offset: offset)
    }
    return files[Int(file)]
  }

  private func read(
    _ unit: Int, _ reader: borrowing DWARFReader, _ file: UInt64, _ offset: Int
  ) throws(TypeVersionsError) -> [Bool] {
    let first = reader.entries.units[unit].entries.lowerBound
    guard let place = reader.sectionOffset(first, .lineTable) else {
      throw .unknownFile(file, offset: offset)
    }
    do throws(ParseError) {
      let isShared = reader.entries.units[unit].region == .supplement
      let names = try DWARFFileNames(data, at: place, isShared: isShared)
      return (0..<names.count).map { index in
        guard let name = names.name(UInt64(index)) else { return false }
        return name.ends(with: ".c")
      }
    } catch { throw .debugInformation(error) }
  }
}
