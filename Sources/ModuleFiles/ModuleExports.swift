package import ByteStorage
package import ELFFormat
package import ModuleVersions

extension ELFFile {
  /// Adds the exports of a module to a table. A module's `__ksymtab` holds only zeros or addends;
  /// what an entry will point to is what its relocations say: the symbol's value plus the addend,
  /// for every relocation type in use (the place cancels out for place-relative fields).
  package func addModuleExports(
    to table: inout ExportTable, owner: Int, reading: LicenceReading = .asFound
  ) throws(ParseError) {
    let parts = reading == .flagTable ? ExportSections.all.prefix(1) : ExportSections.all[...]
    for part in parts {
      guard let index = sectionIndex(named: part.symbols), sections[index].size > 0 else {
        continue
      }
      var flags = RawSpan()
      if part.licence == .any, reading != .sections,
        let section = sectionIndex(named: "__kflagstab")
      {
        flags = try bytes(of: sections[section], in: "__kflagstab")
      }
      try addModuleExports(
        ofSection: index, crcs: sectionIndex(named: part.crcs), part.licence, flags, to: &table,
        owner: owner)
    }
  }

  /// How to determine whether a module's export is for GPL-compatible modules only.
  package enum LicenceReading: Sendable {
    /// `__kflagstab` if it is there, and the section's name.
    case asFound
    /// The section's name only: kernels up to 7.0.
    case sections
    /// `__kflagstab` only; `__ksymtab_gpl` is ignored: kernels since 7.1.
    case flagTable
  }

  private func addModuleExports(
    ofSection index: Int, crcs: Int?, _ licence: ExportLicence, _ flags: RawSpan,
    to table: inout ExportTable, owner: Int
  ) throws(ParseError) {
    guard let symbols = try symbolTable(), let relocations = try relocations(forSection: index)
    else { return }
    let entries = try ExportEntries(self, section: index, relocations, symbols)
    let versions = try ModuleCRCs(self, section: crcs, symbols)
    for entry in 0..<entries.count {
      let isGPL = flags.byte(at: entry).map { $0 & 1 != 0 }
      table.add(
        name: entries.string(entry, field: 1), namespace: entries.string(entry, field: 2),
        crc: versions.crc(at: entry), licence: isGPL.map { $0 ? .gplOnly : .any } ?? licence,
        owner: owner)
    }
  }
}

/// The entries of a module's `__ksymtab`, as its relocations describe them.
private struct ExportEntries: ~Escapable {
  private struct Target { let place, section, offset: Int }

  /// Longest name or namespace, in bytes: twice what the kernel has room for (`KSYM_NAME_LEN`).
  private static let longestName = 1024

  private let strings: RawSpan
  private let stringsIndex: Int
  private var starts: [Int] = []
  private var targets: [Target] = []

  var count: Int { starts.count }

  @_lifetime(copy file) init(
    _ file: ELFFile, section: Int, _ relocations: borrowing ELFRelocations,
    _ symbols: borrowing ELFSymbolTable
  ) throws(ParseError) {
    guard let index = file.sectionIndex(named: "__ksymtab_strings") else {
      throw ParseError(.missing, in: "__ksymtab_strings", at: 0)
    }
    stringsIndex = index
    strings = try file.bytes(of: file.sections[index], in: "__ksymtab_strings")
    let inPlace =
      relocations.hasAddends
      ? RawSpan() : try file.bytes(of: file.sections[section], in: "__ksymtab")
    // An entry has at most three fields, and a field at most two relocations.
    guard relocations.count <= KernelExports.mostEntries * 6 else {
      throw ParseError(.unsupported(UInt64(relocations.count)), in: "__ksymtab relocations", at: 0)
    }
    targets.reserveCapacity(relocations.count)
    for number in 0..<relocations.count {
      guard let relocation = relocations.relocation(at: number),
        let symbol = symbols.symbol(at: Int(relocation.symbol))
      else { continue }
      var addend = relocation.addend
      let place = Int(clamping: relocation.offset)
      if !relocations.hasAddends, let raw = file.layout.word32(inPlace, at: place) {
        addend = Int64(Int32(bitPattern: raw))
      }
      let offset = Int64(bitPattern: symbol.value).addingReportingOverflow(addend).partialValue
      targets.append(
        Target(place: place, section: Int(symbol.sectionIndex), offset: Int(clamping: offset)))
    }
    // RISC-V's pairs and such give a place twice; the order in the table is not promised.
    targets.sort { $0.place < $1.place }
    // A value never lies among the strings, names and namespaces always do.
    var last = -1
    for (number, target) in targets.enumerated()
    where target.section != index && target.place != last {
      starts.append(number)
      last = target.place
    }
  }

