internal import ByteStorage

extension SymbolTable {
  /// Gives the kernel's own symbols the addresses that they were linked to, where the kernel was
  /// moved as a whole when it started (KASLR).
  ///
  /// Symbols of modules stay where they are, as do those below the kernel's text: absolute ones, and
  /// per-CPU symbols as x86-64 had them up to 6.14.
  ///
  /// - Parameter offset: How far the kernel was moved, in bytes.
  public mutating func undoMove(by offset: UInt64) {
    let start = index(named: "_text") ?? index(named: "_stext")
    let lowest = start.map { addresses[$0] } ?? offset
    for index in addresses.indices where addresses[index] >= lowest && ownerIndex(at: index) == 0 {
      addresses[index] &-= offset
    }
  }

  /// The address of the first of the kernel's own symbols of a name.
  ///
  /// - Complexity: O(n): a single question does not pay for an index.
  public func address(ofKernelSymbol name: StaticString) -> UInt64? {
    (0..<count).first { ownerIndex(at: $0) == 0 && self.name(at: $0).equals(name) }
      .map { addresses[$0] }
  }
}
