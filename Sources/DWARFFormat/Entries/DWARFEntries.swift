internal import ByteStorage

/// An entry (DIE) in the order of the file.
package struct DWARFEntry: Sendable, Hashable {
  /// Where it begins in `.debug_info`, in bytes; those of `.debug_types` follow.
  package let offset: UInt32
  let shape: UInt32
  /// The number of the entry around it; its own for that of a unit.
  package let parent: UInt32
  /// The number of the first entry that is neither it nor inside of it.
  package internal(set) var end: UInt32
}

/// All units and entries of a file, without their attributes.
package struct DWARFEntries: Sendable {
  package internal(set) var units: [DWARFUnit] = []
  package internal(set) var entries: [DWARFEntry] = []
  /// For each piece of `.debug_info` from that of the first entry on, the number of the first entry
  /// that begins in or after it.
  private var blocks: [UInt32] = []
  private var firstBlock = 0
  var abbreviations = DWARFAbbreviations()
  /// Size of `.debug_info` in bytes.
  package let infoSize: Int
  /// Where entries of the supplementary file begin: after `.debug_types`.
  let supplementStart: Int
  /// Entries of types by the signatures of their units.
  var signatures: [UInt64: Int] = [:]

  /// Most entries to keep: a kernel with all its modules has fewer.
  static let mostEntries = 1 << 27
  /// Pieces of 256 bytes, which hold about 25 entries.
  private static let blockShift: UInt32 = 8

  /// Adds an entry after all others.
  @inline(__always) mutating func append(_ entry: DWARFEntry) {
    let place = Int(entry.offset >> DWARFEntries.blockShift)
    if entries.isEmpty { firstBlock = place }
    let block = place &- firstBlock
    while blocks.count <= block { blocks.append(UInt32(truncatingIfNeeded: entries.count)) }
    entries.append(entry)
  }

  /// The number of the entry that begins at an offset; `nil` if none does.
  package func number(at offset: Int) -> Int? {
    guard let wanted = UInt32(exactly: offset) else { return nil }
    let block = Int(wanted >> DWARFEntries.blockShift) &- firstBlock
    guard block >= 0, block < blocks.count else { return nil }
    var low = Int(blocks[block])
    var high = block &+ 1 < blocks.count ? Int(blocks[block &+ 1]) : entries.count
    while low < high {
      let middle = low &+ (high &- low) / 2
      if entries[middle].offset < wanted { low = middle &+ 1 } else { high = middle }
    }
    return low < entries.count && entries[low].offset == wanted ? low : nil
  }

  /// The number of the unit that holds an entry.
  package func unit(of entry: Int) -> Int {
    units.count < 2 ? 0 : max(0, units.partitionIndex { $0.entries.lowerBound <= entry } &- 1)
  }

  package func tag(_ entry: Int) -> DWARFTag {
    abbreviations.shapes[Int(entries[entry].shape)].tag
  }

  /// The number of the first entry inside another; `nil` if there is none.
  package func firstChild(of entry: Int) -> Int? {
    entry &+ 1 < Int(entries[entry].end) ? entry &+ 1 : nil
  }

  /// The number of the entry after one, inside the same other; `nil` after the last.
  package func sibling(of entry: Int) -> Int? {
    let row = entries[entry]
    let next = Int(row.end)
    return Int(row.parent) != entry && next < Int(entries[Int(row.parent)].end) ? next : nil
  }
}
