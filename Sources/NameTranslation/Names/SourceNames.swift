internal import ByteStorage
internal import SymbolNames
internal import SymbolTables

/// The names of one source in all their forms, each form made when one of its names is first looked up.
final class SourceNames {
  /// The source.
  let source: NameSource
  /// Its names, numbered as its symbols are.
  private let names: NumberedNames
  /// Its names by their readable and source forms.
  private(set) lazy var forms = NameForms(names)
  /// Its names by their hashed forms.
  private lazy var digests = HashedNames(names)

  /// Takes a source.
  init(_ source: NameSource) {
    self.source = source
    names = NumberedNames(source.index)
  }

  /// The symbols of the source.
  var table: SymbolTable { source.index.table }

  /// The symbols with a hashed name, in no order.
  func symbols(for hashed: HashedName) -> [Int] { digests.numbers(of: hashed, in: names) }
}

/// Names by their hashed forms.
struct HashedNames: Sendable {
  /// The keys of the hashed names with the numbers of the names, sorted by key.
  private let entries: [(key: UInt64, number: Int)]

  /// Hashes names.
  ///
  /// - Complexity: O(n log n), with SHA-256 of every name.
  init(_ names: NumberedNames) {
    var entries: [(key: UInt64, number: Int)] = []
    entries.reserveCapacity(names.count)
    for number in 0..<names.count {
      entries.append((HashedName(of: names.name(number)).key, number))
    }
    entries.sort { $0.key < $1.key }
    self.entries = entries
  }

  /// The numbers of the names with a hashed form: one, or two that differ by a leading dot.
  func numbers(of hashed: HashedName, in names: NumberedNames) -> [Int] {
    var position = entries.partitionIndex { $0.key < hashed.key }
    var found: [Int] = []
    while position < entries.count, entries[position].key == hashed.key {
      let number = entries[position].number
      if HashedName(of: names.name(number)) == hashed { found.append(number) }
      position += 1
    }
    return found
  }
}
