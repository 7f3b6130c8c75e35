internal import ByteStorage

/// Which of the symbols of one address comes first in the kernel's table.
package enum SymbolOrder {
  /// Weak symbols, then those that linkers provide, then those with more leading underscores.
  ///
  /// - Note: scripts/kallsyms.c, `compare_symbols`.
  package static func rank(type: UInt8, name: RawSpan) -> UInt64 {
    var underscores: UInt64 = 0
    while name.byte(at: Int(underscores)) == UInt8(ascii: "_") { underscores &+= 1 }
    let isWeak = type | 0x20 == UInt8(ascii: "w")
    var isProvided = false
    if underscores >= 2, name.byteCount >= 8, let rest = name.suffix(from: 2) {
      isProvided =
        rest.starts(with: "start_") || rest.starts(with: "stop_") || rest.starts(with: "end_")
        || name.ends(with: "_start") || name.ends(with: "_end")
    }
    return (isWeak ? 1 << 31 : 0) | (isProvided ? 1 << 30 : 0) | underscores
  }
}
