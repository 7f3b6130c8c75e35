internal import ByteStorage
internal import ELFFormat
internal import SymbolTables

extension SymbolTable {
  /// The value of `kallsyms_relative_base`, or `nil` if the image does not contain it. Images that
  /// are relocated when they start may hold zero in its place (arm64 without RELR, riscv, ppc64,
  /// s390 as PIE); then a relative relocation of that place holds the value.
  func relativeBase(_ tables: KallsymsTables, _ image: borrowing KallsymsImage) -> UInt64? {
    guard let place = tables.relativeBase?.lowerBound,
      let stored = tables.word(image.bytes, at: place)
    else { return nil }
    if stored != 0 || tables.wordSize == 4 { return stored }
    let address = tables.address(ofOffset: place, in: image)
    return address.flatMap {
      RelativeRelocations(searching: image.bytes, tables.order).pointer(at: $0)
    }
  }
}

extension KallsymsTables {
  /// The address at which a byte of an image is, or `nil` if neither the image nor its relocations
  /// show it.
  func address(ofOffset offset: Int, in image: borrowing KallsymsImage) -> UInt64? {
    image.address(ofOffset: offset)
      ?? imageStart.map { $0 &+ UInt64(truncatingIfNeeded: offset) }
  }
}
