/// Where modules are in memory; where several claim an address, the first of them has it.
struct ModuleRanges {
  /// The addresses at which a module begins or ends, in their order.
  private let bounds: [UInt64]
  /// The module, by its place among those given, from each bound to the next; -1 if there is none.
  private let owners: [Int]

  /// Takes modules in the order of their precedence.
  ///
  /// - Complexity: O(n log n): texts may list any number, and name any number of addresses.
  init(_ modules: [LoadedModule] = []) {
    var bounds: [UInt64] = []
    for module in modules where module.size > 0 {
      bounds.append(module.base)
      bounds.append(ModuleRanges.end(of: module))
    }
    bounds.sort()
    var owners = [Int](repeating: -1, count: bounds.count)
    // From each bound on, the next that has no owner, as far as that is known.
    var free = Array(0...bounds.count)
    for (number, module) in modules.enumerated() where module.size > 0 {
      let end = ModuleRanges.position(of: ModuleRanges.end(of: module), in: bounds)
      var position = ModuleRanges.position(of: module.base, in: bounds)
      while true {
        while free[position] != position {
          free[position] = free[free[position]]
          position = free[position]
        }
        guard position < end else { break }
        owners[position] = number
        free[position] = position &+ 1
      }
    }
    self.bounds = bounds
    self.owners = owners
  }

  /// The place of the module that has an address.
  func module(at address: UInt64) -> Int? {
    // The last of the bounds that are not above the address.
    var (low, high) = (0, bounds.count)
    while low < high {
      let middle = low &+ (high &- low) / 2
      if bounds[middle] <= address { low = middle &+ 1 } else { high = middle }
    }
    return low == 0 || owners[low &- 1] < 0 ? nil : owners[low &- 1]
  }

  private static func end(of module: LoadedModule) -> UInt64 {
    let (end, isOver) = module.base.addingReportingOverflow(module.size)
    return isOver ? .max : end
  }

  /// The first place of a bound.
  private static func position(of bound: UInt64, in bounds: [UInt64]) -> Int {
    var (low, high) = (0, bounds.count)
    while low < high {
      let middle = low &+ (high &- low) / 2
      if bounds[middle] < bound { low = middle &+ 1 } else { high = middle }
    }
    return low
  }
}
