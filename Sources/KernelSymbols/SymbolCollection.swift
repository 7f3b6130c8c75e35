internal import ByteStorage
internal import KernelReleases
internal import Kernels
internal import SymbolNames
internal import SymbolSpelling
internal import SymbolTables

/// The symbols of a kernel, in the order of its table.
///
/// It never changes and is `Sendable`: a server can share one among all its threads. A name is found
/// through a hash table, an address by bisection.
///
/// Programs that ask for millions of symbols use ``forEach(_:)-(_)`` with borrowed bytes, or
/// ``addresses`` and ``withName(at:_:)``, which allocate nothing.
public struct SymbolCollection: Sendable, RandomAccessCollection {
  let index: SymbolIndex
  /// What spellings depend on besides the symbols.
  let kernel: SymbolSpeller.Kernel
  private let hasAddresses: Bool

  init(_ source: KernelSymbolSource, release: String?) {
    index = SymbolIndex(source.table)
    hasAddresses = !source.hidesAddresses && !source.hasRelativeAddresses
    kernel = SymbolSpeller.Kernel(
      release: release.flatMap { KernelRelease($0) }, wordBits: source.addressWidth * 4,
      configuration: .init(hasClangLTO: source.table.hasPromotedNames),
      isRunning: source.hasRunningAddresses, sites: source.probeSites)
  }

  /// The index of the first symbol.
  public var startIndex: Int { 0 }
  /// The index after the last symbol.
  public var endIndex: Int { index.table.count }

  /// A symbol by its index.
  public subscript(place: Int) -> Symbol {
    let table = index.table
    let position = index.position(of: place)
    let isPlaced = hasAddresses && table.hasPlace(at: place)
    return Symbol(
      name: SymbolName(.init(table.name(at: place).array)), owner: table.owner(at: place),
      address: isPlaced ? table.addresses[place] : nil, size: index.size(of: place),
      type: Character(UnicodeScalar(table.type(at: place))), position: position.number,
      equals: position.count,
      file: table.file(at: place))
  }

  /// The symbols with a linkage name, in table order.
  ///
  /// - Complexity: O(1) for a name that few symbols have.
  public func symbols(named linkage: String) -> [Symbol] {
    index.symbols(named: linkage).map { self[$0] }
  }

  /// The symbols that a key as people write it may mean: a linkage name, a source name, the end of a
  /// readable Rust path, a digest, a pattern, an address (`0x…`), or one of these with what chooses
  /// among equals (`NAME,2`, `NAME@MODULE`, `NAME+0x1c/0x40`). The clones that the compiler made of a
  /// function (`NAME.constprop.0`) follow it.
  public func find(_ key: String) -> [Symbol] {
    SymbolFinder(index).find(key).map { self[$0.index] }
  }

  /// What is at an address; `nil` outside of all symbols, or if addresses are unknown.
  ///
  /// - Complexity: O(log n).
  public func place(at address: UInt64) -> SymbolPlace? {
    guard hasAddresses, let match = index.symbol(at: address) else { return nil }
    return SymbolPlace(symbol: self[match.index], offset: match.offset)
  }
}

/// Access without an allocation for each symbol.
extension SymbolCollection {
  /// The addresses by index, without a check whether they mean anything.
  public var addresses: [UInt64] { index.table.addresses }

  /// Gives the linkage name of a symbol, as bytes that are valid during the call.
  public func withName<Result>(at place: Int, _ body: (RawSpan) throws -> Result) rethrows -> Result
  {
    try body(index.table.name(at: place))
  }

  /// The indexes of the symbols with a linkage name, given as bytes.
  public func indexes(named linkage: RawSpan) -> [Int] { index.symbols(named: linkage) }

  /// The index of the symbol at an address and the distance from its start in bytes.
  public func index(at address: UInt64) -> (index: Int, offset: UInt64)? {
    guard hasAddresses else { return nil }
    return index.symbol(at: address).map { ($0.index, $0.offset) }
  }
}
