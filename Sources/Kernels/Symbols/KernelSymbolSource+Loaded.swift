internal import SymbolTables

/// Why the modules that a list has loaded cannot be added to a kernel's symbols.
package enum LoadedModulesProblem: Error, Sendable, Hashable {
  /// The list has no symbols of modules.
  case noModules
  /// The list shows no addresses (kernel.kptr_restrict).
  case hiddenAddresses
  /// The list and the kernel have no symbol in common that tells how far the kernel was moved.
  case noCommonSymbol
  /// The list is of another kernel: its symbols do not lie at one distance from those of this one.
  case otherKernel
}

extension KernelSymbolSource {
  /// Symbols that show how far a kernel was moved, and that the list is one of this kernel: the bounds of
  /// its text and, far from them, of its data.
  private static let bounds: [StaticString] = ["_stext", "_text", "_etext", "_sdata", "_edata"]

  /// Adds the symbols of modules that another source has loaded, at addresses beside those of this kernel:
  /// where it is not moved, as in an image, nor are they.
  ///
  /// - Parameter list: The symbols of the kernel while it runs, or ran: /proc/kallsyms, or a dump.
  /// - Returns: How far the list's addresses were moved from this kernel's, in bytes.
  /// - Throws: ``LoadedModulesProblem`` if the list has none, or is not one of this kernel.
  @discardableResult
  package mutating func addLoadedModules(
    of list: KernelSymbolSource
  ) throws(LoadedModulesProblem) -> UInt64 {
    guard !list.hidesAddresses else { throw .hiddenAddresses }
    let offset = try offset(of: list.table)
    var owners: [Int?] = [0]
    for name in list.table.ownerNames.dropFirst() { owners.append(table.addOwner(name)) }
    var count = 0
    for index in 0..<list.table.count where list.table.hasPlace(at: index) {
      let owner = list.table.ownerIndex(at: index)
      guard owner != 0, owners.indices.contains(owner), let owner = owners[owner] else { continue }
      table.append(
        address: list.table.addresses[index] &- offset, type: list.table.type(at: index),
        name: list.table.name(at: index), owner: owner)
      count += 1
    }
    guard count > 0 else { throw .noModules }
    return offset
  }

  private func offset(of list: SymbolTable) throws(LoadedModulesProblem) -> UInt64 {
    let mine = table.indexes(named: KernelSymbolSource.bounds)
    let others = list.indexes(named: KernelSymbolSource.bounds)
    let offsets = zip(mine, others).compactMap { mine, other -> UInt64? in
      guard let mine, let other, !table.isRelative else { return nil }
      return list.addresses[other] &- table.addresses[mine]
    }
    guard let first = offsets.first else { throw .noCommonSymbol }
    guard offsets.allSatisfy({ $0 == first }) else { throw .otherKernel }
    return first
  }
}
