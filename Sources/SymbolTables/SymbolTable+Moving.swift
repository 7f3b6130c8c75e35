internal import ByteStorage

extension SymbolTable {
  /// Gives the kernel's own symbols the addresses that they were linked to, where the kernel was
  /// moved as a whole when it started (KASLR), by `offset` bytes. Symbols of modules stay where
  /// they are, as do those below the kernel's text: absolute ones, and per-CPU symbols as x86-64
  /// had them up to 6.14.
  package mutating func undoMove(by offset: UInt64) {
    let start = index(named: "_text") ?? index(named: "_stext")
    let lowest = start.map { addresses[$0] } ?? offset
    for index in addresses.indices where addresses[index] >= lowest && ownerIndex(at: index) == 0 {
      addresses[index] &-= offset
    }
  }

  /// The address of the first of the kernel's own symbols of a name, by looking at all.
  package func address(ofKernelSymbol name: StaticString) -> UInt64? {
    (0..<count).first { ownerIndex(at: $0) == 0 && self.name(at: $0).equals(name) }
      .map { addresses[$0] }
  }

  /// Index of the first symbol of a name, by looking at all.
  package func index(named name: StaticString) -> Int? {
    (0..<count).first { self.name(at: $0).equals(name) }
  }

  /// The first symbol of each of some names of up to 63 bytes, by one pass over the table.
  package func indexes(named names: [StaticString]) -> [Int?] {
    var found = [Int?](repeating: nil, count: names.count)
    var places = [[Int]](repeating: [], count: 64)
    for (place, name) in names.enumerated() where name.utf8CodeUnitCount < places.count {
      places[name.utf8CodeUnitCount].append(place)
    }
    for index in 0..<count {
      let name = self.name(at: index)
      guard name.byteCount < places.count else { continue }
      for place in places[name.byteCount] where found[place] == nil && name.equals(names[place]) {
        found[place] = index
      }
    }
    return found
  }
}
