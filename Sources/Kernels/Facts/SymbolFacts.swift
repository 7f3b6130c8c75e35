internal import ByteStorage
package import Kallsyms
package import KernelReleases
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

  /// The releases whose tables look as these do, as far as the layout shows; `nil` for lists.
  package var releases: ReleaseRange? {
    tables.flatMap { KallsymsTables.Trace.table.range(of: $0.trace) }
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
