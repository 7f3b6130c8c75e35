internal import ByteStorage
internal import ELFFormat

/// The bytes of a linked kernel by virtual address.
struct AddressSpace: ~Escapable {
  let layout: ELFLayout
  private let whole: RawSpan
  /// By address.
  private let regions: [MappedRegion]
  /// Addends of `R_*_RELATIVE` relocations by address, for images linked as PIE.
  private let relative: [UInt64: UInt64]

  @_lifetime(copy file) init(_ file: ELFFile) {
    layout = file.layout
    regions = file.sections
      .filter { $0.flags.contains(.alloc) && $0.type != .nobits && $0.size > 0 }
      .sorted { $0.address < $1.address }
      .map {
        MappedRegion(
          offset: Int(clamping: $0.offset), address: $0.address, size: Int(clamping: $0.size))
      }
    // The whole file is asked for once: kernels are unpacked in memory.
    if let bytes = try? file.source.all() { whole = bytes } else { whole = RawSpan() }
    relative = AddressSpace.relativeRelocations(file)
  }

  /// An image without sections; relocations are looked for if they put something into `tables`.
  @_lifetime(copy bytes) init(
    _ bytes: RawSpan, _ regions: [MappedRegion], _ layout: ELFLayout, tables: [Range<UInt64>]
  ) {
    self.layout = layout
    whole = bytes
    self.regions = regions.sorted { $0.address < $1.address }
    relative = layout.is64Bit ? AddressSpace.relativeRelocations(bytes, layout.order, tables) : [:]
  }

  /// Offset in the file of an address, and the bytes that follow it in its section.
  private func place(of address: UInt64) -> (offset: Int, count: Int)? {
    let low = regions.partitionIndex { $0.address <= address }
    guard low > 0 else { return nil }
    let region = regions[low - 1]
    let distance = address - region.address
    guard let inside = Int(exactly: distance), inside < region.size else { return nil }
    let (offset, overflow) = region.offset.addingReportingOverflow(inside)
    return overflow ? nil : (offset, region.size - inside)
  }

  /// Offset in the file of a table, if all of it has bytes there.
  func offset(of table: Range<UInt64>) -> Int? {
    guard let (offset, count) = place(of: table.lowerBound),
      table.upperBound - table.lowerBound <= UInt64(count)
    else { return nil }
    return offset
  }

  @_lifetime(copy self) func bytes(at offset: Int, count: Int) -> RawSpan? {
    let (end, overflow) = offset.addingReportingOverflow(count)
    return overflow ? nil : whole.slice(offset..<end)
  }

  /// Longest name or namespace, in bytes: twice what the kernel has room for (`KSYM_NAME_LEN`).
  static let longestName = 1024

  /// The NUL-terminated string at an address; empty if there is none, or it is too long for a name.
  @_lifetime(copy self) func string(at address: UInt64) -> RawSpan {
    guard let (offset, count) = place(of: address) else { return RawSpan() }
    let (end, overflow) = offset.addingReportingOverflow(count)
    guard !overflow, let rest = whole.slice(offset..<end),
      let string = rest.cString(at: 0, limit: AddressSpace.longestName)
    else { return RawSpan() }
    return string
  }

  func word32(at address: UInt64) -> UInt32? {
    guard let (offset, count) = place(of: address), count >= 4 else { return nil }
    return layout.word32(whole, at: offset)
  }

  /// What a dynamic relocation puts at an address where the file holds zero.
  func relocatedPointer(at address: UInt64) -> UInt64? { relative[address] }

  /// Relative relocations whose place lies in an export table.
  private static func relativeRelocations(_ file: borrowing ELFFile) -> [UInt64: UInt64] {
    var found: [UInt64: UInt64] = [:]
    guard let index = file.sectionIndex(named: ".rela.dyn"),
      let bytes = try? file.bytes(of: file.sections[index], in: ".rela.dyn")
    else { return found }
    let tables = ExportSections.all.compactMap { file.sectionIndex(named: $0.symbols) }.map {
      file.sections[$0]
    }.filter { $0.flags.contains(.alloc) && $0.size <= UInt64(file.source.count) }
    let relocations = ELFRelocations(
      bytes, hasAddends: true, layout: file.layout, machine: file.header.machine)
    for index in 0..<relocations.count {
      guard let relocation = relocations.relocation(at: index) else { break }
      for table in tables
      where relocation.offset >= table.address && relocation.offset - table.address < table.size {
        found[relocation.offset] = UInt64(bitPattern: relocation.addend)
      }
    }
    return found
  }

  /// Records of relative relocations anywhere in an image, whose place lies in one of the tables.
  private static func relativeRelocations(
    _ bytes: RawSpan, _ order: ByteOrder, _ tables: [Range<UInt64>]
  ) -> [UInt64: UInt64] {
    if tables.isEmpty { return [:] }
    let relocations = RelativeRelocations(searching: bytes, order)
    var found: [UInt64: UInt64] = [:]
    for table in tables {
      for (place, value) in relocations.pointers(in: table) { found[place] = value }
    }
    return found
  }
}
