internal import ByteStorage

/// Sets of owners on their way into a table, most of them written once however often they occur.
/// What was written is remembered in a bounded way, so that a set may be written again; which ones
/// are depends on nothing but the sets and their order.
final class OwnerSets {
  private struct Known {
    let owners: [UInt32]
    let offset: Int
  }

  let file: SpoolFile
  private var small = [Known?](repeating: nil, count: 1 << 16)
  private var large = [Known?](repeating: nil, count: 1 << 7)
  private var buffer = OutputBuffer()

  /// Owners of the largest set that is small.
  private static let largestSmall = 32

  init(directory: String) throws(FileError) { file = try SpoolFile(in: directory) }

  /// Offset of a set, which is written now if it is new. Owners ascend, no two equal.
  func offset(of owners: [UInt32]) throws(FileError) -> Int {
    let slot = OwnerSets.hash(owners)
    let isSmall = owners.count <= OwnerSets.largestSmall
    let index = isSmall ? slot & 0xffff : slot & 0x7f
    let known = isSmall ? small[index] : large[index]
    if let known, known.owners == owners { return known.offset }
    let offset = file.count
    buffer.append(variable: UInt64(owners.count))
    var next: UInt32 = 0
    for owner in owners {
      buffer.append(variable: UInt64(owner &- next))
      next = owner &+ 1
    }
    try file.append(buffer.bytes)
    buffer.removeAll()
    if isSmall {
      small[index] = Known(owners: owners, offset: offset)
    } else {
      large[index] = Known(owners: owners, offset: offset)
    }
    return offset
  }

  /// The same in every process, so that equal input gives equal files.
  private static func hash(_ owners: [UInt32]) -> Int {
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for owner in owners { state = (state ^ UInt64(owner)) &* 0x9e37_79b9_7f4a_7c15 }
    return Int(truncatingIfNeeded: state >> 40)
  }
}
