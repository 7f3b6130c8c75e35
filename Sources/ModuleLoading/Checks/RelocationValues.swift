internal import ByteStorage
internal import ELFFormat

/// What x86-64 relocations write, as far as it follows from the file and from where the kernel and
/// its modules can lie.
///
/// - Note: arch/x86/include/asm/pgtable_64_types.h, `MODULES_VADDR` and `MODULES_END`;
///   `simplify_symbols` (kernel/module/main.c), 5.10 to 7.2.
struct RelocationValues: ~Escapable {
  /// A value that does not fit: only absolute ones are known.
  enum Overflow { case known(UInt64), unknown }

  private let symbols: ELFSymbolTable
  private let sections: [ELFSection]
  private let perCPU: Int
  private let indices: ELFValidity.Indices
  /// Distances from the end of the address space.
  private let modules: ClosedRange<Int128>
  private static let kernelOrModules: ClosedRange<Int128> = -0x8000_0000 ... -0x100_0000
  /// The file itself, in the loader's hands.
  private static let copies: ClosedRange<Int128> = -0x8000_0000_0000 ... -0x100_0000_0000

  @_lifetime(copy map)
  init(_ map: borrowing SectionMap, _ indices: ELFValidity.Indices, hasRandomBase: Bool?) {
    symbols = ELFSymbolTable(
      entries: map.bytes(indices.symbols), strings: map.bytes(indices.strings), layout: map.layout)
    sections = map.sections
    perCPU = map.find(".data..percpu")
    self.indices = indices
    modules = (hasRandomBase ?? false ? -0x4000_0000 : -0x6000_0000) ... -0x100_0000
  }

  /// Whether a 32-bit value never fits: type 10 is extended by zeros, 11 by the sign.
  func overflow(_ type: UInt32, _ index: UInt32, _ addend: Int64) -> Overflow? {
    guard let symbol = symbols.symbol(at: Int(index)) else { return nil }
    let fitting: ClosedRange<Int128> =
      type == 10 ? 0...0xffff_ffff : -0x8000_0000...0x7fff_ffff
    let section = Int(symbol.sectionIndex)
    let base: ClosedRange<Int128>
    switch symbol.sectionIndex {
    case ELFSectionIndex.absolute, ELFSectionIndex.livepatch:
      let value = symbol.value &+ UInt64(bitPattern: addend)
      let number = type == 10 ? Int128(value) : Int128(Int64(bitPattern: value))
      return fitting.contains(number) ? nil : .known(value)
    case ELFSectionIndex.undefined:
      // A weak symbol may stay zero.
      if symbol.isWeak || index == 0 || symbols.name(of: symbol).equals("_GLOBAL_OFFSET_TABLE_") {
        return nil
      }
      base = RelocationValues.kernelOrModules
    default:
      guard section < sections.count, section != perCPU else { return nil }
      base = isKept(section) ? modules : RelocationValues.copies
    }
    var distance = Int128(addend)
    if symbol.sectionIndex != ELFSectionIndex.undefined {
      distance += Int128(Int64(bitPattern: symbol.value))
    }
    let (low, high) = (base.lowerBound + distance, base.upperBound + distance)
    return high < fitting.lowerBound || low > fitting.upperBound ? .unknown : nil
  }

  private func isKept(_ section: Int) -> Bool {
    sections[section].flags.contains(.alloc) && !indices.isDropped(section)
  }

  /// What a relocation writes; `nil` if that depends on addresses.
  func written(
    _ type: UInt32, _ index: UInt32, _ addend: Int64, _ target: Int, _ place: UInt64
  ) -> UInt64? {
    guard let symbol = symbols.symbol(at: Int(index)) else { return nil }
    let value = symbol.value &+ UInt64(bitPattern: addend)
    switch type {
    case 1, 10, 11: return symbol.sectionIndex == ELFSectionIndex.absolute ? value : nil
    default: return Int(symbol.sectionIndex) == target ? value &- place : nil
    }
  }

  /// Whether a table of the module structure puts something in place of `init_module` that is no code
  /// of the module: an absolute address, or one in what the loader does not keep.
  func hasWildInit(_ table: RawSpan) -> Bool {
    for number in 0..<min(64, table.byteCount / 24) {
      guard let info = table.integer(UInt64.self, at: number &* 24 &+ 8, .little),
        let addend = table.integer(UInt64.self, at: number &* 24 &+ 16, .little),
        let symbol = symbols.symbol(at: Int(truncatingIfNeeded: info >> 32)),
        symbols.name(of: symbol).equals("init_module")
      else { continue }
      let section = Int(symbol.sectionIndex)
      if symbol.sectionIndex == ELFSectionIndex.absolute { return symbol.value &+ addend != 0 }
      if section > 0, section < sections.count { return !isKept(section) }
    }
    return false
  }
}
