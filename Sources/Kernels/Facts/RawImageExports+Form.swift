internal import ByteStorage
internal import ELFFormat
internal import ModuleVersions
internal import SymbolTables

/// Export tables that no symbol bounds: kernels without `KALLSYMS_ALL` list functions only.
extension RawImageExports {
  /// Reads the tables that have the form of export tables.
  ///
  /// - Throws: ``ParseError`` if one cannot be decoded.
  func readByForm() throws(ParseError) -> ExportTable? {
    let search = ExportTableSearch(bytes, layout)
    // arm has no distances to data (HAVE_ARCH_PREL32_RELOCATIONS).
    if machine != .arm, let found = search.placeRelative({ areSymbols($0) }) {
      // Entries of distances need no addresses: any start does.
      let anywhere = regions(startingAt: layout.is64Bit ? 1 << 32 : 1 << 20)
      return try read(found, segments.isEmpty ? anywhere : segments)
    }
    for hasNamespaces in [true, false] {
      let size = layout.wordSize * (hasNamespaces ? 3 : 2)
      if let (found, regions) = absolute(search, entrySize: size) {
        return try read(found, regions)
      }
    }
    return nil
  }

  private func read(
    _ found: FoundExportTables, _ regions: [MappedRegion]
  ) throws(ParseError) -> ExportTable? {
    try KernelExports(bytes, mapped: regions, layout: layout, machine: machine, found).read()
  }

  /// Whether some names are those of symbols; exports of data are none.
  private func areSymbols(_ names: [String]) -> Bool {
    let wanted = Set(names)
    var count = 0
    for index in 0..<table.count where wanted.contains(table.name(at: index).text) { count += 1 }
    return count * 3 >= wanted.count
  }

  // MARK: Absolute entries

  /// Entries to look at together, and how many have to be of functions.
  private static let (window, leastFunctions) = (8, 5)
  /// Places that look like entries to follow up.
  private static let mostSeeds = 64

  /// Tables of addresses: where most entries begin with the address of a symbol, and name it.
  private func absolute(
    _ search: borrowing ExportTableSearch, entrySize: Int
  ) -> (FoundExportTables, [MappedRegion])? {
    let functions = AddressSet(table.addresses, granule: layout.wordSize == 4 ? 2 : 1)
    let relocations =
      layout.is64Bit && !segments.isEmpty
      ? RelativeRelocations(searching: bytes, layout.order) : nil
    func word(_ place: Int) -> UInt64? {
      guard let stored = layout.word(bytes, at: place), stored == 0, let relocations else {
        return layout.word(bytes, at: place)
      }
      return segments.address(ofOffset: place).flatMap { relocations.pointer(at: $0) } ?? 0
    }
    var place = 0
    var seeds = 0
    while place &+ RawImageExports.window &* entrySize <= bytes.byteCount {
      guard isSeed(place, entrySize, functions, word) else {
        place &+= layout.wordSize
        continue
      }
      seeds += 1
      if seeds > RawImageExports.mostSeeds { return nil }
      if let regions = regions(seed: place),
        let found = search.absolute(
          around: place, entrySize: entrySize,
          target: { field in
            word(field).flatMap { regions.offset(ofAddress: $0) }
          })
      {
        return (found, regions)
      }
      place &+= RawImageExports.window &* entrySize
    }
    return nil
  }

  /// Whether entries at a place begin with functions' addresses, and go on with other addresses.
  private func isSeed(
    _ place: Int, _ entrySize: Int, _ functions: AddressSet, _ word: (Int) -> UInt64?
  ) -> Bool {
    guard let first = word(place), functions.contains(first) else { return false }
    var (hits, misses) = (0, 0)
    for index in 0..<RawImageExports.window {
      let entry = place &+ index &* entrySize
      guard let value = word(entry), let name = word(entry &+ layout.wordSize), name != 0,
        !functions.contains(name)
      else { return false }
      if functions.contains(value) { hits += 1 } else { misses += 1 }
      if misses > RawImageExports.window - RawImageExports.leastFunctions { return false }
    }
    return true
  }

  private func regions(seed: Int) -> [MappedRegion]? {
    if !segments.isEmpty { return segments }
    guard let first = table.addresses.first else { return nil }
    let size = UInt64(bytes.byteCount)
    let lowest = first & ~0xfff > size ? first & ~0xfff &- size & ~0xfff : 0
    let found = start(searching: lowest) { $0 <= first ? seed : nil }
    return found.map { regions(startingAt: $0) }
  }

}

/// Addresses that answer fast whether one is among them.
private struct AddressSet {
  private let first: UInt64
  private let shift: UInt64
  private var bits: [UInt64]

  /// Most bits: symbols of a kernel span less than this many times the granule.
  private static let mostBits: UInt64 = 1 << 27

  /// With a granule of 2, the lowest bit (that of Thumb functions) does not count.
  init(_ addresses: [UInt64], granule: Int) {
    shift = granule == 2 ? 1 : 0
    // Of absolute symbols before and after the kernel nothing is exported.
    let middle = addresses.isEmpty ? 0 : addresses[addresses.count / 2]
    first = middle > AddressSet.mostBits / 2 ? middle &- AddressSet.mostBits / 2 : 0
    bits = [UInt64](repeating: 0, count: Int(AddressSet.mostBits >> shift) / 64)
    for address in addresses where address >= first {
      let bit = (address &- first) >> shift
      if bit >> 6 < bits.count { bits[Int(bit >> 6)] |= 1 << (bit & 63) }
    }
  }

  @inline(__always) func contains(_ address: UInt64) -> Bool {
    guard address >= first else { return false }
    let bit = (address &- first) >> shift
    return bit >> 6 < bits.count && bits[Int(bit >> 6)] & 1 << (bit & 63) != 0
  }
}
