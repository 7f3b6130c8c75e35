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
    self.version = version
    var order: [(address: UInt64, entry: ORCEntry)] = []
    order.reserveCapacity(count)
    var isSorted = true
    for index in 0..<count {
      let place = places.address &+ UInt64(index &* 4)
      let distance = places.bytes.integer(Int32.self, at: index &* 4, .little) ?? 0
      let address = place &+ UInt64(bitPattern: Int64(distance))
      let entry = try ORCTable.entry(contents, index, version)
      if let last = order.last, address < last.address { isSorted = false }
      order.append((address, entry))
    }
    // Before 5.6 the kernel sorts the table when it boots; of equal addresses the known one is last.
    if !isSorted {
      order.sort {
        ($0.address, $0.entry.kind == .undefined ? 0 : 1)
          < ($1.address, $1.entry.kind == .undefined ? 0 : 1)
      }
    }
    var (addresses, entries): ([UInt64], [ORCEntry]) = ([], [])
    addresses.reserveCapacity(count)
    entries.reserveCapacity(count)
    for (address, entry) in order {
      if addresses.last == address {
        entries[entries.count &- 1] = entry
      } else {
        addresses.append(address)
        entries.append(entry)
      }
    }
    (self.addresses, self.entries) = (addresses, entries)
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
