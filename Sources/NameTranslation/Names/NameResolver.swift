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

  private(set) var sources: [NameSource]
  /// Their names in other forms, made when one is asked for.
  private var forms: [NameForms?]
  /// Finds the names of a module that no source has.
  private let moduleSource: ((String) -> NameSource?)?
  private var soughtModules: Set<String> = []
  /// The lines worth a look, as far as the first sources tell.
  private var filter = LineFilter()
  private var filteredSources = 0
  /// The sources that have symbols of a module.
  private var sourcesOfModule: [String: [Int]] = [:]
  /// Number of sources that were given; those of sought modules are behind them.
  private let givenCount: Int
  /// Keys of hashed names and the symbols they stand for, by key, of each source; made when a
  /// digest is asked for.
  private var digests: [[(key: UInt64, symbol: Int)]?]

  /// Modules sought at most, and their longest name: a text may name any number.
  private static let mostModules = 1 << 14
  private static let longestModule = 64

  init(_ sources: [NameSource], moduleSource: ((String) -> NameSource?)?) {
    self.sources = sources
    forms = sources.map { _ in nil }
    digests = sources.map { _ in nil }
    self.moduleSource = moduleSource
    givenCount = sources.count
    for number in sources.indices { noteModules(number) }
  }

  private mutating func noteModules(_ number: Int) {
    for module in sources[number].index.table.ownerNames.dropFirst() {
      sourcesOfModule[module, default: []].append(number)
      filter.add(module: module)
    }
  }

  /// Whether there is anything to look names up in.
  var isEmpty: Bool { sources.isEmpty && moduleSource == nil }

  /// Whether the names of a module are known.
  func hasModule(_ module: String) -> Bool { sourcesOfModule[module] != nil }

  /// Build IDs of the modules of a name, read from their files, as hexadecimal digits.
  func buildIDs(ofModule module: String) -> [String] {
    (sourcesOfModule[module] ?? []).compactMap { number in
      // Where modules have addresses, the build ID is that of the kernel that loaded them.
      sources[number].hasAddresses ? nil : sources[number].buildID
    }
  }

  /// Reads the names of a module that a text mentions, the first time.
  private mutating func seek(_ module: String) {
    guard sourcesOfModule[module] == nil, soughtModules.count < NameResolver.mostModules,
      module.utf8.count <= NameResolver.longestModule, soughtModules.insert(module).inserted
    else { return }
    filter.add(module: module)
    guard let source = moduleSource?(module) else { return }
    sources.append(source)
    forms.append(nil)
    digests.append(nil)
    noteModules(sources.count - 1)
  }

  /// Whether looking up the names of a line may tell anything.
  mutating func mayKnow(_ line: borrowing TextLine) -> Bool {
    while filteredSources < sources.count {
      filter.add(forms(of: filteredSources))
      filteredSources += 1
    }
    return filter.mayHoldForm(line)
  }

  private mutating func forms(of source: Int) -> NameForms {
    if let known = forms[source] { return known }
    let made = NameForms(sources[source].index)
    forms[source] = made
    return made
  }

  /// Every symbol that a name may mean, in order, those that the evidence rules out left out.
  ///
  /// An address tells symbols apart only where one of them has it: the kernel may have run elsewhere.
  /// A symbol of the kernel whose size is not the one given is none; sizes of modules' symbols are
  /// not sure enough to rule one out where it is the only one.
  mutating func matches(_ name: RawSpan, _ evidence: Evidence) -> [Match] {
    if let module = evidence.module {
      seek(module)
      return matches(name, evidence, sourcesOfModule[module] ?? [])
    }
    // Of modules that the text happened to mention before, nothing is meant that does not say so.
    return matches(name, evidence, Array(0..<givenCount))
  }

  private mutating func matches(
    _ name: RawSpan, _ evidence: Evidence, _ numbers: [Int]
  ) -> [Match] {
    var found: [Match] = []
    for number in numbers {
      let source = sources[number]
      for symbol in forms(of: number).symbols(for: name) {
        let owner = source.index.table.ownerIndex(at: symbol)
        if let module = evidence.module {
          guard owner != 0, source.index.table.owner(at: symbol) == module else { continue }
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
    let fitting = found.filter { match in
      sources[match.source].size(of: match.symbol).map { $0 == size } ?? true
    }
    return fitting.isEmpty && evidence.module != nil ? found : fitting
  }

  /// Whether a symbol of the kernel has just this linkage name and this size.
  func has(_ name: RawSpan, size: UInt64) -> Bool {
    for source in sources {
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
    let table = sources[match.source].index.table
    return table.name(at: match.symbol).array
  }

  /// The address of a symbol, if addresses are known.
  func address(_ match: Match) -> UInt64? {
    let source = sources[match.source]
    return source.hasAddresses ? source.index.table.addresses[match.symbol] : nil
  }

  /// The address of a symbol, or its place in the file that it was read from.
  private func place(_ match: Match) -> UInt64? {
    let source = sources[match.source]
    return source.hasPlaces ? source.index.table.addresses[match.symbol] : nil
  }

  /// The symbols whose name has a digest, those of a module if the text gives one.
  mutating func matches(digest: HashedName, module: String?) -> [Match] {
    if let module {
      seek(module)
      let found = matches(digest, sourcesOfModule[module] ?? [])
        .filter { sources[$0.source].index.table.owner(at: $0.symbol) == module }
      if !found.isEmpty { return found }
    }
    // What a module needs, it does not own.
    return matches(digest, Array(0..<givenCount))
  }

  private mutating func matches(_ digest: HashedName, _ numbers: [Int]) -> [Match] {
    var found: [Match] = []
    for number in numbers {
      let digests = self.digests[number] ?? makeDigests(of: number)
      if self.digests[number] == nil { self.digests[number] = digests }
      let table = sources[number].index.table
      var low = digests.partitionIndex { $0.key < digest.key }
      while low < digests.count, digests[low].key == digest.key {
        let symbol = digests[low].symbol
        if HashedName(of: table.name(at: symbol)) == digest {
          found.append(Match(source: number, symbol: symbol))
        }
        low += 1
      }
    }
    return found
  }

  private func makeDigests(of number: Int) -> [(key: UInt64, symbol: Int)] {
    var digests: [(key: UInt64, symbol: Int)] = []
    let table = sources[number].index.table
    for symbol in 0..<table.count {
      digests.append((HashedName(of: table.name(at: symbol)).key, symbol))
    }
    digests.sort { $0.key < $1.key }
    return digests
  }
}
