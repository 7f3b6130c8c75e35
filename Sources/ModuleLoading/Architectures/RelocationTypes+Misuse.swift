internal import ELFFormat
internal import KernelReleases
internal import Livepatching

extension RelocationTypes {
  /// What an entry cannot do after those before it in its section.
  func misuse(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols,
    _ place: RelocationPlace, _ state: inout RelocationState
  ) -> Refused? {
    switch machine {
    case .loongArch: return loongArchMisuse(entry, symbols, place, &state)
    case .mips: return mipsMisuse(entry, symbols, &state)
    default: return nil
    }
  }

  /// R_LARCH_SOP_…: a stack that holds what is needed, and no more than there is room for.
  ///
  /// - Note: `rela_stack_push`, `rela_stack_pop` and `apply_r_larch_sop_imm_field`
  ///   (arch/loongarch/kernel/module.c), 5.19 to 7.2.
  private func loongArchMisuse(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols,
    _ place: RelocationPlace, _ state: inout RelocationState
  ) -> Refused? {
    let isDone: Bool
    switch entry.type {
    case 22, 29:
      let distance = RelocationDistance(entry, symbols, place, .unknown).exact
      // A branch that is too far goes through a PLT.
      let isBranch = entry.type == 29
      isDone = state.push(
        isBranch
          ? distance.flatMap { RelocationDistance.signed(28).contains($0) ? $0 : nil } : distance)
    case 23: isDone = state.push(number(entry, symbols))
    case 24:
      guard let top = state.pop(1)?[0] else { return Refused(.ENOEXEC, nil) }
      isDone = state.push(top) && state.push(top)
    case 32...37:
      guard let values = state.pop(entry.type == 37 ? 3 : 2) else { return Refused(.ENOEXEC, nil) }
      isDone = state.push(result(entry.type, values))
    case 39...46:
      guard let value = state.pop(1) else { return Refused(.ENOEXEC, nil) }
      return value[0].flatMap { loongArchOverflow(entry.type, $0) }
    case 38: isDone = state.pop(1) != nil
    default: return nil
    }
    return isDone ? nil : Refused(.ENOEXEC, nil)
  }

  private func number(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols
  ) -> Int64? {
    guard case .number(let value) = symbols.value(of: entry.symbol) else { return nil }
    return Int64(bitPattern: value &+ UInt64(bitPattern: entry.addend))
  }

  private func result(_ type: UInt32, _ values: [Int64?]) -> Int64? {
    guard let first = values[0], let second = values[1] else { return nil }
    switch type {
    case 32: return first &- second
    case 33 where (0..<64).contains(second): return first << second
    case 34 where (0..<64).contains(second): return first >> second
    case 35: return first &+ second
    case 36: return first & second
    case 37: return first != 0 ? second : values[2]
    default: return nil
    }
  }

  private func loongArchOverflow(_ type: UInt32, _ value: Int64) -> Refused? {
    let field = "apply_r_larch_sop_imm_field (\(type)) relocation"
    let start =
      "kmod: module \(moduleName): opr1 = 0x\(String(UInt64(bitPattern: value), radix: 16))"
    if [42, 44, 45].contains(type), value % 4 != 0 {
      return Refused(.ENOEXEC, "\(start) unaligned! dangerous \(field)")
    }
    let bits: [UInt32: Int] = [40: 12, 41: 16, 42: 18, 43: 20, 44: 23, 45: 28]
    let fits =
      switch type {
      case 39: (0..<1 << 12).contains(value)
      case 46: (0..<1 << 32).contains(value)
      default: bits[type].map { RelocationDistance.signed($0).contains(value) } ?? true
      }
    return fits ? nil : Refused(.ENOEXEC, "\(start) overflow! dangerous \(field)")
  }

  /// R_MIPS_26 and PCn want multiples of four; where addends lie in the code, every R_MIPS_HI16 waits for a
  /// R_MIPS_LO16 of the same value.
  ///
  /// - Note: `apply_r_mips_26`, `apply_r_mips_pc`, `apply_r_mips_lo16` and the end of `__apply_relocate`
  ///   (arch/mips/kernel/module.c), 5.10 to 7.2.
  private func mipsMisuse(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols,
    _ state: inout RelocationState
  ) -> Refused? {
    let end =
      rules.has(.mipsHasCommonRelocations)
      ? " relocation" : entry.hasAddend ? " RELA…" : " REL relocation"
    let names: [UInt32: String] = [4: "26", 10: "PC16", 60: "PC21", 61: "PC26"]
    if let name = names[entry.type] {
      guard isOdd(symbols.value(of: entry.symbol), symbols, entry.addend) else { return nil }
      return Refused(.ENOEXEC, "module \(moduleName): dangerous R_MIPS_\(name)\(end)")
    }
    guard !entry.hasAddend else { return nil }
    if entry.type == 5 { state.highParts.append(entry.symbol) }
    if entry.type == 6 {
      for part in state.highParts where symbols.areDifferent(part, entry.symbol) {
        return Refused(.ENOEXEC, "module \(moduleName): dangerous R_MIPS_LO16\(end)")
      }
      state.highParts = []
    }
    return nil
  }
}
