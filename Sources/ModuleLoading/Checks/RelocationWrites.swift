/// Where relocations have written: a place must be zero when it is written.
struct RelocationWrites {
  private struct Place: Hashable { let section: Int, offset: UInt64 }
  private struct Write { let size: Int, value: UInt64? }

  /// Whether a place lay before an earlier one, so that all have to be kept to know.
  private(set) var isOutOfOrder = false
  private let keepsAll: Bool
  /// Where the last write ended, by section.
  private var ends: [Int: UInt64] = [:]
  private var kept: [Place: Write] = [:]
  /// Most writes to keep: real modules have a hundredth.
  private static let mostKept = 1 << 20

  init(keepsAll: Bool) { self.keepsAll = keepsAll }

  /// Whether an earlier write has left something there that is not zero. What it wrote is not known
  /// where it depends on addresses, which are not zero.
  func hasWritten(
    _ section: Int, _ offset: UInt64, _ size: Int
  ) -> (isOccupied: Bool, isRecording: Bool) {
    guard keepsAll else { return (false, false) }
    guard offset < ends[section] ?? 0 else { return (false, true) }
    for distance in -7..<size {
      let (start, overflow) = offset.addingReportingOverflow(
        UInt64(bitPattern: Int64(distance)))
      if overflow == (distance >= 0) { continue }
      guard let write = kept[Place(section: section, offset: start)], distance + write.size > 0
      else { continue }
      guard let value = write.value else { return (true, true) }
      let first = max(0, -distance)
      let last = min(write.size, size - distance)
      for byte in first..<last where value >> UInt64(8 * byte) & 0xff != 0 { return (true, true) }
    }
    return (false, true)
  }

  /// Notes a write; its value is `nil` where that depends on addresses.
  mutating func add(_ section: Int, _ offset: UInt64, _ size: Int, _ value: UInt64?) {
    let end = ends[section] ?? 0
    if offset < end { isOutOfOrder = true }
    ends[section] = max(end, offset &+ UInt64(size))
    guard keepsAll, kept.count < RelocationWrites.mostKept else { return }
    kept[Place(section: section, offset: offset)] = Write(size: size, value: value)
  }
}
