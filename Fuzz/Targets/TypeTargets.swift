import ByteStorage
import DWARFFormat
import ELFFormat
import SymtypesFormat
import TypeVersions

extension FuzzTargets {
  /// Symtypes text of any form: an error, or trees whose every export has a version.
  static func symtypes(_ bytes: RawSpan) {
    var (tree, store) = (SymtypesTree(), SymtypesStore())
    guard (try? SymtypesReader.read(bytes, path: [], into: &tree, &store)) != nil else { return }
    for file in tree.files {
      for generator in [SymtypesGenerator(of: file, store), .gendwarfksyms] {
        guard var sums = try? SymtypesSums(file, store, generator) else { continue }
        for key in file.exports { use(Int((try? sums.version(ofExport: Int(key))) ?? 0)) }
      }
    }
    use(tree.exports.count + tree.duplicates.count)
  }

  /// An object with debug information: an error, or versions of all its global symbols.
  static func dwarf(_ bytes: RawSpan) {
    let file = MappedFile(copying: bytes)
    guard let elf = try? ELFFile(ByteSource(file.bytes)) else { return }
    var names: [[UInt8]] = []
    if let table = try? elf.symbolTable() {
      for index in 0..<min(table.count, 512) {
        guard let symbol = table.symbol(at: index), symbol.binding != .local else { continue }
        names.append(table.name(of: symbol).array)
      }
    }
    for isStable in [false, true] {
      var request = VersionsRequest()
      (request.isStable, request.wantsSymtypes) = (isStable, true)
      request.wantsVersionTexts = true
      var run = VersionsRun(ExportList(names), request)
      // As its own supplementary file it has both ends of every reference.
      guard (try? run.add(file, supplement: isStable ? nil : file)) != nil else { continue }
      use(run.finish().bytes.rawSpan)
      use(run.symtypes.bytes.rawSpan)
    }
    var request = VersionsRequest()
    (request.separatesUnits, request.wantsSymtypes, request.wantsVersions) = (true, true, false)
    (request.prefersDefinitions, request.wantsEntries) = (true, true)
    var run = VersionsRun(ExportList(names), request)
    if (try? run.add(file)) != nil { symtypes(run.symtypes.bytes.rawSpan) }
    guard let data = try? DebugData(file, supplement: file),
      let entries = try? DWARFEntries(data)
    else { return }
    let reader = DWARFReader(data, entries)
    for unit in entries.units where !unit.entries.isEmpty {
      guard let offset = reader.sectionOffset(unit.entries.lowerBound, .lineTable),
        let files = try? DWARFFileNames(data, at: offset)
      else { continue }
      for index in 0..<UInt64(min(files.count, 64)) {
        if let name = files.name(index) { use(name) }
        if let directory = files.directory(index) { use(directory) }
      }
    }
  }

  /// A file with debug information: an error, or places in sources for addresses of its code.
  static func sources(_ bytes: RawSpan) {
    let file = MappedFile(copying: bytes)
    guard let data = try? DebugData(file, placesSections: true), var lines = try? SourceLines(data)
    else { return }
    for start in data.bases.prefix(64) + [0x4100_0000, 0x4200_0000, 0] {
      for offset in stride(from: UInt64(0), to: 256, by: 8) {
        use("\(lines.places(of: start &+ offset))")
      }
    }
  }
}
