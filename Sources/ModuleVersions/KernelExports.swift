public import ByteStorage
public import ELFFormat

/// Reads the exports of a linked kernel (vmlinux with section headers).
///
/// - Note: include/linux/export-internal.h and kernel/module/main.c; specs of entries as in
///   ``ExportEntryLayout``, of CRCs: a `long` up to 4.9, then u32, place-relative with
///   MODULE_REL_CRCS up to 5.18.
public struct KernelExports: ~Escapable {
  private let file: ELFFile
  private let space: AddressSpace

  /// Prepares to read the exports of `file`.
  @_lifetime(copy file)
  public init(_ file: ELFFile) {
    self.file = file
    self.space = AddressSpace(file)
  }

  /// All exports with owner `vmlinux`, in table order: `__ksymtab`, then the other tables.
  ///
  /// - Returns: The table, or `nil` if the file has no `__ksymtab` section at all.
  /// - Throws: ``ParseError`` if a table cannot be decoded.
  public func read() throws(ParseError) -> ExportTable? {
    var table = ExportTable()
    let owner = table.addOwner("vmlinux")
    var isFound = false
    for part in ExportSections.all {
      guard let index = file.sectionIndex(named: part.symbols) else { continue }
      isFound = true
      try read(
        file.sections[index], crcs: file.sectionIndex(named: part.crcs).map { file.sections[$0] },
        part.licence, owner, into: &table)
    }
    return isFound ? table : nil
  }

  /// Most entries of one table; the largest kernels have 50,000.
  package static let mostEntries = 1 << 19

  private func read(
    _ section: ELFSection, crcs: ELFSection?, _ licence: ExportLicence, _ owner: Int,
    into table: inout ExportTable
  ) throws(ParseError) {
    let entries = try file.bytes(of: section, in: "__ksymtab")
    guard entries.byteCount > 0 else { return }
    guard entries.byteCount / 8 <= KernelExports.mostEntries * 3 else {
      throw ParseError(
        .unsupported(UInt64(entries.byteCount)), in: "__ksymtab", at: Int(clamping: section.offset))
    }
    guard let layout = entryLayout(entries, at: section.address) else {
      throw ParseError(
        .unsupported(UInt64(entries.byteCount)), in: "__ksymtab", at: Int(clamping: section.offset))
    }
    let count = entries.byteCount / layout.entrySize
    let (versions, crcForm) =
      if let crcs { try readCRCs(crcs, count: count) } else { ([UInt32?](), ExportForm.CRCs.none) }
    let flags = try flagBytes(count: count, licence)
    // Of several tables the first that has entries speaks for all.
    table.form =
      table.form
      ?? ExportForm(entries: layout, crcs: crcForm, hasFlagTable: flags.byteCount > 0)
    for index in 0..<count {
      let name = string(entries, index, 1, layout, at: section.address)
      let namespace =
        layout.hasNamespace
        ? string(entries, index, 2, layout, at: section.address) : RawSpan()
      let isGPL = flags.byte(at: index).map { $0 & 1 != 0 }
      table.add(
        name: name, namespace: namespace, crc: index < versions.count ? versions[index] : nil,
        licence: isGPL.map { $0 ? .gplOnly : .any } ?? licence, owner: owner)
    }
  }

  /// `__kflagstab` (7.1 and later) belongs to `__ksymtab` only.
  @_lifetime(copy self)
  private func flagBytes(
    count: Int, _ licence: ExportLicence
  ) throws(ParseError) -> RawSpan {
    guard licence == .any, let index = file.sectionIndex(named: "__kflagstab") else {
      return RawSpan()
    }
    return try file.bytes(of: file.sections[index], in: "__kflagstab")
  }

  /// The CRCs of a `__kcrctab` section: `nil` for entries that it lacks.
  private func readCRCs(
    _ section: ELFSection, count: Int
  ) throws(ParseError) -> ([UInt32?], ExportForm.CRCs) {
    let bytes = try file.bytes(of: section, in: "__kcrctab")
    let layout = file.layout
    if layout.is64Bit, count > 0, bytes.byteCount >= count * 8 {
      let wide = (0..<count).map { index in
        layout.word(bytes, at: index &* 8).map { UInt32(truncatingIfNeeded: $0) }
      }
      return (wide, .word64)
    }
    let raw = (0..<count).map { layout.word32(bytes, at: $0 &* 4) }
    // MODULE_REL_CRCS exists on powerpc and s390 only (and um). A CRC taken for an offset points
    // outside of the image almost always, so all entries pointing inside tell the form.
    let machine = file.header.machine
    guard machine == .powerPC || machine == .powerPC64 || machine == .s390 else {
      return (raw, .word32)
    }
    var pointed: [UInt32?] = []
    for (index, value) in raw.enumerated() {
      guard let value, value != 0 else {
        pointed.append(value)
        continue
      }
      let place = section.address &+ UInt64(index &* 4)
      let target = place &+ UInt64(bitPattern: Int64(Int32(bitPattern: value)))
      guard let crc = space.word32(at: target) else { return (raw, .word32) }
      pointed.append(crc)
    }
    return (pointed, .placeRelative)
  }

  /// The layout in which every entry has a plausible name and namespace.
  private func entryLayout(_ entries: RawSpan, at address: UInt64) -> ExportEntryLayout? {
    for candidate in ExportEntryLayout.candidates(file.layout) {
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
  @_lifetime(copy self)
  private func string(
    _ entries: RawSpan, _ index: Int, _ field: Int, _ layout: ExportEntryLayout, at base: UInt64
  ) -> RawSpan {
    let place = index &* layout.entrySize &+ field &* layout.fieldSize
    let address: UInt64
    if layout.isPlaceRelative {
      let offset = Int32(bitPattern: file.layout.word32(entries, at: place) ?? 0)
      if offset == 0 { return RawSpan() }
      address = base &+ UInt64(place) &+ UInt64(bitPattern: Int64(offset))
    } else {
      var pointer = file.layout.word(entries, at: place) ?? 0
      if pointer == 0 { pointer = space.relocatedPointer(at: base &+ UInt64(place)) ?? 0 }
      if pointer == 0 { return RawSpan() }
      address = pointer
    }
    return space.string(at: file.layout.is64Bit ? address : address & 0xffff_ffff)
  }
}
