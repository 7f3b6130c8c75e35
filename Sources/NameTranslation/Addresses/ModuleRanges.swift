internal import ByteStorage

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
      let last = ModuleRanges.end(of: module)
      let end = bounds.partitionIndex { $0 < last }
      var position = bounds.partitionIndex { $0 < module.base }
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
    let after = bounds.partitionIndex { $0 <= address }
    return after == 0 || owners[after &- 1] < 0 ? nil : owners[after &- 1]
  }

  private static func end(of module: LoadedModule) -> UInt64 {
    let (end, isOver) = module.base.addingReportingOverflow(module.size)
    return isOver ? .max : end
  }
}
