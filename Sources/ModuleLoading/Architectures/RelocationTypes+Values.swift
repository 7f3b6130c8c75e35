internal import ELFFormat
internal import KernelReleases
internal import Livepatching

extension RelocationTypes {
  /// Whether a type writes to its place: riscv's RELAX does not.
  func writes(_ type: UInt32) -> Bool { type != 0 && !(machine == .riscV && type == 51) }

  /// Whether riscv, LoongArch and mips take a symbol's value for an error number, before they look at the
  /// type.
  ///
  /// - Note: `IS_ERR_VALUE` in `apply_relocate_add` (arch/{riscv,loongarch}/kernel/module.c), and in
  ///   `__apply_relocate` (arch/mips/kernel/module.c), 5.10 to 7.2.
  func isErrorNumber(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols
  ) -> Bool {
    guard [.riscV, .loongArch, .mips].contains(machine),
      case .number(let value) = symbols.value(of: entry.symbol)
    else { return false }
    let last: UInt64 = is64Bit ? .max : 0xffff_ffff
    return value > last - 4095
  }

  /// Whether arm's checks of symbol and place apply.
  var checksPlaces: Bool { machine == .arm }

  /// R_RISCV_PCREL_LO12_I and _S: the value is that of another relocation, at the symbol's address.
  func isLowPart(_ type: UInt32) -> Bool { machine == .riscV && (24...25).contains(type) }

  /// R_RISCV_PCREL_HI20 and GOT_HI20.
  func isHighPart(_ type: UInt32) -> Bool { type == 23 || type == 20 }

  /// A value that does not fit.
  enum Misfit { case number(UInt64), address }

  /// Values that never fit, wherever the module and the kernel lie. Addresses
  /// in lines are left out (`…`): only the kernel knows them.
  func overflow(
    _ entry: RelocationEntries.Entry, _ number: Int, _ symbols: borrowing RelocationSymbols,
    _ place: RelocationPlace
  ) -> Refused? {
    switch machine {
    case .aarch64: return arm64Overflow(entry, symbols, place)
    case .s390: return s390Overflow(entry, symbols, place)
    case .powerPC64: return powerPC64Overflow(entry, symbols, place)
    case .riscV where is64Bit && entry.type != 1: return riscVOverflow(entry, symbols, place)
    case .riscV where is64Bit:
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

  /// The value of an entry that does not fit. Addresses lie in the upper half of the address space, and
  /// stay there with an addend of less than 2^40.
  func misfit(
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

  /// Whether a value is certainly no multiple of four.
  func isOdd(
    _ value: RelocationSymbols.Value, _ symbols: borrowing RelocationSymbols, _ addend: Int64 = 0
  ) -> Bool {
    let addend = UInt64(bitPattern: addend)
    return switch value {
    case .number(let number): (number &+ addend) & 3 != 0
    case .own(let section, let offset):
      symbols.misalignment(of: section).map { ($0 &+ offset &+ addend) & 3 != 0 } ?? false
    case .foreign, .unknown: false
    }
  }
}
