internal import ByteStorage
internal import ELFFormat

/// The bytes of a linked ELF file by virtual address.
struct AddressSpace: ~Escapable {
  private let file: ELFFile
  private let whole: RawSpan
  /// Sections with bytes and an address, by address.
  private let sections: [ELFSection]
  /// Addends of `R_*_RELATIVE` relocations by address, for images linked as PIE.
  private let relative: [UInt64: UInt64]

  @_lifetime(copy file)
  init(_ file: ELFFile) {
    self.file = file
    sections = file.sections
      .filter { $0.flags.contains(.alloc) && $0.type != .nobits && $0.size > 0 }
      .sorted { $0.address < $1.address }
    // The whole file is asked for once: kernels are unpacked in memory.
    if let bytes = try? file.source.all() { whole = bytes } else { whole = RawSpan() }
    relative = AddressSpace.relativeRelocations(file)
  }

  /// Offset in the file of an address, and the bytes that follow it in its section.
  private func place(of address: UInt64) -> (offset: Int, count: Int)? {
    var (low, high) = (0, sections.count)
    while low < high {
      let middle = (low + high) / 2
      if sections[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let section = sections[low - 1]
    let distance = address - section.address
    guard distance < section.size, let start = Int(exactly: section.offset),
      let inside = Int(exactly: distance), let size = Int(exactly: section.size)
    else { return nil }
    let (offset, overflow) = start.addingReportingOverflow(inside)
    return overflow ? nil : (offset, size - inside)
  }

  /// Longest name or namespace, in bytes: twice what the kernel has room for (`KSYM_NAME_LEN`).
  static let longestName = 1024

  /// The NUL-terminated string at an address; empty if there is none, or it is no name for length.
  @_lifetime(copy self)
  func string(at address: UInt64) -> RawSpan {
    guard let (offset, count) = place(of: address) else { return RawSpan() }
    let (end, overflow) = offset.addingReportingOverflow(count)
    guard !overflow, let rest = whole.slice(offset..<end),
      let string = rest.cString(at: 0, limit: AddressSpace.longestName)
    else { return RawSpan() }
    return string
  }

  /// The 32-bit integer at an address.
  func word32(at address: UInt64) -> UInt32? {
    guard let (offset, count) = place(of: address), count >= 4 else { return nil }
    return file.layout.word32(whole, at: offset)
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
    }
    .filter { $0.flags.contains(.alloc) && $0.size <= UInt64(file.source.count) }
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
}
