internal import ByteStorage
internal import SymbolTables

/// Names that are numbered from 0: those of a symbol table, whose bytes are shared, or a sorted list.
package struct NumberedNames: Sendable {
  /// The names one after another, each after `lead` other bytes.
  private var text: [UInt8] = []
  /// Where each name begins in `text`, and where the last one ends.
  private var starts: [UInt32] = [0]
  private let lead: Int
  /// Finds names; `nil` if they are sorted.
  private let index: SymbolIndex?

  /// The names of a symbol table, numbered as its symbols are.
  init(_ index: SymbolIndex) {
    text = index.table.text
    starts = index.table.starts
    // The letter of the symbol's type.
    lead = 1
    self.index = index
  }

  /// The names of a list in bytewise order, each once; empty ones are left out, and what passes 4 GiB.
  package init(sorting list: some Sequence<[UInt8]>) {
    lead = 0
    index = nil
    for name in Set(list).sorted(by: { $0.lexicographicallyPrecedes($1) }) where !name.isEmpty {
      guard text.count + name.count <= Int(UInt32.max) else { break }
      text += name
      starts.append(UInt32(truncatingIfNeeded: text.count))
    }
  }

  /// Number of names.
  package var count: Int { starts.count - 1 }

  /// The name with a number; empty past the end.
  @_lifetime(borrow self)
  package func name(_ number: Int) -> RawSpan {
    guard number >= 0, number < count,
      let name = text.rawSpan.slice((Int(starts[number]) &+ lead)..<Int(starts[number &+ 1]))
    else { return RawSpan() }
    return unsafe _overrideLifetime(name, borrowing: self)
  }

  /// The numbers of all names that are just these bytes, in order.
  package func numbers(of name: RawSpan) -> [Int] {
    if let index { return index.symbols(named: name) }
    let number = (0..<count).partitionIndex { self.name($0).compare(name) < 0 }
    return number < count && self.name(number).equals(name) ? [number] : []
  }
}
