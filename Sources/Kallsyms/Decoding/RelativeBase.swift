internal import ByteStorage
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
    if let address = image.address(ofOffset: place) {
      return RelativeRelocations(image.bytes, tables.order).first { offset, _ in offset == address }
    }
    // The distance between base and place is the same in the file as in memory.
    var origin = 0
    if let own = index(named: "kallsyms_offsets") {
      origin = tables.addresses.lowerBound &- Int(truncatingIfNeeded: addresses[own])
    }
    let distance = UInt64(bitPattern: Int64(place &- origin))
    guard distance != 0 else { return nil }
    return RelativeRelocations(image.bytes, tables.order)
      .first { offset, addend in offset &- addend == distance }
  }
}

/// Records of `R_*_RELATIVE` (`Elf64_Rela`) anywhere in an image.
private struct RelativeRelocations: ~Escapable {
  private let bytes: RawSpan
  private let order: ByteOrder

  /// `R_RISCV_RELATIVE` and `R_LARCH_RELATIVE`, `R_AARCH64_RELATIVE`, `R_PPC64_RELATIVE`,
  /// `R_390_RELATIVE`; the symbol is 0.
  private static let types: [UInt64] = [3, 0x403, 0x16, 0xc]

  @_lifetime(copy bytes) init(_ bytes: RawSpan, _ order: ByteOrder) {
    self.bytes = bytes
    self.order = order
  }

  /// The addend of the first record that passes.
  func first(where test: (_ offset: UInt64, _ addend: UInt64) -> Bool) -> UInt64? {
    var place = 0
    while let info = bytes.integer(UInt64.self, at: place &+ 8, order) {
      if info < 0x404, info != 0, RelativeRelocations.types.contains(info),
        let offset = bytes.integer(UInt64.self, at: place, order),
        let addend = bytes.integer(UInt64.self, at: place &+ 16, order), test(offset, addend)
      {
        return addend
      }
      place &+= 8
    }
    return nil
  }
}
