import ByteStorage
import DWARFFormat
import ELFFormat
import TestSupport
import Testing

/// The rules are those of the ELF supplements of the processors.
@Suite("Relocations of debug sections")
struct DebugRelocationTests {
  /// The bytes of a section after its relocations; symbols are in `.text` at 0x40, in a section that
  /// is not there, and undefined.
  private func relocated(
    _ machine: ELFMachine, _ bytes: [UInt8], isPlaced: Bool = false,
    _ entries: (_ symbols: [Int]) -> [ELFBuilder.Relocation]
  ) throws -> [UInt8] {
    func build(_ beyond: Int) -> [UInt8] {
      var elf = ELFBuilder(machine: machine)
      let text = elf.addSection(".text", flags: [.alloc, .execInstructions], bytes: [0])
      let strings = elf.addSection(".debug_str", flags: [], bytes: bytes)
      let symbols = [
        elf.addSymbol("here", section: text, value: 0x40),
        elf.addSymbol("beyond", section: beyond, value: 0x50, type: 2),
        elf.addUndefinedSymbol("nowhere"),
      ]
      elf.addRelocations(entries(symbols), forSection: strings)
      return elf.build()
    }
    let count = try ELFFile(ByteSource(build(0xfff1).rawSpan)).sections.count
    let data = try DebugData(
      MappedFile(copying: build(count).rawSpan), [.strings], placesSections: isPlaced)
    let name = Array("beyond".utf8)
    #expect(try data.functions(named: name.rawSpan) == [0x50])
    return data.bytes(.strings).array
  }

  @Test("values of symbols are stored; of sections that have no place they count from 0")
  func values() throws {
    for isPlaced in [false, true] {
      let found = try relocated(.x86_64, [UInt8](repeating: 0xee, count: 16), isPlaced: isPlaced) {
        symbols in
        symbols.enumerated().map {
          ELFBuilder.Relocation(
            offset: UInt64(4 * $0.offset), symbol: $0.element, type: 10, addend: 2)
        }
      }
      #expect(Array(found[4...]) == [0x52, 0, 0, 0, 2, 0, 0, 0, 0xee, 0xee, 0xee, 0xee])
      // Sections are placed from 0x1000 on.
      #expect(Array(found[..<4]) == [0x42, isPlaced ? 0x10 : 0, 0, 0])
    }
  }

  @Test("types that are not known, and places past the end, are passed over")
  func unknown() throws {
    let found = try relocated(.x86_64, [1, 2, 3, 4, 5, 6, 7, 8]) { symbols in
      let places: [(UInt64, UInt32)] = [
        (1, 25), (1, 24), (1, 26), (1, 200), (1, 9), (5, 10), (4, 10),
      ]
      return places.map {
        ELFBuilder.Relocation(offset: $0.0, symbol: symbols[0], type: $0.1)
      }
    }
    #expect(found == [1, 2, 3, 4, 0x40, 0, 0, 0])
  }

  @Test("LEB128 numbers keep their length, and what follows them is relocated too")
  func lebs() throws {
    // R_RISCV_SET_ULEB128 and SUB_ULEB128, SET8.
    let found = try relocated(.riscV, [0x80, 0x80, 0x00, 0x7f, 0xee, 0xee]) { symbols in
      [
        .init(offset: 0, symbol: symbols[0], type: 60, addend: 0x200),
        .init(offset: 0, symbol: 0, type: 61, addend: 0x14),
        .init(offset: 3, symbol: symbols[0], type: 60),
        .init(offset: 4, symbol: symbols[0], type: 54),
      ]
    }
    // 0x240 - 0x14 = 0x22c.
    #expect(found == [0xac, 0x84, 0x00, 0x40, 0x40, 0xee])
  }
}
