internal import ByteStorage
internal import ELFFormat
internal import KernelReleases
internal import SymbolTables
internal import UnwindTables

extension SymbolFile {
  /// Makes call frame information from the unwind tables of the image.
  ///
  /// - Parameters:
  ///   - elf: The image.
  ///   - table: The kernel's symbols, which tell where functions begin.
  ///   - release: The kernel's release, if it is known.
  /// - Returns: Whether the image has such tables.
  /// - Throws: ``ParseError`` if they are damaged.
  mutating func addUnwinding(
    _ elf: borrowing ELFFile, _ table: SymbolTable, release: String?
  ) throws(ParseError) -> Bool {
    guard elf.header.machine == .x86_64, let places = elf.sectionIndex(named: ".orc_unwind_ip"),
      let contents = elf.sectionIndex(named: ".orc_unwind")
    else { return false }
    var header = RawSpan()
    if let index = elf.sectionIndex(named: ".orc_header") {
      header = try elf.bytes(of: elf.sections[index], in: ".orc_header")
    }
    let orc = try ORCTable(
      places: SymbolFile.part(elf, elf.sections[places]),
      contents: SymbolFile.part(elf, elf.sections[contents]), header: header)
    frames =
      FrameTable(
        orc, functions: SymbolFile.functions(table), code: codeRanges,
        release: release.flatMap { KernelRelease($0) }
      ).bytes
    return true
  }

  /// Addresses of the sections with code, ascending.
  private var codeRanges: [Range<UInt64>] {
    var ranges: [Range<UInt64>] = []
    for section in sections where section.isCode {
      let end = section.header.address.addingReportingOverflow(section.header.size)
      ranges.append(section.header.address..<(end.overflow ? .max : end.partialValue))
    }
    return ranges.sorted { $0.lowerBound < $1.lowerBound }
  }

  /// A section of the table. Its address is the one that the kernel was linked to.
  @_lifetime(copy elf)
  private static func part(
    _ elf: borrowing ELFFile, _ section: ELFSection
  ) throws(ParseError) -> ORCTable.Section {
    ORCTable.Section(
      try elf.bytes(of: section, in: ".orc_unwind"), address: section.address,
      offset: Int(clamping: section.offset))
  }

  /// Addresses of the kernel's own functions, ascending; without the padding before them, which has
  /// symbols of its own.
  private static func functions(_ table: SymbolTable) -> [UInt64] {
    var found: [UInt64] = []
    found.reserveCapacity(table.count)
    for index in 0..<table.count where table.ownerIndex(at: index) == 0 {
      let letter = table.type(at: index) | 0x20
      guard letter == UInt8(ascii: "t") || letter == UInt8(ascii: "w") else { continue }
      let name = table.name(at: index)
      if name.starts(with: "__pfx_") || name.starts(with: "__cfi_") { continue }
      found.append(table.addresses[index])
    }
    return table.isSorted ? found : found.sorted()
  }

  func addFrames(to writer: inout ELFWriter) {
    guard !frames.isEmpty else { return }
    var header = ELFWriter.Section(type: .progbits)
    header.alignment = 8
    header.offset = writer.place(frames.rawSpan, at: writer.nextOffset(alignment: 8))
    header.size = UInt64(frames.count)
    writer.addSection(named: ".debug_frame", header)
  }
}
