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
