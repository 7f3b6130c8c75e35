internal import ELFFormat
internal import KernelReleases
internal import Livepatching

extension RelocationTypes {
  /// R_PPC64_REL24 and REL32, and distances from the TOC pointer. What is of one module lies within 2^39 bytes.
  ///
  /// - Note: `apply_relocate_add` (arch/powerpc/kernel/module_64.c), 5.10 to 7.2.
  func powerPC64Overflow(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols,
    _ place: RelocationPlace
  ) -> Refused? {
    let start = "module_64: \(moduleName): "
    switch entry.type {
    case 10 where symbols.isElsewhere(entry.symbol):
      return unrestorable(entry, symbols, place).map { Refused(.ENOEXEC, start + $0) }
    case 10, 26:
      let isBranch = entry.type == 10
      let reach = RelocationDistance.Reach(
        ownSections: 1 << 39, kernel: nil, modules: RelocationTypes.powerPC64Modules)
      let distance = RelocationDistance(entry, symbols, place, reach)
      var fitting = RelocationDistance.signed(isBranch ? 26 : 32)
      // The local entry point of a function is up to 128 bytes after its symbol.
      if isBranch { fitting = fitting.lowerBound - 128...fitting.upperBound }
      guard distance.misses(fitting) || isBranch && distance.remainder ?? 0 != 0 else {
        return nil
      }
      return Refused(.ENOEXEC, "\(start)\(isBranch ? "REL24" : "REL32") …")
    case 47, 63, 64:
      return misplacedInTOC(entry, symbols).map { Refused(.ENOEXEC, "\(start)bad \($0) …") }
    default: return nil
    }
  }

  /// What vmalloc gives out, with both kinds of page tables.
  private static let powerPC64Modules: ClosedRange<UInt64> =
    0xc000_0000_0000_0000...0xdfff_ffff_ffff_ffff

  /// R_PPC64_TOC16, TOC16_DS and TOC16_LO_DS: the TOC pointer is a multiple of 256, 32 KiB after the
  /// start of `.toc`.
  private func misplacedInTOC(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols
  ) -> String? {
    guard case .own(let section, let offset) = symbols.value(of: entry.symbol) else { return nil }
    let value = Int64(bitPattern: offset &+ UInt64(bitPattern: entry.addend))
    let isOdd = entry.type != 47 && symbols.isAligned(section) && value & 3 != 0
    // What is not in .toc lies up to 2^39 bytes from it, and .toc up to 255 after a multiple of 256.
    let reach: Int64 = symbols.isTOC(section) ? 255 : 1 << 39
    let isFar =
      entry.type != 64
      && (RelocationDistance.around(UInt64(bitPattern: value), reach).map {
        !$0.overlaps(0...0xffff)
      } ?? false)
    guard isOdd || isFar else { return nil }
    let name = entry.type == 47 ? "TOC16" : entry.type == 63 ? "TOC16_DS" : "TOC16_LO_DS"
    return "\(name) relocation"
  }

  /// What is wrong with the instruction after a call that leaves the module: `restore_r2` wants one to
  /// replace.
  private func unrestorable(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols,
    _ place: RelocationPlace
  ) -> String? {
    // With PPC_KERNEL_PCREL nobody uses r2.
    guard !accepts(132), let call = symbols.word(at: entry.offset, of: place.target),
      let next = symbols.word(at: entry.offset &+ 4, of: place.target), next != 0x6000_0000,
      !["_mcount", "ftrace_caller", "ftrace_regs_caller"].contains(
        symbols.name(of: entry.symbol).drop { $0 == "." })
    else { return nil }
    guard rules.has(.powerpcKnowsSiblingCalls) else {
      return "Expect noop after relocate, got \(hexadecimal(next))"
    }
    let isBranch = call >> 26 == 18 || call >> 26 == 16
    if !isBranch || call & 3 != 1 { return nil }
    let restoring: UInt32 = symbols.isLittleEndian ? 0xe841_0018 : 0xe841_0028
    if rules.has(.powerpcKnowsRestoredPointer), next == restoring { return nil }
    return "Expected nop after call, got \(hexadecimal(next)) at …"
  }

  private func hexadecimal(_ word: UInt32) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }
}
