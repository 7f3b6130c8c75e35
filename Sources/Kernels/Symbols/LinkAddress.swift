internal import ByteStorage
internal import Kallsyms
internal import SymbolTables

/// Finds where a plain image was linked that does not say so: those of 7.0 and later hold distances.
///
/// Architectures link their kernels at fixed addresses. One is believed if the image is full of
/// pointers (relocations, that is) to its own symbols from there.
enum LinkAddress {
  /// Where images begin.
  ///
  /// - Note: arch/riscv/include/asm/pgtable.h, `KERNEL_LINK_ADDR`; arch/arm64/include/asm/memory.h,
  ///   `KIMAGE_VADDR` for 48 and 52 bits (6.5 and later); arch/s390/Kconfig, `KERNEL_IMAGE_BASE`.
  private static let known: [UInt64] = [
    0xffff_ffff_8000_0000, 0xffff_8000_8000_0000, 0x3ff_e000_0000,
  ]
  /// How many pointers have to be symbols.
  private static let leastAgreeing = 256

  /// Finds the address of an image's first byte.
  ///
  /// - Parameters:
  ///   - bytes: The image.
  ///   - table: Its symbols, at their distances from its first byte.
  ///   - order: The byte order of its pointers, of eight bytes each.
  /// - Returns: The address; `nil` if no known one fits.
  static func find(_ bytes: RawSpan, _ table: SymbolTable, _ order: ByteOrder) -> UInt64? {
    guard let size = table.addresses.last, table.isSorted else { return nil }
    let addresses = table.addresses
    var agreeing = [Int](repeating: 0, count: known.count)
    for place in stride(from: 0, to: bytes.byteCount &- 7, by: 8) {
      guard let word = bytes.integer(UInt64.self, at: place, order) else { break }
      for (index, start) in known.enumerated() where word &- start < size {
        // Below the last address, so that one more is no overflow.
        if addresses.holdsSorted((word &- start)..<(word &- start &+ 1)) { agreeing[index] += 1 }
      }
    }
    guard let best = agreeing.indices.max(by: { agreeing[$0] < agreeing[$1] }),
      agreeing[best] >= leastAgreeing
    else { return nil }
    return known[best]
  }
}
