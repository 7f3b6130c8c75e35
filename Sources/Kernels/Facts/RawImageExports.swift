internal import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import ModuleVersions
internal import SymbolTables

/// Finds the export tables of a plain memory image through the kernel's own symbols.
struct RawImageExports: ~Escapable {
  private let bytes: RawSpan
  private let table: SymbolTable
  private let tables: KallsymsTables
  private let layout: ELFLayout

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, _ table: SymbolTable, _ tables: KallsymsTables) {
    self.bytes = bytes
    self.table = table
    self.tables = tables
    layout = ELFLayout(is64Bit: tables.wordSize != 4, order: tables.order)
  }

  /// What the kernel exports.
  ///
  /// - Parameter machine: The architecture, if known.
  /// - Returns: `nil` if no symbol bounds the tables, or nothing tells where the image lies.
  /// - Throws: ``ParseError`` if a table cannot be decoded.
  func read(_ machine: ELFMachine?) throws(ParseError) -> ExportTable? {
    let bounds = bounds()
    guard let first = bounds["__start___ksymtab"], let start = start(firstEntry: first) else {
      return nil
    }
    let exports = KernelExports(raw: bytes, at: start, layout: layout, machine: machine) {
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

  /// The address of the image's first byte; where the table has distances, as one.
  private func start(firstEntry: UInt64) -> UInt64? {
    if let names = table.address(ofKernelSymbol: "kallsyms_names") {
      return names &- UInt64(tables.names.lowerBound)
    }
    // Kernels without KALLSYMS_ALL list functions only: the first exports of functions tell.
    let size = UInt64(bytes.byteCount)
    var start = firstEntry & ~0xfff &- size & ~0xfff
    for _ in 0...min(bytes.byteCount >> 12, RawImageExports.mostPlaces) {
      start &+= 0x1000
      if isStart(start, firstEntry) { return start }
    }
    return nil
  }

  /// Places to try, which are enough for 256 MiB, and symbols of one address to compare at each.
  private static let (mostPlaces, mostAliases) = (1 << 16, 16)
  /// Entries to look at, and how many have to name the symbol at which they point.
  private static let (sample, leastAgreeing) = (64, 8)

  /// Whether entries name the symbols at which they point if the image begins at an address.
  private func isStart(_ start: UInt64, _ firstEntry: UInt64) -> Bool {
    guard let first = offset(of: firstEntry, start) else { return false }
    for size in [12, 8] where size == 12 || layout.wordSize == 4 {
      for isPlaceRelative in [true, false] {
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
      guard let word = layout.word32(bytes, at: place &+ 4 &* field) else { return nil }
      if !isPlaceRelative { return UInt64(word) }
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

  private func offset(of address: UInt64, _ start: UInt64) -> Int? {
    guard address >= start, address - start < UInt64(bytes.byteCount) else { return nil }
    return Int(address - start)
  }
}
