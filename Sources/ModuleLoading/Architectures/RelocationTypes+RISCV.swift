internal import ELFFormat
internal import KernelReleases
internal import Livepatching

extension RelocationTypes {
  /// R_RISCV_PCREL_HI20; without a PLT also CALL, CALL_PLT and PLT32. Modules lie within 4 GiB of the
  /// kernel (`MODULES_VADDR`).
  ///
  /// - Note: `riscv_insn_valid_32bit_offset` (arch/riscv/kernel/module.c), 5.10 to 7.2.
  func riscVOverflow(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols,
    _ place: RelocationPlace
  ) -> Refused? {
    guard entry.type == 23 || [18, 19, 59].contains(entry.type) && !accepts(20) else { return nil }
    let reach = RelocationDistance.Reach(ownSections: 1 << 32, kernel: 1 << 32)
    let fitting: ClosedRange<Int64> = -0x8000_0800...0x7fff_f7ff
    guard RelocationDistance(entry, symbols, place, reach).misses(fitting) else { return nil }
    return Refused(.EINVAL, "\(moduleName): target …")
  }
}
