internal import ByteStorage
package import Kernels
package import SymbolTables

/// A kernel's own symbols as its livepatch core sees them.
package struct LivepatchKernel: Sendable {
  /// The rules of its release.
  package let rules: LivepatchRules
  /// How it matches names.
  package let era: LookupEra
  /// Its symbols.
  package let index: SymbolIndex
  /// Addresses of fentry sites, in order; `nil` if the kernel's file does not list them.
  package let sites: [UInt64]?
  /// Whether all addresses are hidden, and so mean nothing.
  package let hidesAddresses: Bool
  /// Bytes before a function in which its site may lie.
  private let slack: UInt64
  private let lookup: EraLookup?

  /// Prepares to resolve names.
  package init(
    _ source: KernelSymbolSource, rules: LivepatchRules,
    configuration: LookupEra.Configuration, isX86_64: Bool
  ) {
    self.init(
      SymbolIndex(source.table), rules: rules, configuration: configuration,
      sites: source.probeSites?.tracing.filter { $0 != 0 }, isX86_64: isX86_64)
  }

  /// Prepares to resolve names in a table of symbols.
  package init(
    _ index: SymbolIndex, rules: LivepatchRules, configuration: LookupEra.Configuration,
    sites: [UInt64]? = nil, isX86_64: Bool = true
  ) {
    self.index = index
    self.rules = rules
    self.sites = sites
    era = rules.era(configuration)
    hidesAddresses = index.table.hidesAddresses
    slack = isX86_64 ? 0 : 16
    lookup = era.isExact ? nil : EraLookup(index, era)
  }

  /// Symbols that count as having a name, in the order in which the kernel meets them.
  package func candidates(_ name: String) -> [Int] {
    if name.isEmpty { return [] }
    if let lookup { return lookup.answer(name).all }
    return index.symbols(named: name).filter { $0 < index.kernelCount }
  }

  /// The address of a symbol.
  package func address(of symbol: Int) -> UInt64 { index.table.addresses[symbol] }

  /// The size of a symbol as the kernel computes it, in bytes; `nil` if that is not known.
  package func size(of symbol: Int) -> UInt64? {
    hidesAddresses ? nil : index.symbol(at: address(of: symbol))?.size
  }

  /// The name of a symbol.
  package func name(of symbol: Int) -> String { index.table.name(at: symbol).text }

  /// The source file of a symbol, where the kernel's file records it.
  package func file(of symbol: Int) -> String? { index.table.file(at: symbol) }

  /// Whether the type letter of a symbol says that it is code.
  package func isCode(_ symbol: Int) -> Bool {
    let type = index.table.type(at: symbol) | 0x20
    return type == UInt8(ascii: "t") || type == UInt8(ascii: "w")
  }

  /// Whether ftrace can patch a function, once the kernel has thrown its init code away; `nil` if
  /// the kernel's file does not list the sites.
  package func isTraceable(_ symbol: Int) -> Bool? {
    guard let sites, !hidesAddresses else { return nil }
    let address = address(of: symbol)
    if let initial = index.bounds.initial, initial.contains(address) { return false }
    guard rules.has(.findsSitesInside) else { return sites.holdsSorted(address..<(address &+ 1)) }
    // The kernel asks for the whole function only at the start of one.
    let start = address < slack ? 0 : address - slack
    return sites.holdsSorted(start..<(address &+ max(1, size(of: symbol) ?? 1)))
  }
}
