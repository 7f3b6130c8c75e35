internal import ByteStorage
internal import ELFFormat
internal import SymbolTables

extension SymbolFile {
  /// Size of the pages in which modules end, in bytes.
  private static let pageSize: UInt64 = 4096

  /// Adds a section without contents for the symbols of loaded modules, where a list or a dump has them.
  mutating func addModules(_ table: SymbolTable, _ ends: ModuleEnds = ModuleEnds()) {
    var (first, last) = (UInt64.max, UInt64(0))
    moduleEnds = ends.ends(table)
    for index in 0..<table.count where table.ownerIndex(at: index) != 0 && table.hasPlace(at: index)
    {
      let address = table.addresses[index]
      // Those of 32-bit absolute values and of processors' own data are elsewhere.
      guard address != 0, table.type(at: index) | 0x20 != UInt8(ascii: "a") else { continue }
      (first, last) = (min(first, address), max(last, address))
    }
    guard first <= last, sections.count < 60_000 else { return }
    var header = ELFWriter.Section(type: .nobits, flags: [.alloc, .execInstructions])
    header.address = first
    header.size = max(SymbolFile.pageEnd(last), moduleEnds.max() ?? 0) &- first
    sections.append(Section(name: Array(".modules".utf8), header: header))
    hasModules = true
  }

  private static func pageEnd(_ address: UInt64) -> UInt64 {
    let end = (address | (pageSize &- 1)).addingReportingOverflow(1)
    return end.overflow ? .max : end.partialValue
  }

  /// Where a symbol ends at the latest: at the next one, and with its module, of which a list of symbols does
  /// not say more than that it has pages of its own.
  func end(of symbol: Int, before next: Int?, _ table: SymbolTable) -> UInt64? {
    let address = next.map { table.addresses[$0] }
    let owner = table.ownerIndex(at: symbol)
    guard owner != 0, next.map({ table.ownerIndex(at: $0) }) != owner else { return address }
    let known = moduleEnds.indices.contains(owner) ? moduleEnds[owner] : 0
    let end = known > 0 ? known : SymbolFile.pageEnd(table.addresses[symbol])
    return address.map { min($0, end) } ?? end
  }
}
