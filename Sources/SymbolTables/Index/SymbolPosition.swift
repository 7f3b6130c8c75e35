internal import ByteStorage
internal import Synchronization

/// Which of the symbols that count as equal one is: what livepatch calls `sympos`.
package struct SymbolPosition: Sendable, Hashable, CustomStringConvertible {
  /// Its number, from 1; 0 if a lookup by name never finds it.
  package let number: Int
  package let count: Int

  package init(_ number: Int, of count: Int) {
    self.number = number
    self.count = count
  }

  /// `2 of 3`.
  package var description: String { "\(number) of \(count)" }

  /// Whether no other symbol counts as equal.
  package var isUnique: Bool { number == 1 && count == 1 }
}

/// Positions of symbols among those of the same name and owner. The symbols of a name are counted
/// once, however many of them are asked for. The kernel's own symbols count by address, and a
/// module's in the order of its symbol table, where the table lists all that its file has. (Once
/// its initialisation is over, the kernel has forgotten what lies in the module's `.init`
/// sections.)
///
/// - Note: kernel/livepatch/core.c, `klp_find_object_symbol` (7.3).
package struct SymbolPositions: Sendable {
  private let index: SymbolIndex
  private var known: [Int: SymbolPosition] = [:]

  package init(_ index: SymbolIndex) { self.index = index }

  /// The position of a symbol: O(k log k) for the first of k equal names, then O(1).
  package mutating func position(of symbol: Int) -> SymbolPosition {
    if index.first(named: index.table.name(at: symbol)) == symbol, index.next(after: symbol) == nil
    {
      return SymbolPosition(1, of: 1)
    }
    if let position = known[symbol] { return position }
    let table = index.table
    let equals = index.symbols(named: table.name(at: symbol))
    for (owner, members) in Dictionary(grouping: equals, by: { table.ownerIndex(at: $0) }) {
      let ordered =
        owner == 0
        ? members.sorted { (table.addresses[$0], $0) < (table.addresses[$1], $1) } : members
      for (place, member) in ordered.enumerated() {
        known[member] = SymbolPosition(place + 1, of: members.count)
      }
    }
    return known[symbol] ?? SymbolPosition(1, of: 1)
  }
}

extension SymbolIndex {
  /// The position of one symbol; ``SymbolPositions`` answers for many.
  package func position(of symbol: Int) -> SymbolPosition {
    var positions = SymbolPositions(self)
    return positions.position(of: symbol)
  }
}

extension EraLookup {
  /// How a release finds one of its symbols by name.
  package struct Reference: Sendable, Hashable {
    /// The name that finds it: the linkage name, or what the release cuts it to.
    package let name: String
    package let position: SymbolPosition
  }

  /// The name by which the release finds a symbol, and the symbol's position among those it takes for
  /// the same. Symbols of modules are compared as they are in every era. ``KnownReferences`` answers for many.
  package func reference(to symbol: Int) -> Reference {
    KnownReferences(self).reference(to: symbol)
  }

  /// The name by which the release finds one of the kernel's own symbols, and all that it finds by that.
  fileprivate func equals(_ symbol: Int) -> (name: String, symbols: [Int]) {
    let name = index.table.name(at: symbol)
    let found = answer(name).all
    if found.contains(symbol) { return (name.text, found) }
    let key = printedName(of: symbol)
    return (key, answer(key).all)
  }
}

/// How a release finds symbols by name. Those of one name are counted once, however many of them are asked
/// for.
package final class KnownReferences: Sendable {
  private struct Known: Sendable {
    var positions: SymbolPositions
    var references: [Int: EraLookup.Reference] = [:]
  }

  private let lookup: EraLookup
  private let known: Mutex<Known>

  package init(_ lookup: EraLookup) {
    self.lookup = lookup
    known = Mutex(Known(positions: SymbolPositions(lookup.index)))
  }

  /// As ``EraLookup/reference(to:)``.
  package func reference(to symbol: Int) -> EraLookup.Reference {
    let table = lookup.index.table
    let name = table.name(at: symbol)
    return known.withLock { known in
      if table.ownerIndex(at: symbol) != 0 {
        return EraLookup.Reference(
          name: name.text, position: known.positions.position(of: symbol))
      }
      if let reference = known.references[symbol] { return reference }
      let (key, found) = lookup.equals(symbol)
      var own = EraLookup.Reference(name: key, position: SymbolPosition(0, of: found.count))
      for (place, other) in found.enumerated() where table.name(at: other).equals(name) {
        let position = SymbolPosition(place + 1, of: found.count)
        let reference = EraLookup.Reference(name: key, position: position)
        // What is found by another name only is found one by one.
        if key == name.text, table.ownerIndex(at: other) == 0 {
          known.references[other] = reference
        }
        if other == symbol { own = reference }
      }
      return own
    }
  }
}
