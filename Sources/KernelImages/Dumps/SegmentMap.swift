internal import ByteStorage

/// Finds the segment that holds an address, in time that does not grow with hostile headers. Where
/// segments overlap, the one that begins lower counts; of equal beginnings the first.
struct SegmentMap: Sendable {
  private struct Entry: Sendable {
    let start: UInt64
    let size: UInt64
    /// Offset of the start in the segment.
    let skipped: UInt64
    let index: Int
  }

  private var entries: [Entry] = []

  /// A map by the addresses that `address` gives; segments without one are left out.
  init(_ segments: [MemorySegment], by address: (MemorySegment) -> UInt64?) {
    var sorted: [Entry] = []
    for (index, segment) in segments.enumerated() {
      guard let start = address(segment), segment.size > 0 else { continue }
      sorted.append(
        Entry(start: start, size: min(segment.size, .max &- start), skipped: 0, index: index))
    }
    sorted.sort { ($0.start, $0.index) < ($1.start, $1.index) }
    var end: UInt64 = 0
    for entry in sorted {
      // Sizes were cut so that starts and sizes add up.
      let (first, last) = (max(entry.start, end), entry.start &+ entry.size)
      guard first < last else { continue }
      entries.append(
        Entry(start: first, size: last &- first, skipped: first &- entry.start, index: entry.index))
      end = last
    }
  }

  /// The segment that holds an address, how far into it the address is, and how many bytes of the
  /// segment follow; `nil` if none does.
  func place(of address: UInt64) -> (index: Int, offset: UInt64, size: UInt64)? {
    let low = entries.partitionIndex { $0.start <= address }
    guard low > 0 else { return nil }
    let entry = entries[low &- 1]
    let distance = address &- entry.start
    guard distance < entry.size else { return nil }
    return (entry.index, entry.skipped &+ distance, entry.size &- distance)
  }
}
