internal import ByteStorage
internal import SymbolNames

/// A symbol table that answers by name and by address. Names are found through a table of hashes,
/// equal names through chains in table order, addresses by bisection. An index never changes once
/// made, and may be shared by threads.
package struct SymbolIndex: Sendable {
  package let table: SymbolTable
  /// Which addresses belong to the kernel itself, as far as the symbols show.
  package let bounds: KernelBounds
  /// Number of symbols at the start of the table that belong to the kernel itself.
  package let kernelCount: Int

  /// The first symbol of each name.
  private let slots: NameSlots
  /// Index + 1 of the next symbol of the same name, or 0.
  private let next: [UInt32]
  /// The kernel's symbols by address; empty if the table is in that order.
  private let kernelOrder: [UInt32]
  /// Where to look for an address of the kernel, if the table is in that order.
  private let buckets: AddressBuckets
  /// The modules' symbols by address.
  private let moduleOrder: [UInt32]
  private let knownClones = CloneList()

  /// Indexes a table.
  package init(_ table: SymbolTable) {
    self.table = table
    let count = table.count
    let kernelCount = table.owners.firstIndex { $0 != 0 } ?? count
    self.kernelCount = kernelCount
    var slots = NameSlots(count: count)
    var next = [UInt32](repeating: 0, count: count)
    // Backwards, so that the first of equal names heads its chain.
    for index in stride(from: count &- 1, through: 0, by: -1) {
      let name = table.name(at: index)
      if let head = slots.set(index, name.hash, where: { table.name(at: $0).equals(name) }) {
        next[index] = UInt32(truncatingIfNeeded: head &+ 1)
      }
    }
    self.slots = slots
    self.next = next
    kernelOrder = SymbolIndex.order(of: table.addresses, in: 0..<kernelCount, always: false)
    moduleOrder = SymbolIndex.order(of: table.addresses, in: kernelCount..<count, always: true)
      .filter { table.hasPlace(at: Int($0)) }
    bounds = KernelBounds { name in
      let index = SymbolIndex.first(name, in: table, slots)
      return index.flatMap { $0 < kernelCount ? table.addresses[$0] : nil }
    }
    let span = bounds.main ?? 0..<0
    buckets =
      kernelOrder.isEmpty
      ? AddressBuckets(table.addresses, count: kernelCount, span: span) : AddressBuckets()
  }

  /// Indices by address, equal addresses in table order; empty if they are so already.
  private static func order(
    of addresses: [UInt64], in range: Range<Int>, always: Bool
  ) -> [UInt32] {
    if !always {
      var isSorted = true
      var previous: UInt64 = 0
      for index in range {
        if addresses[index] < previous {
          isSorted = false
          break
        }
        previous = addresses[index]
      }
      if isSorted { return [] }
    }
    var order = range.map { UInt32(truncatingIfNeeded: $0) }
    order.sort { left, right in
      let (first, second) = (addresses[Int(left)], addresses[Int(right)])
      return first != second ? first < second : left < right
    }
    return order
  }

  private static func first(_ name: RawSpan, in table: SymbolTable, _ slots: NameSlots) -> Int? {
    slots.find(name.hash) { table.name(at: $0).equals(name) }
  }
}

extension SymbolIndex {
  /// The first symbol of a name in table order; in a kernel's table, that of the lowest address.
  package func first(named name: RawSpan) -> Int? { SymbolIndex.first(name, in: table, slots) }

  /// The symbol after another of the same name, in table order.
  package func next(after index: Int) -> Int? {
    guard index >= 0, index < next.count, next[index] != 0 else { return nil }
    return Int(next[index]) &- 1
  }

  package func symbols(named name: RawSpan) -> [Int] {
    var found: [Int] = []
    var current = first(named: name)
    while let index = current {
      found.append(index)
      current = next(after: index)
    }
    return found
  }

  /// How many symbols have a name, as far as it matters whether there are none, one or several: 2 for more.
  package func fewNamed(_ name: String) -> Int {
    let bytes = Array(name.utf8)
    guard let first = first(named: bytes.rawSpan) else { return 0 }
    return next(after: first) == nil ? 1 : 2
  }

  package func symbols(named name: String) -> [Int] {
    let bytes = Array(name.utf8)
    return symbols(named: bytes.rawSpan)
  }

  /// Symbols of functions that the compiler made of a function: `NAME.constprop.0`, `NAME.isra.0`,
  /// `NAME.cold` and whatever combination, in table order. Numbers alone (`NAME.5`) tell apart static
  /// names of one file, and are no clones. Of what lies before a function (`__pfx_NAME`), that of its clones.
  package func clones(of name: RawSpan) -> [Int] {
    knownClones.indices(in: table).compactMap { index in
      let clone = table.name(at: Int(index))
      guard clone.slice(0..<name.byteCount)?.equals(name) ?? false,
        clone.byte(at: name.byteCount) == UInt8(ascii: ".")
      else { return nil }
      let parts = LinkageName(clone.characters)
      let isWanted =
        parts.sourceRange.upperBound == name.byteCount
        && parts.suffixes.contains { $0.kind != .number }
      return isWanted ? Int(index) : nil
    }
  }

  /// Other symbols of the same address: of the kernel for one of its own, else of modules. Looks at
  /// `limit` symbols at most.
  package func aliases(of index: Int, limit: Int = 64) -> [Int] {
    guard index >= 0, index < table.count, table.hasPlace(at: index), !table.hidesAddresses else {
      return []
    }
    let address = table.addresses[index]
    let inModules = index >= kernelCount
    guard let last = last(notAbove: address, inModules: inModules) else { return [] }
    var found: [Int] = []
    for position in stride(from: last, through: max(0, last - limit), by: -1) {
      guard let other = symbol(atPosition: position, inModules: inModules),
        table.addresses[other] == address
      else { break }
      if other != index { found.append(other) }
    }
    return found.reversed()
  }

  /// Position in address order, kernel or modules, of the last address that is not greater.
  func last(notAbove address: UInt64, inModules: Bool) -> Int? {
    let order = inModules ? moduleOrder : kernelOrder
    let count = inModules ? moduleOrder.count : kernelCount
    guard count > 0 else { return nil }
    return unsafe table.addresses.withUnsafeBufferPointer { addresses in
      // SAFETY: positions stay below `count`, and orders hold indices of the table.
      if order.isEmpty {
        let positions = buckets.positions(around: address, count: count)
        return bisect(positions, address) { unsafe addresses[$0] }
      }
      return unsafe order.withUnsafeBufferPointer { order in
        bisect(0..<count, address) { unsafe addresses[Int(order[$0])] }
      }
    }
  }

  /// The last position whose value is not above another; values never decrease, and the first that
  /// is above lies in `positions` or right after them.
  @inline(__always) private func bisect(
    _ positions: Range<Int>, _ wanted: UInt64, _ value: (Int) -> UInt64
  ) -> Int? {
    var base = positions.lowerBound
    var length = positions.count
    while length > 0 {
      let half = length / 2
      let isBelow = value(base &+ half) <= wanted
      base = isBelow ? base &+ half &+ 1 : base
      length = isBelow ? length &- half &- 1 : half
    }
    return base > 0 ? base &- 1 : nil
  }

  /// The symbol at a position of address order.
  func symbol(atPosition position: Int, inModules: Bool) -> Int? {
    if inModules { return position < moduleOrder.count ? Int(moduleOrder[position]) : nil }
    guard position < kernelCount else { return nil }
    return kernelOrder.isEmpty ? position : Int(kernelOrder[position])
  }
}
