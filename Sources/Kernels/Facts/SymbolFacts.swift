internal import ByteStorage
package import Kallsyms
internal import SymbolTables

/// What a kernel's own symbol table says of itself: how many symbols, laid out how.
package struct SymbolFacts: Sendable {
  /// What kind of file the symbols come from.
  package let origin: KernelSymbolSource.Origin
  /// Number of the kernel's own symbols.
  package let count: Int
  /// Number of symbols of modules, which only lists have.
  package let moduleSymbolCount: Int
  /// The tables; `nil` for a list of symbols.
  package let tables: KallsymsTables?
  /// Exports of the kernel as far as symbols tell: those named `__ksymtab_NAME`, which only kernels
  /// with `KALLSYMS_ALL` list.
  package let exportCount: Int
  /// How far the kernel was moved when it started, in bytes, as far as the file tells.
  package let kernelOffset: KernelFacts.Fact<UInt64>?

  /// Counts the symbols of a kernel.
  init(_ source: KernelSymbolSource) {
    origin = source.origin
    tables = source.tables
    kernelOffset = source.kernelOffset
    var (own, exports) = (0, 0)
    let table = source.table
    for index in 0..<table.count where table.ownerIndex(at: index) == 0 {
      own += 1
      if table.name(at: index).starts(with: "__ksymtab_") { exports += 1 }
    }
    count = own
    moduleSymbolCount = table.count - own
    exportCount = exports
  }

  /// The releases whose tables look as these do, as far as the layout tells; `nil` for lists.
  ///
  /// - Note: scripts/kallsyms.c: the order changed in 6.2, 6.4 and 7.0, in the 6.1 series with 6.1.42;
  ///   lengths of two bytes came with 6.1, 32-bit markers with 4.20.
  package var releases: String? {
    guard let tables else { return nil }
    switch tables.encoding {
    case .placeRelative, .absolute32: return "7.0 and later"
    default: break
    }
    if tables.hasAddressesLast { return "6.4 to 6.19" }
    if tables.sequences != nil { return "6.1.42 to 6.3" }
    if tables.hasTwoByteLengths == true { return "6.1" }
    if tables.markerSize == 8 { return "up to 4.19" }
    return tables.wordSize == 4 ? "up to 6.1" : "4.20 to 6.1"
  }

  /// The tables in the order in which they lie, by the kernel's names without `kallsyms_`; empty for
  /// lists.
  package var order: [String] {
    guard let tables else { return [] }
    var places = [
      (tables.countOffset, "num_syms"), (tables.names.lowerBound, "names"),
      (tables.markers.lowerBound, "markers"), (tables.tokenTable.lowerBound, "token_table"),
      (tables.tokenIndex.lowerBound, "token_index"),
      (tables.addresses.lowerBound, tables.encoding == .absolute ? "addresses" : "offsets"),
    ]
    if let base = tables.relativeBase { places.append((base.lowerBound, "relative_base")) }
    if let numbers = tables.sequences { places.append((numbers.lowerBound, "seqs_of_names")) }
    return places.sorted { $0.0 < $1.0 }.map(\.1)
  }
}
