internal import ByteStorage
internal import SymbolNames

/// A symbol that was asked for.
package struct FoundSymbol: Sendable, Hashable {
  package let index: Int
  /// Distance of the place asked for from the symbol, in bytes; `nil` where none was.
  package private(set) var offset: UInt64?
  package let position: SymbolPosition
  /// Whether the compiler made it of the function asked for, which is found too.
  package private(set) var isClone = false

  package init(index: Int, offset: UInt64?, position: SymbolPosition) {
    self.index = index
    self.offset = offset
    self.position = position
  }

  /// The same, as a clone.
  var asClone: FoundSymbol {
    var clone = self
    clone.isClone = true
    return clone
  }

  /// A place in it.
  func at(_ offset: UInt64) -> FoundSymbol {
    var place = self
    place.offset = offset
    return place
  }
}

/// Finds symbols by whatever a user knows of them. A key is, in this order, an address (`0x…`, or
/// as many digits as an address has), a linkage name, or a ``SymbolQuery`` whose name is a linkage
/// name, the SHA-256 digest of one (64 hexadecimal digits, with or without `sha256:`), a pattern, a
/// source name or a readable Rust path or its end, generic arguments aside. These may be followed by
/// what compilers append, numbers aside, or be without that. A pattern with `::` is one of readable
/// names, or of ends of paths. With the rules of an era, names are found as that release finds them,
/// and in no other way.
package struct SymbolFinder: Sendable {
  package let index: SymbolIndex
  /// The rules by which names are found; `nil` for all the ways in which a key may be read.
  package let era: EraLookup?
  /// How far the kernel that addresses come from was moved from those of the table (KASLR), in bytes.
  private let move: UInt64
  /// The lowest address that is moved with the kernel.
  private let lowestMoved: UInt64

  package init(_ index: SymbolIndex, era: EraLookup? = nil, move: UInt64 = 0) {
    self.index = index
    self.era = era
    self.move = move
    lowestMoved =
      move == 0
      ? 0
      : index.table.indexes(named: ["_text", "_stext"]).lazy.compactMap { $0 }.first
        .map { index.table.addresses[$0] } ?? 0
  }

  /// All symbols that a key may mean, in table order; the first way of reading it that finds any
  /// counts. A linkage name is followed by the clones that the compiler made of its function.
  package func find(_ key: String) -> [FoundSymbol] {
    let exact = named(key, nil, position: nil)
    if !exact.isEmpty { return exact + clones(key, nil) }
    if let address = address(key) {
      // Those below the kernel's text are not moved: see `SymbolTable.undoMove(by:)`.
      let place = address >= lowestMoved ? address &- move : address
      guard !index.table.hidesAddresses, let match = index.symbol(at: place) else { return [] }
      return ranked([match.index], offset: match.offset)
    }
    return find(SymbolQuery(key))
  }

  /// As ``find(_:)-(String)``, for a key that is not an address. A place is one in the function itself;
  /// only where that is too short or has another size, one in its clones.
  package func find(_ query: SymbolQuery) -> [FoundSymbol] {
    var found = named(query.name, query.owner, position: query.position)
    if found.isEmpty, era == nil {
      found = others(query.name).filter { isWanted($0, query.owner, query.position) }
    } else if query.position == nil {
      found += clones(query.name, query.owner)
    }
    guard let offset = query.offset else { return found }
    let fitting = found.filter { query.isPlace(inSize: index.size(of: $0.index)) }
    let functions = fitting.filter { !$0.isClone }
    return (functions.isEmpty ? fitting : functions).map { $0.at(offset) }
  }

  /// An address, as it is written.
  private func address(_ key: String) -> UInt64? {
    if key.hasPrefix("0x") || key.hasPrefix("0X") { return UInt64(key.dropFirst(2), radix: 16) }
    let isNarrow = index.bounds.main.map { $0.upperBound <= 1 << 32 } ?? false
    guard key.utf8.count == (isNarrow ? 8 : 16), key.utf8.allSatisfy({ $0.hexadecimalDigit != nil })
    else { return nil }
    return UInt64(key, radix: 16)
  }

  private func isWanted(_ found: FoundSymbol, _ owner: String?, _ position: Int?) -> Bool {
    if let owner, !isOwner(index.table.owner(at: found.index), owner) { return false }
    guard let position else { return true }
    // Position 0 says that the name is unique.
    return position == 0 ? found.position.count == 1 : found.position.number == position
  }

  /// Whether two names mean the same module: the kernel writes `_` for `-`.
  private func isOwner(_ name: String, _ wanted: String) -> Bool {
    name == wanted || name == String(wanted.map { $0 == "-" ? "_" : $0 })
  }

  // MARK: Linkage names

  /// The symbols of a linkage name, by the rules of the era.
  private func named(_ name: String, _ owner: String?, position: Int?) -> [FoundSymbol] {
    guard let era else {
      return ranked(index.symbols(named: name)).filter { isWanted($0, owner, position) }
    }
    let isKernel = owner.map { $0 == SymbolTable.kernelName } ?? true
    var found: [FoundSymbol] = []
    if isKernel {
      let all = era.answer(name).all
      // Before 6.2, livepatch compared names as they are.
      let countsExactly = era.era.search == .linear
      if countsExactly && (position != nil || era.era.isExact) {
        found = ranked(index.symbols(named: name).filter { $0 < index.kernelCount })
      } else {
        for (place, symbol) in all.enumerated() {
          let position = SymbolPosition(place + 1, of: all.count)
          found.append(FoundSymbol(index: symbol, offset: nil, position: position))
        }
      }
      found = found.filter { isWanted($0, nil, position) }
    }
    // Those of modules are compared as they are, and only where the kernel has none.
    if found.isEmpty, owner == nil || !isKernel {
      found = ranked(index.symbols(named: name).filter { $0 >= index.kernelCount })
        .filter { isWanted($0, owner, position) }
    }
    return found
  }

  /// Symbols with their positions among those of the same name and owner.
  private func ranked(_ symbols: [Int], offset: UInt64? = nil) -> [FoundSymbol] {
    var positions = SymbolPositions(index)
    return symbols.map {
      FoundSymbol(index: $0, offset: offset, position: positions.position(of: $0))
    }
  }

  /// Clones of a function; none by the rules of an era, which say what the kernel itself finds.
  private func clones(_ name: String, _ owner: String?) -> [FoundSymbol] {
    guard era == nil else { return [] }
    let bytes = Array(name.utf8)
    return ranked(index.clones(of: bytes.rawSpan)).filter { isWanted($0, owner, nil) }
      .map(\.asClone)
  }

  // MARK: Other names

  private func others(_ key: String) -> [FoundSymbol] {
    if let hashed = HashedName(key) { return all { HashedName(of: $0) == hashed } }
    if key.hasPart("::") {
      let found = readable(key)
      return !found.isEmpty || !NamePattern.isPattern(key) ? found : matching(NamePattern(key))
    }
    if NamePattern.isPattern(key) {
      let pattern = NamePattern(key)
      return all { pattern.matches($0) }
    }
    let found = source(key)
    return found.isEmpty ? readable(key) : found
  }

  /// Symbols whose name is a source name with what compilers append; only where there are none, copies
  /// that run before the kernel is mapped.
  private func source(_ key: String) -> [FoundSymbol] {
    for name in [key, "__pi_" + key] {
      let wanted = WrittenName(name)
      let found = all { wanted.isSource(of: $0) }
      if !found.isEmpty { return clonesLast(found) }
    }
    return []
  }

  /// Symbols whose readable path is the key, or ends in it.
  private func readable(_ key: String) -> [FoundSymbol] {
    let wanted = WrittenName(key)
    return clonesLast(all { wanted.isPath(of: $0) })
  }

  /// Symbols whose readable name fits a pattern; only where there are none, those of which the end of the
  /// path does, generic arguments aside.
  private func matching(_ pattern: NamePattern) -> [FoundSymbol] {
    let found = all { name in
      SymbolNameView(name.characters).readable.map { pattern.matches($0) } ?? false
    }
    if !found.isEmpty { return found }
    return all { name in
      guard let path = SymbolNameView(name.characters).path else { return false }
      return ReadablePath.forms(of: path).contains { form in
        let bytes = Array(form.utf8)
        return pattern.matches(bytes.rawSpan) { ReadablePath.isStart($0, in: bytes.rawSpan) }
      }
    }
  }

  /// Of each function, what compilers changed least comes first; the rest are its clones.
  private func clonesLast(_ found: [FoundSymbol]) -> [FoundSymbol] {
    let names = found.map { SymbolName(index.table.name(at: $0.index).array) }
    var least: [SymbolName: LinkageName.Change] = [:]
    for name in names { least[name.source] = min(name.change, least[name.source] ?? .part) }
    var (first, clones): ([FoundSymbol], [FoundSymbol]) = ([], [])
    for (name, symbol) in zip(names, found) {
      if name.change == least[name.source] {
        first.append(symbol)
      } else {
        clones.append(symbol.asClone)
      }
    }
    return first + clones
  }

  private func all(where test: (RawSpan) -> Bool) -> [FoundSymbol] {
    ranked((0..<index.table.count).filter { test(index.table.name(at: $0)) })
  }
}
