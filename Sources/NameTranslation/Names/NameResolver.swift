internal import ByteStorage
internal import SymbolNames
internal import SymbolTables

/// Finds the symbols that a name in a text means, among those of several kernels.
struct NameResolver {
  /// A symbol of one of the sources.
  struct Match: Hashable {
    let source: Int
    let symbol: Int
  }

  /// What is known of a name besides its bytes.
  struct Evidence {
    var offset: UInt64?
    var size: UInt64?
    /// An address in the text: the symbol's, or that of the place the offset leads to.
    var address: UInt64?
    var module: String?
  }

  private var names: [SourceNames]
  /// Has the names of modules that no source has.
  private let modules: (any ModuleNames)?
  private var soughtModules: Set<String> = []
  /// The lines worth a look, as far as the first sources show.
  private var filter = LineFilter()
  private var filteredSources = 0
  /// The sources that have symbols of a module.
  private var sourcesOfModule: [String: [Int]] = [:]
  /// Number of sources that were given; those of modules looked for follow them.
  private let givenCount: Int
  /// Whether the symbols of a kernel itself are known: without them nothing shows that a name is not one.
  let knowsKernel: Bool

  /// Modules looked for at most, and their longest name: a text may name any number.
  private static let mostModules = 1 << 14
  private static let longestModule = 64

  init(_ sources: [NameSource], modules: (any ModuleNames)?) {
    names = sources.map { SourceNames($0) }
    self.modules = modules
    givenCount = sources.count
    knowsKernel = sources.contains { $0.hasKernel }
    for number in sources.indices { noteModules(number) }
  }

  private mutating func noteModules(_ number: Int) {
    for module in names[number].table.ownerNames.dropFirst() {
      sourcesOfModule[module, default: []].append(number)
      filter.add(module: module)
    }
  }

  /// Number of kernels and modules that were asked so far.
  var sourceCount: Int { names.count }

  /// The kernels and modules that were asked so far.
  var sources: [NameSource] { names.map(\.source) }

  /// Whether the names of a module are known.
  func hasModule(_ module: String) -> Bool { sourcesOfModule[module] != nil }

  /// Build IDs of the modules of a name, read from their files, as hexadecimal digits.
  func buildIDs(ofModule module: String) -> [String] {
    (sourcesOfModule[module] ?? []).compactMap { number in
      // Where modules have addresses, the build ID is that of the kernel that loaded them.
      names[number].source.hasAddresses ? nil : names[number].source.buildID
    }
  }

  /// Reads the names of a module that a text mentions, the first time.
  private mutating func seek(_ module: String) {
    guard sourcesOfModule[module] == nil, soughtModules.count < NameResolver.mostModules,
      module.utf8.count <= NameResolver.longestModule, soughtModules.insert(module).inserted
    else { return }
    filter.add(module: module)
    guard let source = modules?.names(ofModule: module) else { return }
    names.append(SourceNames(source))
    noteModules(names.count - 1)
  }

  /// Whether a line may hold a name of the sources.
  mutating func mayKnow(_ line: borrowing TextLine) -> Bool {
    while filteredSources < names.count {
      filter.add(names[filteredSources].forms)
      filteredSources += 1
    }
    return filter.mayHoldForm(line)
  }

  /// All symbols a name may refer to, in order, minus those the evidence rules out.
  ///
  /// An address chooses among symbols only where one of them has it: the kernel may have run elsewhere.
  /// A symbol of the kernel with another size than the one given is ruled out; sizes of modules'
  /// symbols are not sure enough to rule one out where it is the only one.
  mutating func matches(_ name: RawSpan, _ evidence: Evidence) -> [Match] {
    if let module = evidence.module {
      seek(module)
      return matches(name, evidence, sourcesOfModule[module] ?? [])
    }
    // A module that the text mentioned before is meant only where the text names it again.
    return matches(name, evidence, Array(0..<givenCount))
  }

  private func matches(_ name: RawSpan, _ evidence: Evidence, _ numbers: [Int]) -> [Match] {
    var found: [Match] = []
    for number in numbers {
      for symbol in names[number].forms.symbols(for: name) {
        let owner = names[number].table.ownerIndex(at: symbol)
        if let module = evidence.module {
          guard owner != 0, names[number].table.owner(at: symbol) == module else { continue }
        } else if evidence.size != nil, owner != 0 {
          // The kernel prints the module of every symbol that is not its own.
          continue
        }
        found.append(Match(source: number, symbol: symbol))
      }
    }
    if let address = evidence.address, found.count > 1 {
      let start = address &- (evidence.offset ?? 0)
      let there = found.filter { match in
        let place = place(match)
        return place == start || place == address
      }
      if !there.isEmpty { return there }
    }
    guard let size = evidence.size else { return found }
    let fitting = found.filter { match in self.size(of: match).map { $0 == size } ?? true }
    return fitting.isEmpty && evidence.module != nil ? found : fitting
  }

  /// Whether a symbol of the kernel has just this linkage name and this size.
  func has(_ name: RawSpan, size: UInt64) -> Bool {
    for source in names.lazy.map(\.source) {
      var symbol = source.index.first(named: name)
      while let found = symbol {
        if source.index.table.ownerIndex(at: found) == 0, source.size(of: found) == size {
          return true
        }
        symbol = source.index.next(after: found)
      }
    }
    return false
  }

  /// The matches that differ in their linkage name, in order.
  func distinct(_ matches: [Match]) -> [Match] {
    guard matches.count > 1 else { return matches }
    var names: Set<[UInt8]> = []
    return matches.filter { names.insert(linkageName($0)).inserted }
  }

  /// The linkage name of a symbol.
  func linkageName(_ match: Match) -> [UInt8] {
    names[match.source].table.name(at: match.symbol).array
  }

  /// The size of a symbol in bytes, if it is known.
  func size(of match: Match) -> UInt64? { names[match.source].source.size(of: match.symbol) }

  /// Whether a symbol is of code that the kernel made while it ran.
  func isGenerated(_ match: Match) -> Bool {
    names[match.source].table.isGenerated(at: match.symbol)
  }

  /// The address of a symbol, if addresses are known.
  func address(_ match: Match) -> UInt64? {
    let source = names[match.source].source
    return source.hasAddresses ? source.index.table.addresses[match.symbol] : nil
  }

  /// The module that a symbol belongs to; `nil` if it is the kernel's.
  func module(_ match: Match) -> String? {
    let table = names[match.source].table
    return table.ownerIndex(at: match.symbol) == 0 ? nil : table.owner(at: match.symbol)
  }

  /// The address of a symbol, or its place in the file that it was read from.
  private func place(_ match: Match) -> UInt64? {
    let source = names[match.source].source
    return source.hasPlaces ? source.index.table.addresses[match.symbol] : nil
  }

  /// The symbols with a hashed name, those of a module if the text gives one.
  mutating func matches(hashed: HashedName, module: String?) -> [Match] {
    if let module {
      seek(module)
      let found = matches(hashed, sourcesOfModule[module] ?? [])
        .filter { names[$0.source].table.owner(at: $0.symbol) == module }
      if !found.isEmpty { return found }
    }
    // What a module needs, it does not own.
    return matches(hashed, Array(0..<givenCount))
  }

  private func matches(_ hashed: HashedName, _ numbers: [Int]) -> [Match] {
    numbers.flatMap { number in
      names[number].symbols(for: hashed).map { Match(source: number, symbol: $0) }
    }
  }
}
