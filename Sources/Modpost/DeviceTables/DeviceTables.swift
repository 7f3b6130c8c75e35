internal import ByteStorage
internal import ELFFormat
package import VersionConversion

/// The device tables of a module or object: what `MODULE_DEVICE_TABLE` marks.
///
/// - Note: scripts/mod/file2alias.c, `handle_moddevtable`, 7.2; up to 6.13 for the older names.
package enum DeviceTables {
  /// The aliases of the device tables of a module or object.
  package static func aliases(of file: RawSpan) throws(ConversionError) -> [[UInt8]] {
    let elf: ELFFile
    do { elf = try ELFFile(ByteSource(file)) } catch { throw .malformed(error) }
    guard let symbols = try? elf.symbolTable() else { return [] }
    return try aliases(elf, symbols)
  }

  /// The aliases of all tables, each once, in the order of the symbols.
  static func aliases(
    _ elf: ELFFile, _ symbols: borrowing ELFSymbolTable
  ) throws(ConversionError) -> [[UInt8]] {
    var list = AliasList()
    var total: UInt64 = 0
    for number in 1..<max(1, symbols.count) {
      guard let symbol = symbols.symbol(at: number), symbol.type == .object,
        symbol.sectionIndex != ELFSectionIndex.undefined,
        elf.sections.indices.contains(Int(symbol.sectionIndex)),
        let name = TableName(symbols.name(of: symbol)),
        let bus = DeviceBus.all.first(where: { $0.name == name.bus })
      else { continue }
      do throws(DeviceTableError) {
        // Tables that lie over one another would make a small file cost much.
        total = total.addingReportingOverflow(symbol.size).partialValue
        let section = elf.sections[Int(symbol.sectionIndex)]
        if section.type != .nobits, total > UInt64(4 &* elf.source.count) { throw .overlapping }
        try read(bus, symbol, in: section, of: elf, &list)
      } catch {
        throw .init(.deviceTable, [name.bus, name.table], reason: error.rawValue)
      }
    }
    return list.aliases
  }

  private static func read(
    _ bus: DeviceBus, _ symbol: ELFSymbol, in section: ELFSection, of elf: ELFFile,
    _ list: inout AliasList
  ) throws(DeviceTableError) {
    guard let size = Int(exactly: symbol.size) else { throw .sizeMismatch }
    // Nothing in an object tells which kernel's form its entries have.
    var problem = DeviceTableError.sizeMismatch
    var found: AliasList?
    for form in bus.forms {
      let layout = DeviceIDLayout(form, wordSize: elf.layout.wordSize)
      guard size >= layout.size, size % layout.size == 0 else { continue }
      do throws(DeviceTableError) {
        let aliases =
          section.type == .nobits
          ? try emptyTable(bus, layout, entries: size / layout.size)
          : try table(bus, layout, symbol, in: section, of: elf)
        if let found, found.aliases != aliases.aliases { throw .ambiguousForm }
        found = aliases
      } catch .ambiguousForm { throw .ambiguousForm } catch { problem = error }
    }
    guard let found else { throw problem }
    list.append(found)
  }

  /// A table in a section of zeros: every entry says the same, and the last one ends the table.
  private static func emptyTable(
    _ bus: DeviceBus, _ layout: DeviceIDLayout, entries: Int
  ) throws(DeviceTableError) -> AliasList {
    var list = AliasList()
    guard entries > 1 else { return list }
    let zeros = [UInt8](repeating: 0, count: layout.size)
    try bus.write(DeviceID(zeros.rawSpan, layout, .little), &list)
    return list
  }

  private static func table(
    _ bus: DeviceBus, _ layout: DeviceIDLayout, _ symbol: ELFSymbol, in section: ELFSection,
    of elf: ELFFile
  ) throws(DeviceTableError) -> AliasList {
    guard let start = Int(exactly: symbol.value), let size = Int(exactly: symbol.size),
      let content = try? elf.bytes(of: section), start <= content.byteCount,
      size <= content.byteCount &- start, let table = content.slice(start..<(start &+ size))
    else { throw .outsideSection }
    let end = size &- layout.size
    guard table.isZero(in: end..<size) else { throw .notTerminated }
    var list = AliasList()
    for place in stride(from: 0, to: end, by: layout.size) {
      guard let entry = table.suffix(from: place) else { break }
      try bus.write(DeviceID(entry, layout, elf.layout.order), &list)
    }
    return list
  }

  /// What the symbol of a device table says.
  private struct TableName {
    let bus: String
    let table: String

    /// `__mod_device_table__kmod_MODULE__BUS__TABLE`; up to 6.13 `__mod_BUS__TABLE_device_table`,
    /// up to 6.14 without the module.
    init?(_ name: RawSpan) {
      guard name.starts(with: "__mod_") else { return nil }
      var rest: RawSpan
      if name.starts(with: "__mod_device_table__") {
        guard let inner = TableName.behindPrefix(name) else { return nil }
        rest = inner
      } else {
        let suffix = 13
        guard name.byteCount > 6 + suffix, let ending = name.suffix(from: name.byteCount - suffix),
          ending.equals("_device_table"), let inner = name.slice(6..<(name.byteCount - suffix))
        else { return nil }
        rest = inner
      }
      guard let end = rest.firstRange(of: "__"), let bus = rest.slice(0..<end),
        let table = rest.suffix(from: end + 2)
      else { return nil }
      self.bus = bus.text
      self.table = table.text
    }

    /// What follows `__mod_device_table__kmod_MODULE__`, or without a module.
    @_lifetime(copy name)
    private static func behindPrefix(_ name: RawSpan) -> RawSpan? {
      guard let module = name.firstRange(of: "__kmod_") else { return name.suffix(from: 20) }
      guard let inner = name.suffix(from: module + 7), let end = inner.firstRange(of: "__")
      else { return nil }
      return inner.suffix(from: end + 2)
    }
  }
}
