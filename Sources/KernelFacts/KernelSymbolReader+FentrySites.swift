internal import ByteStorage
internal import Kallsyms

extension KernelSymbolReader {
  /// Addresses of the functions' calls to ftrace: the table between `__start_mcount_loc` and
  /// `__stop_mcount_loc`.
  ///
  /// Weak functions that others replaced have entries of zero there, since 6.15. Where the linker left
  /// the table to relocations (arm64 without RELR), the image has nothing but zeros.
  ///
  /// - Returns: The addresses, in order; `nil` if the image does not tell them.
  static func fentrySites(
    _ table: SymbolTable, _ image: borrowing KallsymsImage, _ tables: KallsymsTables
  ) -> [UInt64]? {
    guard !table.isRelative, let start = table.address(ofKernelSymbol: "__start_mcount_loc"),
      let end = table.address(ofKernelSymbol: "__stop_mcount_loc"), start < end,
      let offset = image.offset(ofAddress: start)
    else { return nil }
    let word = UInt64(tables.wordSize ?? 8)
    guard let count = Int(exactly: (end - start) / word) else { return nil }
    var sites: [UInt64] = []
    for number in 0..<count {
      let place = offset &+ number &* Int(word)
      let value =
        word == 4
        ? image.bytes.integer(UInt32.self, at: place, tables.order).map(UInt64.init)
        : image.bytes.integer(UInt64.self, at: place, tables.order)
      guard let value else { return nil }
      if value != 0 { sites.append(value) }
    }
    guard let first = sites.first, first >= table.addresses.first ?? 0 else { return nil }
    return sites.sorted()
  }
}
