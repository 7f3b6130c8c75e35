internal import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import SymbolTables

/// The names that Android's kernels keep from modules without a signature that counts
/// (`CONFIG_MODULE_SIG_PROTECT`).
///
/// - Note: kernel/module/gki_module.c of Android's common kernels, 5.15 to 6.12: two arrays of names in
///   order, each name padded with zeros to the length of the longest.
package struct ProtectedSymbols: Sendable {
  /// Exports that such modules may use; empty in a build without a list of symbols, which then protects
  /// nothing.
  package let unprotected: Set<[UInt8]>
  /// Names that such modules may not export.
  package let exports: Set<[UInt8]>

  package init(unprotected: Set<[UInt8]>, exports: Set<[UInt8]>) {
    self.unprotected = unprotected
    self.exports = exports
  }

  /// Most names of a list to read: kernels have some ten thousand.
  private static let mostNames = 1 << 18

  /// The names of an array that begins the bytes: each name is greater than the one before it.
  package static func names(in bytes: RawSpan) -> Set<[UInt8]> {
    guard let first = bytes.cString(at: 0), first.byteCount > 0 else { return [] }
    var width = first.byteCount + 1
    while width < bytes.byteCount, bytes.byte(at: width) == 0 { width += 1 }
    var names: Set<[UInt8]> = []
    var last: [UInt8] = []
    for start in stride(from: 0, to: bytes.byteCount, by: width) {
      guard names.count < mostNames,
        let name = bytes.slice(start..<min(start + width, bytes.byteCount))?.cString(at: 0)?.array,
        last.lexicographicallyPrecedes(name),
        name.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
      else { break }
      names.insert(name)
      last = name
    }
    return names
  }
}

extension OpenKernel {
  /// Reads the lists of an Android kernel from its image.
  ///
  /// - Returns: `nil` if the kernel's symbols are not known, or show that it has no such lists.
  package func protectedSymbols() -> ProtectedSymbols? {
    guard let table = try? symbols().table, table.ownerNames.count == 1 else { return nil }
    let names: [StaticString] = [
      "gki_unprotected_symbols", "gki_protected_exports_symbols",
      "gki_is_module_unprotected_symbol", "_text",
    ]
    var addresses: [UInt64?] = [nil, nil, nil, nil]
    for index in 0..<table.count {
      let name = table.name(at: index)
      for (number, wanted) in names.enumerated() where name.equals(wanted) {
        addresses[number] = addresses[number] ?? table.addresses[index]
      }
    }
    guard addresses[2] != nil else { return nil }
    let ordered = table.addresses.sorted()
    let start = table.isRelative ? 0 : addresses[3] ?? 0
    func list(_ address: UInt64?) throws -> Set<[UInt8]>? {
      guard let address else { return [] }
      let end = ordered.first { $0 > address } ?? address &+ (1 << 24)
      return try withContents { source in
        let bytes = try source.all()
        let place =
          if form == .linkedImage {
            try KallsymsImage(ELFFile(source)).offset(ofAddress: address)
          } else { Int(exactly: address &- start) }
        guard let place, let size = Int(exactly: end &- address), size <= 1 << 26,
          let array = bytes.slice(place..<(place &+ size))
        else { return nil }
        return ProtectedSymbols.names(in: array)
      } ?? nil
    }
    guard let unprotected = try? list(addresses[0]), let exports = try? list(addresses[1]) else {
      return nil
    }
    return ProtectedSymbols(unprotected: unprotected, exports: exports)
  }
}
