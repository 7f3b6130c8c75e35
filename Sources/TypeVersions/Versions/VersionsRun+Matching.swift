internal import ByteStorage
internal import DWARFFormat

/// An entry that describes symbols.
struct SymbolEntry {
  let entry: Int
  let isFunction: Bool
}

/// Entries of symbols, each once.
private struct FoundSymbols {
  private(set) var symbols: [SymbolEntry] = []
  /// The first declarations of symbols, where definitions are preferred.
  var declared: [Int: SymbolEntry] = [:]
  private var numbers: [Int: Int] = [:]

  /// The number of an entry, which is added if it is new.
  mutating func add(_ symbol: SymbolEntry) -> Int {
    if let known = numbers[symbol.entry] { return known }
    numbers[symbol.entry] = symbols.count
    symbols.append(symbol)
    return symbols.count &- 1
  }
}

extension VersionsRun {
  /// Finds what describes the symbols, unit by unit (`process_exported_symbols` of
  /// scripts/gendwarfksyms/dwarf.c, 6.14): functions and variables, also inside namespaces,
  /// structures and classes; then, for symbols without either, what the pointer says that EXPORT_SYMBOL made.
  mutating func match(
    _ pieces: inout TypePieces
  ) throws(TypeVersionsError) -> [SymbolEntry] {
    var found = FoundSymbols()
    for unit in pieces.reader.entries.units
    where !unit.entries.isEmpty && unit.region != .supplement {
      var entry = unit.entries.lowerBound &+ 1
      while entry < unit.entries.upperBound {
        let tag = pieces.reader.entries.tag(entry)
        if tag.isScope {
          entry &+= 1
          continue
        }
        if tag == .subprogram || tag == .variable {
          try match(entry, tag == .subprogram, pieces.reader, &found)
        }
        entry = Int(pieces.reader.entries.entries[entry].end)
      }
      for symbol in exports.order where exports.symbols[symbol].state == .unprocessed {
        guard let pointed = exports.pointed(symbol), found.declared[symbol] == nil else { continue }
        let isFunction = pieces.reader.entries.tag(pointed) == .subroutineType
        bind(symbol, SymbolEntry(entry: pointed, isFunction: isFunction), &found)
      }
    }
    for symbol in exports.order where exports.symbols[symbol].state == .unprocessed {
      if let declared = found.declared[symbol] { bind(symbol, declared, &found) }
    }
    return found.symbols
  }

  private mutating func match(
    _ entry: Int, _ isFunction: Bool, _ reader: borrowing DWARFReader,
    _ found: inout FoundSymbols
  ) throws(TypeVersionsError) {
    var source = reader.reference(entry, .abstractOrigin) ?? entry
    if request.prefersDefinitions, source == entry {
      source = reader.reference(entry, .specification) ?? entry
    }
    var symbol: Int?
    if let name = VersionsRun.symbolName(entry, reader, exports.longestName) {
      symbol = exports.unprocessed(name)
    }
    let sourceName = VersionsRun.symbolName(source, reader, exports.longestName)
    if symbol == nil, source != entry, let sourceName { symbol = exports.unprocessed(sourceName) }
    guard let symbol else { return }
    guard let sourceName, sourceName.starts(with: ExportList.pointerPrefix) else {
      if request.prefersDefinitions, reader.flag(entry, .declaration) {
        if found.declared[symbol] == nil {
          found.declared[symbol] = SymbolEntry(entry: source, isFunction: isFunction)
        }
        return
      }
      bind(symbol, SymbolEntry(entry: source, isFunction: isFunction), &found)
      return
    }
    guard let pointer = reader.reference(source, .type), reader.entries.tag(pointer) == .pointer,
      let type = reader.reference(pointer, .type)
    else { throw .noPointer(symbol: sourceName.array) }
    let isFunctionType = reader.entries.tag(type) == .subroutineType
    exports.setPointed(symbol, isFunctionType ? type : pointer)
  }

  /// The name of a symbol; empty if it is longer than any that is wanted.
  @_lifetime(copy reader)
  private static func symbolName(
    _ entry: Int, _ reader: borrowing DWARFReader, _ limit: Int
  ) -> RawSpan? {
    if let name = reader.string(entry, .linkageName, limit: limit) { return name }
    if reader.has(entry, .linkageName) { return RawSpan() }
    return reader.string(entry, .name, limit: limit)
  }

  /// The types with names that are wanted: of each kind the first that is not only declared.
  func findTypes(_ reader: borrowing DWARFReader) -> [Int] {
    guard !request.types.isEmpty else { return [] }
    struct Kind: Hashable {
      let letter: UInt8
      let name: Int
    }
    let wanted = WantedTypes(request.types)
    var found: [Kind: (entry: Int, isDeclaration: Bool)] = [:]
    for entry in reader.entries.entries.indices {
      guard let letter = reader.entries.tag(entry).referenceLetter,
        let name = reader.string(entry, .name, limit: wanted.longest &+ 1)
      else { continue }
      for index in wanted.places(of: name) {
        let kind = Kind(letter: letter, name: index)
        if let known = found[kind], !known.isDeclaration { continue }
        let isDeclaration = reader.flag(entry, .declaration)
        if found[kind] == nil || !isDeclaration { found[kind] = (entry, isDeclaration) }
      }
    }
    return found.values.map(\.entry).sorted()
  }

  /// Binds a symbol and what shares its address to an entry.
  private mutating func bind(
    _ symbol: Int, _ new: SymbolEntry, _ found: inout FoundSymbols
  ) {
    let number = found.add(new)
    for member in exports.group(symbol) {
      exports.symbols[member].found = number
      exports.setState(member, .mapped)
    }
  }
}

/// Names of types that are wanted, with or without what is before a `::`.
private struct WantedTypes {
  /// Length of the longest name, in bytes.
  private(set) var longest = 0
  private var names = NameInterner()
  /// The places in the list of the names that are a name, or end with it.
  private var places: [[Int]] = []

  init(_ types: [[UInt8]]) {
    for (place, type) in types.enumerated() {
      longest = max(longest, type.count)
      add(type[...], place)
      // Each end is added whole: of a name of nothing but colons that would be the square of its length.
      for start in type.indices.dropFirst(2).suffix(4096)
      where type[start &- 1] == UInt8(ascii: ":") && type[start &- 2] == UInt8(ascii: ":") {
        add(type[start...], place)
      }
    }
  }

  private mutating func add(_ name: ArraySlice<UInt8>, _ place: Int) {
    let bytes = Array(name)
    guard let number = names.intern(bytes.rawSpan) else { return }
    if number == places.count { places.append([]) }
    places[number].append(place)
  }

  func places(of name: RawSpan) -> [Int] { names.find(name).map { places[$0] } ?? [] }
}
