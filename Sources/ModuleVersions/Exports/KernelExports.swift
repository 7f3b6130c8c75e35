package import ByteStorage
package import ELFFormat

/// Reads the exports of a linked kernel: of a vmlinux with section headers, or of a plain memory
/// image whose own symbols give the places of the tables.
///
/// - Note: include/linux/export-internal.h and kernel/module/main.c; specs of entries as in
///   ``ExportEntryLayout``, of CRCs: a `long` up to 4.9, then u32, place-relative with
///   MODULE_REL_CRCS up to 5.18.
package struct KernelExports: ~Escapable {
  /// A table: where it lies in memory and in the file.
  private struct Table {
    let address: UInt64
    let offset: Int
    let size: Int
  }

  /// Tables of one licence class.
  private struct Part {
    let licence: ExportLicence
    let symbols: Table
    let crcs: Table?
  }

  private let space: AddressSpace
  private let machine: ELFMachine?
  private let parts: [Part]
  /// `__kflagstab` (7.1 and later), which belongs to `__ksymtab` only.
  private let flags: Table?
  private var layout: ELFLayout { space.layout }

  @_lifetime(copy file) package init(_ file: ELFFile) {
    space = AddressSpace(file)
    machine = file.header.machine
    func table(_ name: StaticString) -> Table? {
      guard let index = file.sectionIndex(named: name) else { return nil }
      let section = file.sections[index]
      return Table(
        address: section.address, offset: Int(clamping: section.offset),
        size: Int(clamping: section.size))
    }
    parts = ExportSections.all.compactMap { part in
      table(part.symbols).map { Part(licence: part.licence, symbols: $0, crcs: table(part.crcs)) }
    }
    flags = table("__kflagstab")
  }

  /// Prepares to read the exports of an image without sections. `address` gives those of the
  /// kernel's own symbols: `__start___ksymtab` and its like bound the tables.
  @_lifetime(copy bytes) package init(
    _ bytes: RawSpan, mapped regions: [MappedRegion], layout: ELFLayout, machine: ELFMachine?,
    addressOf address: (String) -> UInt64?
  ) {
    func bounds(_ name: StaticString) -> Range<UInt64>? {
      guard let first = address("__start_\(name)"), let last = address("__stop_\(name)"),
        first <= last, last - first <= UInt64(bytes.byteCount)
      else { return nil }
      return first..<last
    }
    let tables = ExportSections.all.compactMap { bounds($0.symbols) }
    let space = AddressSpace(bytes, regions, layout, tables: tables)
    func table(_ name: StaticString) -> Table? {
      guard let bounds = bounds(name), let offset = space.offset(of: bounds) else { return nil }
      return Table(
        address: bounds.lowerBound, offset: offset,
        size: Int(bounds.upperBound - bounds.lowerBound))
    }
    parts = ExportSections.all.compactMap { part in
      table(part.symbols).map { Part(licence: part.licence, symbols: $0, crcs: table(part.crcs)) }
    }
    flags = table("__kflagstab")
    self.space = space
    self.machine = machine
  }

  /// Prepares to read tables that were found by their form.
  @_lifetime(copy bytes) package init(
    _ bytes: RawSpan, mapped regions: [MappedRegion], layout: ELFLayout, machine: ELFMachine?,
    _ found: FoundExportTables
  ) {
    func table(_ range: Range<Int>) -> Table? {
      regions.address(ofOffset: range.lowerBound).map {
        Table(address: $0, offset: range.lowerBound, size: range.count)
      }
    }
    parts = found.parts.compactMap { part in
      table(part.symbols).map {
        Part(licence: part.licence, symbols: $0, crcs: part.crcs.flatMap(table))
      }
    }
    flags = found.flags.flatMap(table)
    let tables = parts.map { $0.symbols.address..<($0.symbols.address &+ UInt64($0.symbols.size)) }
    space = AddressSpace(bytes, regions, layout, tables: tables)
    self.machine = machine
  }

  /// All exports with owner `vmlinux`, in table order: `__ksymtab`, then the other tables; `nil` if
  /// the kernel has no `__ksymtab` at all.
  package func read() throws(ParseError) -> ExportTable? {
    var table = ExportTable()
    let owner = table.addOwner("vmlinux")
    for part in parts { try read(part, owner, into: &table) }
    return parts.isEmpty ? nil : table
  }

  /// Most entries of one table; the largest kernels have 50,000.
  package static let mostEntries = 1 << 19

  @_lifetime(copy self)
  private func bytes(of table: Table, in region: StaticString) throws(ParseError) -> RawSpan {
    guard let bytes = space.bytes(at: table.offset, count: table.size) else {
      throw ParseError(
        .truncated(needed: UInt64(clamping: table.size), available: 0), in: region,
        at: table.offset)
    }
    return bytes
  }

  private func read(_ part: Part, _ owner: Int, into table: inout ExportTable) throws(ParseError) {
    let entries = try bytes(of: part.symbols, in: "__ksymtab")
    guard entries.byteCount > 0 else { return }
    guard entries.byteCount / 8 <= KernelExports.mostEntries * 3,
      let layout = entryLayout(entries, at: part.symbols.address)
    else {
      throw ParseError(
        .unsupported(UInt64(entries.byteCount)), in: "__ksymtab", at: part.symbols.offset)
    }
    let count = entries.byteCount / layout.entrySize
    let (versions, crcForm) =
      if let crcs = part.crcs {
        try readCRCs(crcs, count: count)
      } else { ([UInt32?](), ExportForm.CRCs.none) }
    let flags = try flagBytes(part.licence)
    // Of several tables the first that has entries speaks for all.
    table.form =
      table.form ?? ExportForm(entries: layout, crcs: crcForm, hasFlagTable: flags.byteCount > 0)
    var previous = (name: RawSpan(), namespace: RawSpan())
    for index in 0..<count {
      let name = string(entries, index, 1, layout, at: part.symbols.address)
      let namespace =
        layout.hasNamespace
        ? string(entries, index, 2, layout, at: part.symbols.address) : RawSpan()
      // arm64 exports memcpy and others twice (lib/Makefile and the assembler file, up to 5.14).
      let isRepeated =
        index > 0 && name.equals(previous.name) && namespace.equals(previous.namespace)
        && (index >= versions.count || versions[index] == versions[index - 1])
      previous = (name, namespace)
      if isRepeated { continue }
      let isGPL = flags.byte(at: index).map { $0 & 1 != 0 }
      table.add(
        name: name, namespace: namespace, crc: index < versions.count ? versions[index] : nil,
        licence: isGPL.map { $0 ? .gplOnly : .any } ?? part.licence, owner: owner)
    }
  }

  /// The licences, if they are in a table of their own.
  @_lifetime(copy self)
  private func flagBytes(_ licence: ExportLicence) throws(ParseError) -> RawSpan {
    guard licence == .any, let flags else { return RawSpan() }
    return try bytes(of: flags, in: "__kflagstab")
  }

  /// The CRCs of a `__kcrctab` section: `nil` for entries that it lacks.
  private func readCRCs(
    _ table: Table, count: Int
  ) throws(ParseError) -> ([UInt32?], ExportForm.CRCs) {
    let bytes = try bytes(of: table, in: "__kcrctab")
    if layout.is64Bit, bytes.byteCount >= count * 8 {
      let wide = (0..<count).map { index in
        layout.word(bytes, at: index &* 8).map { UInt32(truncatingIfNeeded: $0) }
      }
      return (wide, .word64)
    }
    let raw = (0..<count).map { layout.word32(bytes, at: $0 &* 4) }
    // MODULE_REL_CRCS exists on powerpc and s390 only (and um). A CRC taken for an offset points
    // outside of the image almost always, so the form is the one in which all entries point inside.
    guard machine == .powerPC || machine == .powerPC64 || machine == .s390 else {
      return (raw, .word32)
    }
    var pointed: [UInt32?] = []
    for (index, value) in raw.enumerated() {
      guard let value, value != 0 else {
        pointed.append(value)
        continue
      }
      let place = table.address &+ UInt64(index &* 4)
      let target = place &+ UInt64(bitPattern: Int64(Int32(bitPattern: value)))
      guard let crc = space.word32(at: target) else { return (raw, .word32) }
      pointed.append(crc)
    }
    return (pointed, .placeRelative)
  }

  /// The layout in which every entry has a plausible name and namespace.
  private func entryLayout(_ entries: RawSpan, at address: UInt64) -> ExportEntryLayout? {
    for candidate in ExportEntryLayout.candidates(self.layout) {
      guard entries.byteCount % candidate.entrySize == 0 else { continue }
      let count = entries.byteCount / candidate.entrySize
      var isPlausible = true
      for index in 0..<count {
        guard isSymbolName(string(entries, index, 1, candidate, at: address)) else {
          isPlausible = false
          break
        }
      }
      if isPlausible { return candidate }
    }
    return nil
  }

  private func isSymbolName(_ name: RawSpan) -> Bool {
    guard name.byteCount > 0 else { return false }
    for offset in 0..<name.byteCount {
      guard let byte = name.byte(at: offset), byte > 0x20, byte < 0x7f else { return false }
    }
    return true
  }

  /// The string that field `field` of entry `index` points to; empty for a null pointer.
  @_lifetime(copy self) private func string(
    _ entries: RawSpan, _ index: Int, _ field: Int, _ layout: ExportEntryLayout, at base: UInt64
  ) -> RawSpan {
    let place = index &* layout.entrySize &+ field &* layout.fieldSize
    let address: UInt64
    if layout.isPlaceRelative {
      let offset = Int32(bitPattern: self.layout.word32(entries, at: place) ?? 0)
      if offset == 0 { return RawSpan() }
      address = base &+ UInt64(place) &+ UInt64(bitPattern: Int64(offset))
    } else {
      var pointer = self.layout.word(entries, at: place) ?? 0
      if pointer == 0 { pointer = space.relocatedPointer(at: base &+ UInt64(place)) ?? 0 }
      if pointer == 0 { return RawSpan() }
      address = pointer
    }
    return space.string(at: self.layout.is64Bit ? address : address & 0xffff_ffff)
  }
}
