internal import ByteStorage

/// Answers names as `kallsyms_lookup_name` of a release does, faults included. Only the kernel's
/// own symbols are asked: those of modules are compared exactly in every era.
///
/// - Note: kernel/kallsyms.c, `compare_symbol_name`, `kallsyms_lookup_names` and
///   `cleanup_symbol_name`; scripts/kallsyms.c, `sort_symbols_by_name`.
package struct EraLookup: Sendable {
  /// What a release answers for a name.
  package struct Answer: Sendable, Hashable {
    /// Index of the symbol whose address is answered, or `nil` if the name is not found.
    package let match: Int?
    /// Indices of all symbols that count as of this name (`kallsyms_on_each_match_symbol`, which
    /// exists from 6.2 on), in the order in which the kernel meets them.
    package let all: [Int]
  }

  package let index: SymbolIndex
  package let era: LookupEra
  /// Symbols sorted by cut name, where the era bisects.
  private let order: [UInt32]

  /// Prepares to answer by the rules of an era.
  package init(_ index: SymbolIndex, _ era: LookupEra) {
    self.index = index
    self.era = era
    guard era.search != .linear else {
      order = []
      return
    }
    let table = index.table
    var order = (0..<index.kernelCount).map { UInt32(truncatingIfNeeded: $0) }
    order.sort { left, right in
      let (first, second) = (Int(left), Int(right))
      let names = EraLookup.cut(table.name(at: first), era.cut)
        .compare(EraLookup.cut(table.name(at: second), era.cut))
      if names != 0 { return names < 0 }
      let (low, high) = (table.addresses[first], table.addresses[second])
      return low != high ? low < high : left < right
    }
    self.order = order
  }

  package func answer(_ name: RawSpan) -> Answer {
    if name.byteCount == 0 { return Answer(match: nil, all: []) }
    if era.isExact {
      let all = index.symbols(named: name).filter { $0 < index.kernelCount }
      return Answer(match: all.first, all: all)
    }
    return era.search == .linear ? linear(name) : bisected(name)
  }

  package func answer(_ name: String) -> Answer {
    let bytes = Array(name.utf8)
    return answer(bytes.rawSpan)
  }

  /// The name that the release prints for a symbol, in backtraces for one.
  package func printedName(of symbol: Int) -> String {
    EraLookup.cut(index.table.name(at: symbol), era.cut).text
  }

  /// A name without what an era cuts.
  @_lifetime(copy name) static func cut(_ name: RawSpan, _ rule: LookupEra.Cut) -> RawSpan {
    let end: Int?
    switch rule {
    case .nothing: end = nil
    case .firstDot: end = name.firstIndex(of: UInt8(ascii: "."))
    case .llvm: end = name.firstRange(of: ".llvm.")
    case .lastDollar: end = (0..<name.byteCount).last { name.byte(at: $0) == UInt8(ascii: "$") }
    }
    guard let end, let kept = name.slice(0..<end) else { return name }
    return kept
  }

  private func linear(_ name: RawSpan) -> Answer {
    var all: [Int] = []
    for symbol in 0..<index.kernelCount {
      let raw = index.table.name(at: symbol)
      // Whatever is cut, the rest begins the name.
      guard raw.byteCount >= name.byteCount else { continue }
      if raw.equals(name) || EraLookup.cut(raw, era.cut).equals(name) { all.append(symbol) }
    }
    return Answer(match: all.first, all: all)
  }

  private func bisected(_ name: RawSpan) -> Answer {
    var (low, high) = (0, order.count - 1)
    var found: Int?
    while low <= high {
      let middle = low + (high - low) / 2
      let result = compare(name, order[middle])
      if result > 0 {
        low = middle + 1
      } else if result < 0 {
        high = middle - 1
      } else {
        found = middle
        break
      }
    }
    guard let found else { return Answer(match: nil, all: []) }
    var first = found
    while first > 0, compare(name, order[first - 1]) == 0 { first -= 1 }
    var last = found
    while last < order.count - 1, compare(name, order[last + 1]) == 0 { last += 1 }
    let all = order[first...last].map { Int($0) }
    return Answer(match: all.first, all: all)
  }

  private func compare(_ name: RawSpan, _ symbol: UInt32) -> Int {
    let raw = index.table.name(at: Int(symbol))
    let cut = EraLookup.cut(raw, era.cut)
    if era.search == .bisectionOfCutNames { return name.compare(cut) }
    let result = name.compare(raw)
    return name.equals(cut) ? 0 : result
  }
}
