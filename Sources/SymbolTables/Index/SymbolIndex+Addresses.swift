internal import ByteStorage

package struct AddressMatch: Sendable, Hashable {
  /// Index of the symbol in its table: the first of those with the same address.
  package let index: Int
  /// Distance of the address from the symbol, in bytes.
  package let offset: UInt64
  /// Size of the symbol as the kernel computes it, in bytes: the distance to the next greater
  /// address, padding and gaps included; `nil` where nothing greater is known.
  package let size: UInt64?
}

/// The addresses between which the kernel looks for its own symbols.
///
/// - Note: kernel/kallsyms.c, `is_ksym_addr` and `get_symbol_pos`; include/linux/kallsyms.h.
package struct KernelBounds: Sendable, Hashable {
  /// `_stext` up to `_end` (all symbols), or up to `_etext` (functions only).
  package let main: Range<UInt64>?
  /// `__init_begin` up to `__init_end` (all symbols), or `_sinittext` up to `_einittext`.
  package let initial: Range<UInt64>?
  /// `_sinittext` up to `_einittext`.
  package let initialText: Range<UInt64>?

  init(_ find: (RawSpan) -> UInt64?) {
    func address(_ name: StaticString) -> UInt64? {
      // SAFETY: a StaticString lives for ever.
      find(unsafe RawSpan(_unsafeStart: name.utf8Start, byteCount: name.utf8CodeUnitCount))
    }
    func range(_ lower: UInt64?, _ upper: UInt64?) -> Range<UInt64>? {
      guard let lower, let upper, lower <= upper else { return nil }
      return lower..<upper
    }
    let end = address("_end")
    main = range(address("_stext") ?? address("_text"), end ?? address("_etext"))
    initialText = range(address("_sinittext"), address("_einittext"))
    initial = end == nil ? initialText : range(address("__init_begin"), address("__init_end"))
  }

  /// Whether the kernel looks for a symbol at an address at all; true if the bounds are unknown.
  package func contains(_ address: UInt64) -> Bool {
    guard let main else { return true }
    return main.contains(address) || initial?.contains(address) ?? false
  }
}

extension SymbolIndex {
  /// Whether the table has the kernel's functions and none of its data: one that ends with its text.
  ///
  /// - Note: scripts/kallsyms.c, `symbol_valid`: without CONFIG_KALLSYMS_ALL only what lies in the text is
  ///   kept (3.0 to 7.2). `_end` is data.
  package var hasFunctionsOnly: Bool {
    func isThere(_ name: String) -> Bool {
      symbols(named: name).contains { table.ownerIndex(at: $0) == 0 }
    }
    guard isThere("_stext"), isThere("_etext"), !isThere("_end") else { return false }
    return (0..<table.count).allSatisfy {
      table.type(at: $0) | 0x20 != UInt8(ascii: "b") || table.ownerIndex(at: $0) != 0
    }
  }

  /// Size of a symbol as the kernel computes it, in bytes: the distance to the next greater address;
  /// `nil` where nothing greater is known, and for symbols without a place in memory.
  package func size(of index: Int) -> UInt64? {
    guard index >= 0, index < table.count, table.hasPlace(at: index) else { return nil }
    let address = table.addresses[index]
    let found = match(at: address, inModules: index >= kernelCount)
    guard let found, found.offset == 0 else { return nil }
    return found.size
  }

  /// The symbol that an address belongs to, as `%pS` of the kernel prints it. The kernel's own
  /// symbols come first; for other addresses the nearest symbol of a module below. O(log n).
  package func symbol(at address: UInt64) -> AddressMatch? {
    if bounds.contains(address), let match = match(at: address, inModules: false) { return match }
    return match(at: address, inModules: true)
  }

  private func match(at address: UInt64, inModules: Bool) -> AddressMatch? {
    guard let last = last(notAbove: address, inModules: inModules) else { return nil }
    let best: Int?
    if inModules {
      best = lastPlace(before: last).flatMap { firstAlias(of: $0, inModules) }
    } else {
      best = firstAlias(atPosition: last)
    }
    guard let best else { return nil }
    let start = table.addresses[best]
    return AddressMatch(
      index: best, offset: address &- start,
      size: end(of: best, after: last, address, inModules).map { $0 &- start })
  }

  /// The last symbol of a module, at a position or before it, that names a place.
  private func lastPlace(before last: Int) -> Int? {
    var position = last
    while position >= 0, let index = symbol(atPosition: position, inModules: true) {
      if !isMapping(index) { return index }
      position -= 1
    }
    return nil
  }

  /// The kernel's first symbol of the same address as that at a position.
  private func firstAlias(atPosition last: Int) -> Int? {
    guard let index = symbol(atPosition: last, inModules: false) else { return nil }
    let address = table.addresses[index]
    // Aliases are few; a table of thousands of equal addresses is bisected.
    var first = index
    for position in stride(from: last - 1, through: max(0, last - 16), by: -1) {
      guard let other = symbol(atPosition: position, inModules: false),
        table.addresses[other] == address
      else { return first }
      first = other
    }
    return last < 16 ? first : firstAlias(of: index, false)
  }

  /// The first symbol of the same address, in table order.
  private func firstAlias(of index: Int, _ inModules: Bool) -> Int? {
    let address = table.addresses[index]
    let below = address == 0 ? nil : self.last(notAbove: address - 1, inModules: inModules)
    var position = below.map { $0 + 1 } ?? 0
    while let candidate = symbol(atPosition: position, inModules: inModules) {
      if !inModules || !isMapping(candidate) { return candidate }
      position += 1
    }
    return nil
  }

  /// The next greater address of the same owner.
  private func end(of index: Int, after last: Int, _ address: UInt64, _ inModules: Bool) -> UInt64?
  {
    var position = last + 1
    while let other = symbol(atPosition: position, inModules: inModules) {
      if inModules {
        guard table.ownerIndex(at: other) == table.ownerIndex(at: index) else { return nil }
        if isMapping(other) {
          position += 1
          continue
        }
      }
      return table.addresses[other]
    }
    if inModules { return nil }
    if let initial = bounds.initialText, initial.contains(address) { return initial.upperBound }
    return bounds.main.flatMap { $0.upperBound > table.addresses[index] ? $0.upperBound : nil }
  }

  /// Whether a module's symbol is a label of the compiler or assembler, which the kernel passes over
  /// (`is_mapping_symbol` of include/linux/module_symbol.h).
  private func isMapping(_ index: Int) -> Bool {
    let name = table.name(at: index)
    return name.byteCount == 0 || name.starts(with: ".L") || name.starts(with: "L0")
      || name.starts(with: "$")
  }
}
