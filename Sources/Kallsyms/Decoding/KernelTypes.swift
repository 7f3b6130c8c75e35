internal import ByteStorage
internal import SymbolTables

extension KallsymsTables {
  /// The type letters that /proc/kallsyms prints otherwise than the table says, by symbol; 0 for
  /// none. From 6.1 until 6.19 the kernel took the byte after the first length byte for the first
  /// code, which for names of two-byte length is the rest of the length.
  ///
  /// - Note: kernel/kallsyms.c, `kallsyms_get_symbol_type`.
  package func wrongTypes(in image: borrowing KallsymsImage) -> [Int: UInt8] {
    guard hasTwoByteLengths == true, let names = image.bytes.slice(names) else { return [:] }
    var wrong: [Int: UInt8] = [:]
    var offset = 0
    for index in 0..<count {
      guard let codes = SymbolTable.codes(names, at: offset, true) else { break }
      if codes.lowerBound - offset == 2, let code = names.byte(at: offset + 1) {
        let token =
          image.bytes.integer(UInt16.self, at: tokenIndex.lowerBound + 2 * Int(code), order) ?? 0
        wrong[index] = image.bytes.byte(at: tokenTable.lowerBound + Int(token)) ?? 0
      }
      offset = codes.upperBound
    }
    return wrong
  }
}
