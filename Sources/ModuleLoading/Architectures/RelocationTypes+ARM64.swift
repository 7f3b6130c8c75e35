internal import ELFFormat
internal import KernelReleases
internal import Livepatching

extension RelocationTypes {
  /// R_AARCH64_ABS32 and ABS16, those of MOVW that check, and distances from the place.
  func arm64Overflow(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols,
    _ place: RelocationPlace
  ) -> Refused? {
    if let bits = RelocationTypes.arm64Distances[entry.type] {
      return arm64FarOverflow(entry, symbols, place, bits)
    }
    let fits: (UInt64) -> Bool
    switch entry.type {
    case 258, 265: fits = { $0 <= 0xffff_ffff }
    case 259, 263: fits = { $0 <= 0xffff }
    case 267: fits = { $0 <= 0xffff_ffff_ffff }
    // Signed: small negative numbers fit, addresses do not.
    case 270: fits = { ($0 >> 63 == 0 ? $0 : ~$0) <= 0xffff }
    case 271: fits = { ($0 >> 63 == 0 ? $0 : ~$0) <= 0xffff_ffff }
    // Addresses fit, as far as they are of 48 bits.
    case 272: fits = { ($0 >> 63 == 0 ? $0 : ~$0) <= 0xffff_ffff_ffff }
    default: return nil
    }
    let start = arm64OverflowStart(entry)
    switch misfit(entry, symbols, unless: fits) {
    case nil: return nil
    case .address: return entry.type == 272 ? nil : Refused(.ENOEXEC, "\(start) …")
    case .number(let value): return Refused(.ENOEXEC, "\(start) \(String(value, radix: 16))")
    }
  }

  /// R_AARCH64_PREL32 and PREL16, LD_PREL_LO19, ADR_PREL_LO21, ADR_PREL_PG_HI21, TSTBR14, CONDBR19,
  /// MOVW_PREL_G0 and G1, with the bits that the distance in bytes has. Branches over 26 bits go through
  /// a PLT.
  private static let arm64Distances: [UInt32: Int] = [
    261: 32, 262: 16, 273: 21, 274: 21, 275: 33, 279: 16, 280: 21, 287: 17, 289: 33,
  ]

  /// A distance that fits nowhere. Modules and kernel lie within 4 GiB (`module_alloc_base`; 2 GiB since
  /// 6.5), which are in the last 2^52 bytes of the address space, and not in the last 2^36.
  private func arm64FarOverflow(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols,
    _ place: RelocationPlace, _ bits: Int
  ) -> Refused? {
    if case .number(let number) = symbols.value(of: entry.symbol) {
      let value = number &+ UInt64(bitPattern: entry.addend)
      guard value < 0xffef_fff0_0000_0000 else { return nil }
      return Refused(.ENOEXEC, "\(arm64OverflowStart(entry)) \(String(value, radix: 16))")
    }
    let reach = RelocationDistance.Reach(ownSections: 1 << 32, kernel: 1 << 32)
    let distance = RelocationDistance(entry, symbols, place, reach)
    // ADRP counts pages.
    let slack: Int64 = entry.type == 275 ? 4096 : 0
    let fitting = RelocationDistance.signed(bits)
    guard distance.misses(fitting.lowerBound - slack...fitting.upperBound + slack) else {
      return nil
    }
    return Refused(.ENOEXEC, "\(arm64OverflowStart(entry)) …")
  }

  private func arm64OverflowStart(_ entry: RelocationEntries.Entry) -> String {
    "\(lineStart)module \(moduleName): overflow in relocation type \(entry.type) val"
  }
}
