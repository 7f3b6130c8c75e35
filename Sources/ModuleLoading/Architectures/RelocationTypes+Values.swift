internal import ELFFormat
internal import KernelReleases
internal import Livepatching

extension RelocationTypes {
  /// Whether arm's checks of symbol and place apply.
  var checksPlaces: Bool { machine == .arm }

  /// R_RISCV_PCREL_LO12_I and _S: the value is that of another relocation, at the symbol's address.
  func isLowPart(_ type: UInt32) -> Bool { machine == .riscV && (24...25).contains(type) }

  /// R_RISCV_PCREL_HI20 and GOT_HI20.
  func isHighPart(_ type: UInt32) -> Bool { type == 23 || type == 20 }

  /// A value that does not fit.
  private enum Misfit { case number(UInt64), address }

  /// Values that never fit, wherever the module and the kernel lie. Addresses
  /// in lines are left out (`…`): only the kernel knows them.
  func overflow(
    _ entry: RelocationEntries.Entry, _ number: Int, _ symbols: borrowing RelocationSymbols,
    _ place: RelocationPlace
  ) -> Refused? {
    switch machine {
    case .aarch64: return arm64Overflow(entry, symbols)
    case .s390: return s390Overflow(entry, symbols)
    case .powerPC64 where entry.type == 10:
      guard case .own = symbols.value(of: entry.symbol), entry.addend.magnitude >= 1 << 40 else {
        return nil
      }
      return Refused(.ENOEXEC, "module_64: \(moduleName): REL24 …")
    case .riscV where is64Bit && entry.type == 1:
      switch misfit(entry, symbols, unless: { $0 <= 0xffff_ffff }) {
      case nil: return nil
      case .address: return Refused(.EINVAL, "\(moduleName): value …")
      case .number(let value):
        return Refused(
          .EINVAL, "\(moduleName): value \(padded(value)) out of range for 32-bit field")
      }
    case .arm where [1, 28, 29].contains(entry.type):
      guard isOdd(symbols.value(of: entry.symbol), symbols) else { return nil }
      return Refused(
        .ENOEXEC,
        "\(moduleName): section \(place.section) reloc \(number) sym "
          + "'\(symbols.name(of: entry.symbol))': unsupported interworking call (ARM -> Thumb)")
    default: return nil
    }
  }

  /// R_390_8, 12, 16, 32 and 20. Modules lie above 4 GiB; the kernel may not.
  private func s390Overflow(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols
  ) -> Refused? {
    let limits: [UInt32: UInt64] = [1: 0xff, 2: 0xfff, 3: 0xffff, 4: 0xffff_ffff, 57: 0x7_ffff]
    guard let limit = limits[entry.type] else { return nil }
    let isSigned = entry.type == 57
    if case .foreign = symbols.value(of: entry.symbol) { return nil }
    let shown: String
    switch misfit(entry, symbols, unless: { (isSigned && $0 >> 63 == 1 ? ~$0 : $0) <= limit }) {
    case nil: return nil
    case .address: shown = "…"
    case .number(let value): shown = "\(String(value, radix: 16)))"
    }
    return Refused(
      .ENOEXEC,
      "module \(moduleName): relocation error for symbol \(symbols.name(of: entry.symbol)) "
        + "(r_type \(entry.type), value 0x\(shown)")
  }

  /// R_AARCH64_ABS32 and ABS16, those of MOVW that check, and distances from the place.
  private func arm64Overflow(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols
  ) -> Refused? {
    if RelocationTypes.arm64Distances.contains(entry.type) {
      return arm64FarOverflow(entry, symbols)
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
  /// MOVW_PREL_G0 and G1: at most 4 GiB. Branches over 26 bits go through a PLT.
  private static let arm64Distances: Set<UInt32> = [261, 262, 273, 274, 275, 279, 280, 287, 289]

  /// A distance from a module to a number that is no address of the kernel: modules lie in the last 2^52
  /// bytes of the address space, and not in the last 2^36.
  private func arm64FarOverflow(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols
  ) -> Refused? {
    guard case .number(let number) = symbols.value(of: entry.symbol) else { return nil }
    let value = number &+ UInt64(bitPattern: entry.addend)
    guard value < 0xffef_fff0_0000_0000 else { return nil }
    return Refused(.ENOEXEC, "\(arm64OverflowStart(entry)) \(String(value, radix: 16))")
  }

  private func arm64OverflowStart(_ entry: RelocationEntries.Entry) -> String {
    "\(lineStart)module \(moduleName): overflow in relocation type \(entry.type) val"
  }

  /// The value of an entry that does not fit. Addresses lie in the upper half of the address space, and
  /// stay there with an addend of less than 2^40.
  private func misfit(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols,
    unless fits: (UInt64) -> Bool
  ) -> Misfit? {
    switch symbols.value(of: entry.symbol) {
    case .number(let number):
      let value = number &+ UInt64(bitPattern: entry.addend)
      return fits(value) ? nil : .number(value)
    case .own, .foreign: return entry.addend.magnitude < 1 << 40 ? .address : nil
    case .unknown: return nil
    }
  }

  private func padded(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  private func isOdd(
    _ value: RelocationSymbols.Value, _ symbols: borrowing RelocationSymbols
  ) -> Bool {
    switch value {
    case .number(let number): number & 3 != 0
    case .own(let section, let offset): offset & 3 != 0 && symbols.isAligned(section)
    case .foreign, .unknown: false
    }
  }
}
