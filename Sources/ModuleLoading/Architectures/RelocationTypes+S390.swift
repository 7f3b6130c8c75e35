internal import ELFFormat
internal import KernelReleases
internal import Livepatching

extension RelocationTypes {
  /// R_390_8, 12, 16, 32 and 20, and distances from the place. Modules lie above 4 GiB; the kernel may not.
  func s390Overflow(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols,
    _ place: RelocationPlace
  ) -> Refused? {
    if let field = RelocationTypes.s390Distances[entry.type] {
      return field.misfits(entry, symbols, place) ? s390Refused(entry, symbols, "…") : nil
    }
    let limits: [UInt32: UInt64] = [1: 0xff, 2: 0xfff, 3: 0xffff, 4: 0xffff_ffff, 57: 0x7_ffff]
    guard let limit = limits[entry.type] else { return nil }
    let isSigned = entry.type == 57
    // The kernel begins at a megabyte or above.
    if case .foreign = symbols.value(of: entry.symbol),
      limit > 0x7_ffff || entry.addend.magnitude > 0x8_0000
    {
      return nil
    }
    let shown: String
    switch misfit(entry, symbols, unless: { (isSigned && $0 >> 63 == 1 ? ~$0 : $0) <= limit }) {
    case nil: return nil
    case .address: shown = "…"
    case .number(let value): shown = "\(String(value, radix: 16)))"
    }
    return s390Refused(entry, symbols, shown)
  }

  private func s390Refused(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols, _ value: String
  ) -> Refused {
    Refused(
      .ENOEXEC,
      "module \(moduleName): relocation error for symbol \(symbols.name(of: entry.symbol)) "
        + "(r_type \(entry.type), value 0x\(value)")
  }

  /// R_390_PC16, PC32, PC16DBL, PC32DBL, PLT16DBL, PLT32DBL, GOTPC, GOTPCDBL, GOTENT and GOTPLTENT.
  private static let s390Distances: [UInt32: S390Distance] = [
    5: .init(.symbol, bits: 32), 16: .init(.symbol, bits: 16),
    17: .init(.symbol, bits: 17, isEven: true), 19: .init(.symbol, bits: 33, isEven: true),
    18: .init(.stub, bits: 17, isEven: true), 20: .init(.stub, bits: 33, isEven: true),
    14: .init(.module, bits: 32), 21: .init(.module, bits: 33, isEven: true),
    26: .init(.module, bits: 33, isEven: true), 33: .init(.module, bits: 33, isEven: true),
  ]
}

/// A field of s390 with a distance from its place.
///
/// - Note: `apply_rela` and `apply_rela_bits` (arch/s390/kernel/module.c), 5.10 to 7.2.
private struct S390Distance {
  /// What it is the distance to.
  enum Goal {
    /// The symbol. The kernel may lie anywhere.
    case symbol
    /// The symbol, or if it is 4 GiB away or more, an entry of the module's PLT.
    case stub
    /// The module's GOT.
    case module
  }

  let goal: Goal
  /// Bits of the distance in bytes.
  let bits: Int
  /// Whether the lowest bit has to be 0.
  let isEven: Bool

  /// The room for modules.
  private static let room: Int64 = 1 << 31
  /// Where that is: at the end of what page tables of three or more levels show.
  private static let modules: ClosedRange<UInt64> = 1 << 41...1 << 53

  init(_ goal: Goal, bits: Int, isEven: Bool = false) {
    (self.goal, self.bits, self.isEven) = (goal, bits, isEven)
  }

  /// Whether the distance fits nowhere, or is odd, which is found before anything is written. Compilers put
  /// every symbol of s390 at an even address.
  func misfits(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols,
    _ place: RelocationPlace
  ) -> Bool {
    let addend = UInt64(bitPattern: entry.addend) &- entry.offset
    let value = symbols.value(of: entry.symbol)
    var offset: UInt64? = 0
    switch (goal, value) {
    case (.module, _), (_, .foreign): break
    case (_, .own(let section, let start)):
      offset = section == place.target || symbols.isAligned(section, to: 2) ? start : nil
    case (.stub, .number), (_, .unknown): return false
    case (_, .number): offset = nil
    }
    let isPlaced = symbols.isAligned(place.target, to: 2)
    if isEven, let offset, isPlaced || goal == .symbol && isSame(value, place) {
      if (goal == .symbol || offset & 1 == 0) && (offset &+ addend) & 1 != 0 { return true }
    }
    let fitting = RelocationDistance.signed(bits)
    switch goal {
    case .symbol:
      // The copy of the file lies at the other end of vmalloc's 512 GiB.
      let reach = RelocationDistance.Reach(
        ownSections: S390Distance.room, kernel: nil, modules: S390Distance.modules, isCopyFar: true)
      return RelocationDistance(entry, symbols, place, reach).misses(fitting)
    case .stub:
      // From a place outside of its section only the PLT's entry can be meant.
      let isOutside = entry.offset >= place.size
      let range = RelocationDistance.around(
        isOutside ? addend : UInt64(bitPattern: entry.addend), 1 << 32)
      return range.map { !$0.overlaps(fitting) } ?? false
    case .module:
      let range = RelocationDistance.around(addend, S390Distance.room)
      return range.map { !$0.overlaps(fitting) } ?? false
    }
  }

  private func isSame(_ value: RelocationSymbols.Value, _ place: RelocationPlace) -> Bool {
    if case .own(place.target, _) = value { return true }
    return false
  }
}
