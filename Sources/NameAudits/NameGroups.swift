internal import ByteStorage
internal import SymbolNames
internal import SymbolTables

/// The symbols of each name of a collection.
struct SymbolGroups {
  /// Where the symbols of a name begin in `order`, and where the last ones end.
  private var starts: [Int]
  private var order: [Int]

  init(_ collection: NameCollection) {
    starts = [Int](repeating: 0, count: collection.count + 1)
    for name in collection.symbolNames { starts[Int(name) + 1] += 1 }
    for index in 0..<collection.count { starts[index + 1] += starts[index] }
    var next = starts
    order = [Int](repeating: 0, count: collection.symbolCount)
    for (symbol, name) in collection.symbolNames.enumerated() {
      order[next[Int(name)]] = symbol
      next[Int(name)] += 1
    }
  }

  /// Number of symbols of a name.
  func count(of name: Int) -> Int { starts[name + 1] - starts[name] }

  /// What several symbols share.
  func duplicates(_ collection: NameCollection, _ mostListed: Int) -> NameAudit.Duplicates {
    var result = NameAudit.Duplicates()
    var groups: [Candidate] = []
    var sameAddress: [Candidate] = []
    for name in 0..<collection.count where count(of: name) > 1 {
      let symbols = order[starts[name]..<starts[name + 1]].map { collection.symbols[$0] }.sorted()
      result.all.add(symbols: symbols.count)
      let owners = NameRuns(symbols) { $0.owner == $1.owner }
      let places = NameRuns(symbols, by: ==)
      if owners.repeated > 0 { result.withinOwner.add(symbols: owners.repeated) }
      groups.append(Candidate(name: name, count: symbols.count, owners: owners.count))
      guard places.repeated > 0 else { continue }
      result.sameAddress.names += places.repeatedRuns
      result.sameAddress.symbols += places.repeated
      sameAddress.append(Candidate(name: name, count: places.repeated, owners: owners.count))
    }
    result.groups = Candidate.largest(mostListed, of: groups, collection)
    result.sameAddressGroups = Candidate.largest(mostListed, of: sameAddress, collection)
    return result
  }
}

/// Runs of equal symbols.
private struct NameRuns {
  /// Number of runs.
  private(set) var count = 0
  /// Runs of two symbols or more.
  private(set) var repeatedRuns = 0
  /// Symbols in such runs.
  private(set) var repeated = 0

  init(
    _ symbols: [NameCollection.Symbol],
    by isEqual: (NameCollection.Symbol, NameCollection.Symbol) -> Bool
  ) {
    var start = 0
    while start < symbols.count {
      var end = start + 1
      while end < symbols.count, isEqual(symbols[start], symbols[end]) { end += 1 }
      count += 1
      if end - start > 1 {
        repeatedRuns += 1
        repeated += end - start
      }
      start = end
    }
  }
}

/// A group that may be worth listing.
struct Candidate {
  let name: Int
  let count: Int
  let owners: Int

  /// The largest groups, equal ones in bytewise order.
  static func largest(
    _ most: Int, of groups: [Candidate], _ collection: NameCollection
  ) -> [NameAudit.Group] {
    let sorted = groups.sorted { left, right in
      if left.count != right.count { return left.count > right.count }
      return collection.name(at: left.name).compare(collection.name(at: right.name)) < 0
    }
    return sorted.prefix(most).map { group in
      NameAudit.Group(
        name: collection.name(at: group.name).array, count: group.count, owners: group.owners)
    }
  }
}

extension NameCollection.Symbol: Comparable {
  static func < (left: Self, right: Self) -> Bool {
    (left.owner, left.section, left.address) < (right.owner, right.section, right.address)
  }
}

/// Names by what is left of them when suffixes are stripped.
struct StemGroups {
  private let stripping: NameAudit.Stripping
  private var stems = NameInterner()
  /// Number of names that lose something, by stem.
  private var counts: [Int] = []

  init(_ stripping: NameAudit.Stripping) { self.stripping = stripping }

  /// Notes a name, taken apart, that a symbol bears.
  mutating func note(_ name: RawSpan, _ parts: LinkageName) {
    let length: Int?
    switch stripping {
    case .all: length = parts.sourceRange.upperBound
    case .wholeFunctions:
      length = parts.suffixes.contains { $0.isPart } ? nil : parts.sourceRange.upperBound
    case .llvm: length = parts.suffixes.first { $0.kind == .llvm }?.range.lowerBound
    }
    guard let length, length < name.byteCount, let stem = name.slice(0..<length),
      let index = stems.intern(stem)
    else { return }
    if index < counts.count { counts[index] += 1 } else { counts.append(1) }
  }

  /// What becomes one, with the names that are their own stem.
  func merged(_ collection: NameCollection, _ mostListed: Int) -> NameAudit.Merged {
    var counts = counts
    for stem in counts.indices {
      if let plain = collection.names.find(stems.name(stem)),
        collection.roles[plain].contains(.symbol)
      {
        counts[stem] += 1
      }
    }
    var result = NameAudit.Merged(stripping: stripping)
    let shared = counts.indices.filter { counts[$0] > 1 }
    result.stems = shared.count
    result.names = shared.reduce(0) { $0 + counts[$1] }
    let sorted = shared.sorted { left, right in
      if counts[left] != counts[right] { return counts[left] > counts[right] }
      return stems.name(left).compare(stems.name(right)) < 0
    }
    result.groups = sorted.prefix(mostListed).map {
      NameAudit.Group(name: stems.name($0).array, count: counts[$0], owners: nil)
    }
    return result
  }
}
