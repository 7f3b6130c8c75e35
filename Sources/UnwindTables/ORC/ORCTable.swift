package import ByteStorage
internal import KernelReleases

/// The unwind table of a kernel for x86-64: what holds from each address to the next.
///
/// ```
/// .orc_unwind_ip   i32 an entry: its address, from this place
/// .orc_unwind      6 bytes an entry: i16 sp_offset, i16 bp_offset, u16 flags
/// .orc_header      20 bytes, since 6.4: what the definitions were
/// ```
///
/// - Note: arch/x86/include/asm/orc_types.h and arch/x86/kernel/unwind_orc.c, 5.10 to 7.2.
package struct ORCTable: Sendable {
  /// The layout that the entries have.
  package let version: ORCVersion
  /// Addresses in ascending order, each once.
  let addresses: [UInt64]
  let entries: [ORCEntry]

  /// A section of the table: its bytes, its address, and its offset in the file, for errors.
  package struct Section: ~Escapable {
    let bytes: RawSpan
    let address: UInt64
    let offset: Int

    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan, address: UInt64, offset: Int) {
      (self.bytes, self.address, self.offset) = (bytes, address, offset)
    }
  }

  /// Number of addresses from which something else holds.
  package var count: Int { addresses.count }

  /// Reads the table.
  ///
  /// - Parameters:
  ///   - places: `.orc_unwind_ip`.
  ///   - contents: `.orc_unwind`.
  ///   - header: `.orc_header`; empty if there is none.
  /// - Throws: ``ParseError`` if the sections do not fit each other, or an entry has no meaning.
  package init(places: Section, contents: Section, header: RawSpan) throws(ParseError) {
    let count = places.bytes.byteCount / 4
    guard count > 0, places.bytes.byteCount.isMultiple(of: 4) else {
      throw ParseError(
        .badValue(UInt64(places.bytes.byteCount)), in: ".orc_unwind_ip size", at: places.offset)
    }
    guard contents.bytes.byteCount == count &* 6 else {
      throw ParseError(
        .badValue(UInt64(contents.bytes.byteCount)), in: ".orc_unwind size", at: contents.offset)
    }
    guard let version = ORCVersion(header: header) ?? ORCVersion(mostOf: contents.bytes) else {
      throw ParseError(.badMagic, in: ".orc_unwind", at: contents.offset)
    }
    var order: [(address: UInt64, entry: ORCEntry)] = []
    order.reserveCapacity(count)
    for index in 0..<count {
      let place = places.address &+ UInt64(index &* 4)
      let distance = places.bytes.integer(Int32.self, at: index &* 4, .little) ?? 0
      let address = place &+ UInt64(bitPattern: Int64(distance))
      order.append((address, try ORCTable.entry(contents, index, version)))
    }
    self.init(order, version)
  }

  /// Reads the table of a loaded module.
  ///
  /// - Parameters:
  ///   - addresses: The address of each entry; `nil` where it is not in memory.
  ///   - contents: `.orc_unwind` of its file.
  ///   - header: `.orc_header` of its file; empty if there is none.
  ///   - kernel: The layout in the kernel's own table, which is the module's if it has no header.
  /// - Throws: ``ParseError`` if there are not as many entries, or one has no meaning.
  package init(
    of addresses: [UInt64?], contents: Section, header: RawSpan, kernel: ORCVersion
  ) throws(ParseError) {
    guard contents.bytes.byteCount == addresses.count &* 6 else {
      throw ParseError(
        .badValue(UInt64(contents.bytes.byteCount)), in: ".orc_unwind size", at: contents.offset)
    }
    let version = ORCVersion(header: header) ?? kernel
    var order: [(address: UInt64, entry: ORCEntry)] = []
    for (index, address) in addresses.enumerated() {
      guard let address else { continue }
      order.append((address, try ORCTable.entry(contents, index, version)))
    }
    self.init(order, version)
  }

  /// Adds the entries of modules' tables.
  package mutating func add(_ others: [ORCTable]) {
    if others.isEmpty { return }
    var order = Array(zip(addresses, entries))
    for other in others { order += zip(other.addresses, other.entries) }
    self = ORCTable(order.map { (address: $0.0, entry: $0.1) }, version)
  }

  /// Takes entries in any order; of equal addresses the last, but what is known before what is not.
  private init(_ unordered: [(address: UInt64, entry: ORCEntry)], _ version: ORCVersion) {
    var order = unordered
    // Before 5.6 the kernel sorts the table when it boots; of equal addresses the known one is last.
    if !zip(order, order.dropFirst()).allSatisfy({ $0.address <= $1.address }) {
      order.sort {
        ($0.address, $0.entry.kind == .undefined ? 0 : 1)
          < ($1.address, $1.entry.kind == .undefined ? 0 : 1)
      }
    }
    var (addresses, entries): ([UInt64], [ORCEntry]) = ([], [])
    addresses.reserveCapacity(order.count)
    entries.reserveCapacity(order.count)
    for (address, entry) in order {
      if addresses.last == address {
        entries[entries.count &- 1] = entry
      } else {
        addresses.append(address)
        entries.append(entry)
      }
    }
    (self.version, self.addresses, self.entries) = (version, addresses, entries)
  }

  private static func entry(
    _ contents: borrowing Section, _ index: Int, _ version: ORCVersion
  ) throws(ParseError) -> ORCEntry {
    let offset = index &* 6
    let flags = contents.bytes.integer(UInt16.self, at: offset &+ 4, .little) ?? 0
    guard
      let entry = ORCEntry(
        contents.bytes.integer(Int16.self, at: offset, .little) ?? 0,
        contents.bytes.integer(Int16.self, at: offset &+ 2, .little) ?? 0, flags: flags, version)
    else {
      throw ParseError(
        .badValue(UInt64(flags)), in: ".orc_unwind flags", at: contents.offset &+ offset &+ 4)
    }
    return entry
  }
}