  /// The string of field 1 (name) or 2 (namespace) of an entry; empty if it has none.
  @_lifetime(copy self) func string(_ entry: Int, field: Int) -> RawSpan {
    let end = entry + 1 < starts.count ? starts[entry + 1] : targets.count
    var (index, seen) = (starts[entry], 0)
    while index < end {
      if targets[index].section == stringsIndex {
        seen += 1
        guard seen == field else {
          index += 1
          continue
        }
        let name = strings.cString(at: targets[index].offset, limit: ExportEntries.longestName)
        if let name { return name }
        return RawSpan()
      }
      index += 1
    }
    return RawSpan()
  }
}

/// The CRCs of a module's exports: literal, or (up to 5.18) by relocations against `__crc_` symbols.
private struct ModuleCRCs {
  private var crcs: [UInt32] = []
  private let isPresent: Bool

  init(
    _ file: borrowing ELFFile, section: Int?, _ symbols: borrowing ELFSymbolTable
  ) throws(ParseError) {
    isPresent = section != nil
    guard let section else { return }
    let bytes = try file.bytes(of: file.sections[section], in: "__kcrctab")
    guard bytes.byteCount / 8 <= KernelExports.mostEntries else {
      throw ParseError(.unsupported(UInt64(bytes.byteCount)), in: "__kcrctab", at: 0)
    }
    guard let relocations = try file.relocations(forSection: section), relocations.count > 0 else {
      crcs = (0..<(bytes.byteCount / 4)).compactMap { file.layout.word32(bytes, at: $0 * 4) }
      return
    }
    // A relocation an entry, in no order; entries of 8 bytes up to 4.9, of 4 since.
    let isWide = file.layout.is64Bit && bytes.byteCount / 8 >= relocations.count
    let width: UInt64 = isWide ? 8 : 4
    crcs = [UInt32](repeating: 0, count: bytes.byteCount / Int(width))
    for number in 0..<relocations.count {
      guard let relocation = relocations.relocation(at: number),
        let symbol = symbols.symbol(at: Int(relocation.symbol)),
        let index = Int(exactly: relocation.offset / width), index < crcs.count
      else { continue }
      crcs[index] = ModuleCRCs.value(of: symbol, plus: relocation.addend, file)
    }
  }

  func crc(at index: Int) -> UInt32? {
    guard isPresent else { return nil }
    return index < crcs.count ? crcs[index] : 0
  }

  /// An absolute symbol is the CRC; one in a section points at it (MODULE_REL_CRCS).
  private static func value(
    of symbol: ELFSymbol, plus addend: Int64, _ file: borrowing ELFFile
  ) -> UInt32 {
    let sum = UInt64(bitPattern: Int64(bitPattern: symbol.value) &+ addend)
    if symbol.sectionIndex == ELFSectionIndex.absolute { return UInt32(truncatingIfNeeded: sum) }
    let index = Int(symbol.sectionIndex)
    guard index > 0, index < file.sections.count else { return 0 }
    // Four bytes of the section, not all of it: there may be many relocations.
    let section = file.sections[index]
    let (place, overflow) = section.offset.addingReportingOverflow(sum)
    guard section.type != .nobits, section.size >= 4, sum <= section.size - 4, !overflow,
      let bytes = try? file.source.bytes(at: place, size: 4, in: "__kcrctab target")
    else { return 0 }
    return file.layout.word32(bytes, at: 0) ?? 0
  }
}
