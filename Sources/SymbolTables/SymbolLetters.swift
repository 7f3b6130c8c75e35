internal import ByteStorage
package import ELFFormat

/// The letters that show what a symbol is. `nm` derives them from section flags and the symbol's
/// binding; the kernel does the same for the symbols of a module, but capitals there say that the
/// module exports the symbol.
///
/// - Note: binutils, `bfd_decode_symclass`; kernel/module/kallsyms.c, `elf_type`.
package struct SymbolLetters: Sendable {
  private let sections: [UInt8]
  /// Which section holds per-CPU variables, if any.
  private let perCPU: Int?

  package init(_ elf: ELFFile) {
    sections = elf.sections.map { SymbolLetters.letter(of: $0, elf.name(of: $0)) }
    perCPU = elf.sectionIndex(named: ".data..percpu")
  }

  package func letter(of symbol: ELFSymbol) -> UInt8 {
    let isGlobal = symbol.binding != .local
    let isObject = symbol.type == .object
    if symbol.sectionIndex == ELFSectionIndex.common { return UInt8(ascii: "C") }
    if symbol.sectionIndex == ELFSectionIndex.undefined {
      if symbol.isWeak { return UInt8(ascii: isObject ? "v" : "w") }
      return UInt8(ascii: "U")
    }
    if symbol.type == .indirectFunction { return UInt8(ascii: "i") }
    if symbol.isWeak { return UInt8(ascii: isObject ? "V" : "W") }
    if symbol.binding == .unique { return UInt8(ascii: "u") }
    let letter =
      symbol.sectionIndex == ELFSectionIndex.absolute
      ? UInt8(ascii: "a") : sectionLetter(symbol.sectionIndex)
    let isLetter = letter != UInt8(ascii: "?")
    return isGlobal && isLetter ? letter & 0xdf : letter
  }

  /// The letter that /proc/kallsyms shows for a symbol of a loaded module: a capital if exported.
  package func kernelLetter(of symbol: ELFSymbol, isExported: Bool) -> UInt8 {
    let letter = kernelLetter(of: symbol)
    if letter == UInt8(ascii: "?") { return letter }
    return isExported ? letter & 0xdf : letter | 0x20
  }

  private func kernelLetter(of symbol: ELFSymbol) -> UInt8 {
    if symbol.isWeak { return UInt8(ascii: symbol.type == .object ? "v" : "w") }
    switch symbol.sectionIndex {
    case ELFSectionIndex.undefined: return UInt8(ascii: "u")
    case ELFSectionIndex.absolute: return UInt8(ascii: "a")
    case ELFSectionIndex.reserved...: return UInt8(ascii: "?")
    default: break
    }
    if Int(symbol.sectionIndex) == perCPU { return UInt8(ascii: "a") }
    return sectionLetter(symbol.sectionIndex)
  }

  private func sectionLetter(_ index: UInt16) -> UInt8 {
    Int(index) < sections.count ? sections[Int(index)] : UInt8(ascii: "?")
  }

  private static func letter(of section: ELFSection, _ name: RawSpan) -> UInt8 {
    if section.flags.contains(.execInstructions) { return UInt8(ascii: "t") }
    if section.flags.contains(.alloc) {
      if section.type == .nobits { return UInt8(ascii: "b") }
      return UInt8(ascii: section.flags.contains(.write) ? "d" : "r")
    }
    if name.starts(with: ".debug") { return UInt8(ascii: "N") }
    return UInt8(ascii: section.flags.contains(.write) ? "?" : "n")
  }
}
