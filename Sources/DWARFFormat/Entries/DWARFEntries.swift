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
  var abbreviations = DWARFAbbreviations()
  /// Size of `.debug_info` in bytes.
  let infoSize: Int
  /// Entries of types by the signatures of their units.
  var signatures: [UInt64: Int] = [:]

  /// Most entries to keep: a kernel with all its modules has fewer.
  static let mostEntries = 1 << 27

  /// The number of the entry that begins at an offset; `nil` if none does.
  package func number(at offset: Int) -> Int? {
    guard let wanted = UInt32(exactly: offset) else { return nil }
    let index = entries.partitionIndex { $0.offset < wanted }
    return index < entries.count && entries[index].offset == wanted ? index : nil
  }

  /// The number of the unit that holds an entry.
  package func unit(of entry: Int) -> Int {
    max(0, units.partitionIndex { $0.entries.lowerBound <= entry } &- 1)
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
