internal import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import ModuleVersions
internal import SymbolTables

/// Finds the export tables of an image without sections: through the kernel's own symbols, or, where
/// those do not bound the tables (kernels without `KALLSYMS_ALL`), by their form.
struct RawImageExports: ~Escapable {
  let bytes: RawSpan
  let table: SymbolTable
  private let tables: KallsymsTables
  let layout: ELFLayout
  /// Where the image is mapped, if its headers or relocations show it.
  let segments: [MappedRegion]
  let machine: ELFMachine?

  @_lifetime(copy image) init(
    _ image: borrowing KallsymsImage, _ table: SymbolTable, _ tables: KallsymsTables,
    _ machine: ELFMachine?
  ) {
    bytes = image.bytes
    self.table = table
    self.tables = tables
    self.machine = machine
    layout = ELFLayout(is64Bit: tables.wordSize != 4, order: tables.order)
    let start = tables.imageStart.map {
      MappedRegion(offset: 0, address: $0, size: image.bytes.byteCount)
    }
    segments = image.segments.isEmpty ? start.map { [$0] } ?? [] : image.segments
  }

  /// What the kernel exports.
  ///
  /// - Returns: `nil` if no symbol bounds the tables and no place has their form, or nothing shows
  ///   where the image lies.
  /// - Throws: ``ParseError`` if a table cannot be decoded.
  func read() throws(ParseError) -> ExportTable? {
    let bounds = bounds()
    guard let first = bounds["__start___ksymtab"] else { return try readByForm() }
    guard let regions = regions(firstEntry: first) else { return nil }
    let exports = KernelExports(bytes, mapped: regions, layout: layout, machine: machine) {
      bounds[$0]
    }
    return try exports.read()
  }

  /// Symbols that bound sections, by name.
  private func bounds() -> [String: UInt64] {
    var found: [String: UInt64] = [:]
    for index in 0..<table.count {
      let name = table.name(at: index)
      guard name.starts(with: "__start___k") || name.starts(with: "__stop___k") else { continue }
      let text = name.text
      if found[text] == nil { found[text] = table.addresses[index] }
    }
    return found
  }

  /// Where the image is mapped; where the table has distances, as one.
  private func regions(firstEntry: UInt64) -> [MappedRegion]? {
    if !segments.isEmpty { return segments }
    if let names = table.address(ofKernelSymbol: "kallsyms_names") {
      return regions(startingAt: names &- UInt64(tables.names.lowerBound))
    }
    // Symbols show where entries are: the first exports of functions decide.
    let size = UInt64(bytes.byteCount)
    let found = start(searching: firstEntry & ~0xfff &- size & ~0xfff) { start in
      guard firstEntry >= start, firstEntry - start < size else { return nil }
      return Int(firstEntry - start)
    }
    return found.map { regions(startingAt: $0) }
  }

  func regions(startingAt start: UInt64) -> [MappedRegion] {
    [MappedRegion(offset: 0, address: start, size: bytes.byteCount)]
  }

  // MARK: Where the image begins

  /// Places to try, which are enough for 256 MiB, and symbols of one address to compare at each.
  private static let (mostPlaces, mostAliases) = (1 << 16, 16)
  /// Entries to look at, and how many have to name the symbol at which they point.
  private static let (sample, leastAgreeing) = (64, 8)

  /// The address of the image's first byte: the first after `lowest` from which entries name the
  /// symbols at which they point. `place` gives the offset of the first entry.
  func start(searching lowest: UInt64, _ place: (UInt64) -> Int?) -> UInt64? {
    var start = lowest
    for _ in 0...min(bytes.byteCount >> 12, RawImageExports.mostPlaces) {
      start &+= 0x1000
      if let place = place(start), isStart(start, place) { return start }
    }
    return nil
  }

  /// Whether entries name the symbols at which they point if the image begins at an address.
  private func isStart(_ start: UInt64, _ first: Int) -> Bool {
    for fields in [3, 2] {
      for isPlaceRelative in [true, false] {
        let size = fields * (isPlaceRelative ? 4 : layout.wordSize)
        var agreeing = 0
        for index in 0..<RawImageExports.sample {
          // One that is far off shows at once.
          if index == 16, agreeing == 0 { break }
          if agrees(at: first &+ index &* size, start, isPlaceRelative) { agreeing += 1 }
        }
        if agreeing >= RawImageExports.leastAgreeing { return true }
      }
    }
    return false
  }

  private func agrees(at place: Int, _ start: UInt64, _ isPlaceRelative: Bool) -> Bool {
    func target(_ field: Int) -> UInt64? {
      if !isPlaceRelative { return layout.word(bytes, at: place &+ layout.wordSize &* field) }
      guard let word = layout.word32(bytes, at: place &+ 4 &* field) else { return nil }
      let own = start &+ UInt64(place &+ 4 &* field)
      return own &+ UInt64(bitPattern: Int64(Int32(bitPattern: word)))
    }
    guard let value = target(0), let pointer = target(1), let text = offset(of: pointer, start),
      let name = bytes.cString(at: text, limit: 512), name.byteCount > 0
    else { return false }
    // Thumb functions have the lowest bit set.
    let address = layout.wordSize == 4 ? value & 0xffff_fffe : value
    var low = table.addresses.partitionIndex { $0 < address }
    let last = min(table.count, low + RawImageExports.mostAliases)
    while low < last, table.addresses[low] == address {
      if table.name(at: low).equals(name) { return true }
      low += 1
    }
    return false
  }

  func offset(of address: UInt64, _ start: UInt64) -> Int? {
    guard address >= start, address - start < UInt64(bytes.byteCount) else { return nil }
    return Int(address - start)
  }
}
