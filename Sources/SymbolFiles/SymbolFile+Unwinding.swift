internal import ByteStorage
internal import ELFFormat
internal import KernelReleases
package import SymbolTables
package import UnwindTables

extension SymbolFile {
  /// Reads the unwind tables of the image.
  ///
  /// - Returns: `nil` if it has none.
  /// - Throws: ``ParseError`` if they are damaged.
  static func unwindTable(_ elf: borrowing ELFFile) throws(ParseError) -> ORCTable? {
    guard elf.header.machine == .x86_64, let places = elf.sectionIndex(named: ".orc_unwind_ip"),
      let contents = elf.sectionIndex(named: ".orc_unwind")
    else { return nil }
    var header = RawSpan()
    if let index = elf.sectionIndex(named: ".orc_header") {
      header = try elf.bytes(of: elf.sections[index], in: ".orc_header")
    }
    return try ORCTable(
      places: SymbolFile.part(elf, elf.sections[places]),
      contents: SymbolFile.part(elf, elf.sections[contents]), header: header)
  }

  /// Makes call frame information from unwind tables.
  ///
  /// - Parameters:
  ///   - kernel: The table of the image.
  ///   - modules: Those of loaded modules.
  ///   - table: All symbols, which tell where functions begin.
  ///   - release: The kernel's release, if it is known.
  package mutating func addUnwinding(
    _ kernel: ORCTable, _ modules: [LoadedModule], _ table: SymbolTable, release: String?
  ) {
    var orc = kernel
    orc.add(modules.map(\.table))
    let code = codeRanges + modules.flatMap(\.code)
    frames =
      FrameTable(
        orc, functions: SymbolFile.functions(table),
        code: code.sorted { $0.lowerBound < $1.lowerBound },
        release: release.flatMap { KernelRelease($0) }
      ).bytes
  }

  /// Addresses of the kernel's sections with code.
  private var codeRanges: [Range<UInt64>] {
    var ranges: [Range<UInt64>] = []
    for section in sections where section.isCode {
      let end = section.header.address.addingReportingOverflow(section.header.size)
      ranges.append(section.header.address..<(end.overflow ? .max : end.partialValue))
    }
    return ranges
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

  /// Addresses of the functions of the kernel and of loaded modules, ascending; without the padding before
  /// them, which has symbols of its own.
  private static func functions(_ table: SymbolTable) -> [UInt64] {
    var found: [UInt64] = []
    found.reserveCapacity(table.count)
    for index in 0..<table.count where table.hasPlace(at: index) {
      let letter = table.type(at: index) | 0x20
      guard letter == UInt8(ascii: "t") || letter == UInt8(ascii: "w") else { continue }
      let name = table.name(at: index)
      if name.starts(with: "__pfx_") || name.starts(with: "__cfi_") { continue }
      found.append(table.addresses[index])
    }
    return found.sorted()
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
