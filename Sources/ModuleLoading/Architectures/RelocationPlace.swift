internal import ByteStorage
internal import ELFFormat
internal import KernelReleases
internal import Livepatching

/// One relocation section, and the section that it applies to.
struct RelocationPlace {
  let section: Int
  let target: Int
  let size: UInt64
  /// In which order the loader has put the entries, to count what PLTs or stubs need.
  let order: Order

  enum Order {
    /// That of the file.
    case ofFile
    /// By type and symbol: arm.
    case byType
    /// By symbol, type and addend, the highest first: `relacmp` (arch/powerpc/kernel/module_64.c), 5.10 to
    /// 7.2, takes its arguments the other way round.
    case bySymbolDown
  }

  /// What entries reach that is not the module's.
  struct WildAccess {
    /// Whether one reads a symbol after the end of the table.
    var readsBeyondSymbols = false
    /// Whether one has a place outside of its section.
    var writesBeyondSection = false
  }

  /// The first entry that the loader refuses, and what those up to there reach.
  func firstRefusal(
    _ entries: borrowing RelocationEntries, _ types: RelocationTypes,
    _ symbols: borrowing RelocationSymbols, _ moduleName: String, _ wild: inout WildAccess
  ) -> Refusal? {
    let order = self.order.indices(of: entries)
    var highParts: Set<UInt64>?
    var state = RelocationState()
    for (number, index) in order.enumerated() {
      let entry = entries[index]
      if types.checksPlaces,
        let line = misplaced(entry, number, symbols, moduleName)
      {
        return Refusal(.ENOEXEC, line)
      }
      if entry.symbol >= symbols.count { wild.readsBeyondSymbols = true }
      if types.isErrorNumber(entry, symbols) {
        if symbols.isWeak(entry.symbol) { continue }
        return Refusal(
          .ENOENT, "\(moduleName): Unknown symbol \(symbols.name(of: entry.symbol))")
      }
      if let refused = types.refusal(of: entry.type) {
        return Refusal(refused.errno, refused.line)
      }
      if entry.offset >= size, types.writes(entry.type) { wild.writesBeyondSection = true }
      if let refused = types.overflow(entry, number, symbols, self)
        ?? types.misuse(entry, symbols, self, &state)
      {
        return Refusal(refused.errno, refused.line)
      }
      if types.isLowPart(entry.type) {
        let parts = highParts ?? highPlaces(entries, types)
        highParts = parts
        if isLoneLowPart(entry, parts, symbols) {
          return Refusal(.EINVAL, "\(moduleName): Can not find HI20 relocation information")
        }
      }
    }
    return state.highParts.isEmpty ? nil : Refusal(.ENOEXEC)
  }

  /// arm looks at symbol and place before the type.
  private func misplaced(
    _ entry: RelocationEntries.Entry, _ number: Int, _ symbols: borrowing RelocationSymbols,
    _ moduleName: String
  ) -> String? {
    let start = "\(moduleName): section \(section) reloc \(number)"
    if entry.symbol > symbols.count { return "\(start): bad relocation sym offset" }
    // Unsigned, so that every place is inside a section of less than four bytes.
    guard entry.offset > (size &- 4) & 0xffff_ffff else { return nil }
    return "\(start) sym '\(symbols.name(of: entry.symbol))': out of bounds relocation, offset "
      + "\(Int32(truncatingIfNeeded: entry.offset)) size \(size)"
  }

  /// The places of what R_RISCV_PCREL_LO12_I and _S may refer to.
  private func highPlaces(
    _ entries: borrowing RelocationEntries, _ types: RelocationTypes
  ) -> Set<UInt64> {
    var places: Set<UInt64> = []
    for index in 0..<entries.count where types.isHighPart(entries[index].type) {
      places.insert(entries[index].offset)
    }
    return places
  }

  private func isLoneLowPart(
    _ entry: RelocationEntries.Entry, _ parts: Set<UInt64>,
    _ symbols: borrowing RelocationSymbols
  ) -> Bool {
    switch symbols.value(of: entry.symbol) {
    case .own(let section, let offset): section != target || !parts.contains(offset)
    case .number, .foreign: true
    case .unknown: false
    }
  }
}

extension RelocationPlace.Order {
  /// The indices of entries in this order.
  fileprivate func indices(of entries: borrowing RelocationEntries) -> [Int] {
    let all = Array(0..<entries.count)
    switch self {
    case .ofFile: return all
    case .byType:
      let keys = all.map { (entries[$0].type, entries[$0].symbol, $0) }
      return keys.sorted { $0 < $1 }.map(\.2)
    case .bySymbolDown:
      let keys = all.map { (entries[$0].symbol, entries[$0].type, entries[$0].addend, -$0) }
      return keys.sorted { $0 > $1 }.map { -$0.3 }
    }
  }
}
