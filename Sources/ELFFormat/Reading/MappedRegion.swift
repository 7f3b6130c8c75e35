/// A stretch of an image that is mapped as a whole.
package struct MappedRegion: Sendable, Hashable {
  /// In bytes from the start of the image.
  package let offset: Int
  /// Where its first byte lies in memory.
  package let address: UInt64
  /// Bytes in the image.
  package let size: Int

  package init(offset: Int, address: UInt64, size: Int) {
    self.offset = offset
    self.address = address
    self.size = size
  }
}

extension [MappedRegion] {
  /// The address at which the byte at an offset lies; `nil` if no region has it.
  package func address(ofOffset offset: Int) -> UInt64? {
    for region in self where offset >= region.offset && offset &- region.offset < region.size {
      return region.address &+ UInt64(truncatingIfNeeded: offset &- region.offset)
    }
    return nil
  }

  /// Offset of the byte that lies at an address; `nil` if no region has it.
  package func offset(ofAddress address: UInt64) -> Int? {
    for region in self where address >= region.address {
      let distance = address &- region.address
      if distance < UInt64(clamping: region.size) { return region.offset &+ Int(distance) }
    }
    return nil
  }
}
