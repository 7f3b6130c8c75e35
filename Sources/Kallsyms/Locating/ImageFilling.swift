internal import ELFFormat

/// What relocations put into an image where the file has zeros.
struct ImageFilling {
  private let relocations: RelativeRelocations
  private let segments: [MappedRegion]

  init(_ relocations: RelativeRelocations, _ segments: [MappedRegion]) {
    self.relocations = relocations
    self.segments = segments
  }

  /// For a plain image whose first byte is at an address.
  init(_ relocations: RelativeRelocations, startingAt start: UInt64, size: Int) {
    self.init(relocations, [MappedRegion(offset: 0, address: start, size: size)])
  }

  /// The address of a plain image's first byte.
  var imageStart: UInt64? { segments.first.flatMap { $0.offset == 0 ? $0.address : nil } }

  /// The pointer at an offset in the image; `nil` if no relocation puts one there.
  func pointer(atOffset offset: Int) -> UInt64? {
    segments.address(ofOffset: offset).flatMap { relocations.pointer(at: $0) }
  }
}

extension KallsymsTables {
  /// What relocations put into a table of addresses; `nil` if there is nothing to put.
  func filling(of image: borrowing KallsymsImage) -> ImageFilling? {
    guard encoding == .absolute, wordSize == 8,
      stride(from: addresses.lowerBound, to: addresses.upperBound, by: 8)
        .contains(where: { word(image.bytes, at: $0) == 0 })
    else { return nil }
    if let imageStart {
      return ImageFilling(
        RelativeRelocations(searching: image.bytes, order), startingAt: imageStart,
        size: image.bytes.byteCount)
    }
    if image.segments.isEmpty { return nil }
    return ImageFilling(RelativeRelocations(searching: image.bytes, order), image.segments)
  }
}
