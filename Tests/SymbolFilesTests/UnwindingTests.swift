import ByteStorage
import ELFFormat
import SymbolTables
import TestSupport
import Testing
import UnwindTables

import SymbolFiles

@Suite("Unwind tables in symbol files")
struct UnwindingTests {
  /// Entries of functions with a stack frame of a word.
  private static func contents(_ count: Int) -> [UInt8] {
    (0..<count).flatMap { _ in [8, 0, 0, 0, 5, 0] as [UInt8] }
  }

  private func frames(_ symbols: [(UInt64, String)]) throws -> [UInt8] {
    var table = SymbolTable()
    for (address, name) in symbols {
      table.append(address: address, type: UInt8(ascii: "t"), name: Array(name.utf8).rawSpan)
    }
    let contents = Self.contents(2)
    let orc = try ORCTable(
      of: [0x1000, 0x1040], contents: ORCTable.Section(contents.rawSpan, address: 0, offset: 0),
      header: RawSpan(), kernel: .one)
    var elf = ELFBuilder()
    elf.type = 2
    elf.addSection(
      ".text", flags: [.alloc, .execInstructions], bytes: [UInt8](repeating: 0x90, count: 0x100),
      address: 0x1000)
    let bytes = elf.build()
    var file = try SymbolFile(ELFFile(ByteSource(bytes.rawSpan)))
    file.addUnwinding(orc, [], table, release: nil)
    return file.frames
  }

  @Test("the padding before a function, which has a symbol of its own, is not a function")
  func padding() throws {
    let functions: [(UInt64, String)] = [(0x1000, "first"), (0x1020, "second"), (0x1060, "third")]
    let padding: [(UInt64, String)] = [(0x1010, "__pfx_second"), (0x1050, "__cfi_third")]
    let expected = try frames(functions)
    #expect(try frames(padding + functions) == expected)
    #expect(try frames(functions + [(0x1010, "other")]) != expected)
  }

  @Test("symbols that a file has twice do not place its sections, and without symbols nothing does")
  func repeatedSymbols() throws {
    var elf = ELFBuilder()
    let text = elf.addSection(
      ".text", flags: [.alloc, .execInstructions], bytes: [UInt8](repeating: 0x90, count: 64))
    let places = elf.addSection(".orc_unwind_ip", bytes: [UInt8](repeating: 0, count: 4))
    elf.addSection(".orc_unwind", bytes: Self.contents(1))
    let section = elf.addSymbol("", section: text, binding: 0, type: 3)
    elf.addUndefinedSymbol("kfree")
    elf.addSymbol("twice", section: text, value: 0, type: 2)
    elf.addSymbol("twice", section: text, value: 16, type: 2)
    elf.addSymbol("function", section: text, value: 0, type: 2)
    elf.addRelocations(
      [.init(offset: 0, symbol: section, type: 2, addend: 0)], forSection: places)
    let bytes = elf.build()
    func reading(_ symbols: [(String, UInt64)]) throws -> LoadedModule.Reading {
      var addresses: [[UInt8]: UInt64] = [:]
      for (name, address) in symbols { addresses[Array(name.utf8)] = address }
      return try LoadedModule.read(
        ELFFile(ByteSource(bytes.rawSpan)), at: addresses, kernel: .one)
    }
    let base: UInt64 = 0xffff_ffff_c000_1000
    guard case .frames(let module) = try reading([("function", base), ("twice", base + 16)]) else {
      Issue.record("no frames")
      return
    }
    #expect(module.code == [base..<(base + 64)])
    for symbols in [[], [("other", base)], [("twice", base)]] as [[(String, UInt64)]] {
      guard case .nothing = try reading(symbols) else {
        Issue.record("not nothing")
        continue
      }
    }
  }

  @Test("records of a module's table that lead out of it are passed over")
  func module() throws {
    var elf = ELFBuilder()
    let text = elf.addSection(
      ".text", flags: [.alloc, .execInstructions], bytes: [UInt8](repeating: 0x90, count: 64))
    let other = elf.addSection(".init.text", flags: [.alloc, .execInstructions], bytes: [0x90])
    let places = elf.addSection(".orc_unwind_ip", bytes: [UInt8](repeating: 0, count: 16))
    elf.addSection(".orc_unwind", bytes: Self.contents(4))
    let section = elf.addSymbol("", section: text, binding: 0, type: 3)
    let gone = elf.addSymbol("", section: other, binding: 0, type: 3)
    elf.addSymbol("function", section: text, type: 2)
    elf.addRelocations(
      [
        .init(offset: 16, symbol: section, type: 2, addend: 0),
        .init(offset: 0, symbol: section, type: 2, addend: 0),
        .init(offset: 4, symbol: gone, type: 2, addend: 0),
        .init(offset: 8, symbol: section, type: 2, addend: 32),
        .init(offset: 12, symbol: 99, type: 2, addend: 48),
      ], forSection: places)
    let bytes = elf.build()
    let base: UInt64 = 0xffff_ffff_c000_1000
    let reading = try LoadedModule.read(
      ELFFile(ByteSource(bytes.rawSpan)), at: [Array("function".utf8): base], kernel: .one)
    guard case .frames(let module) = reading else {
      Issue.record("no frames")
      return
    }
    #expect(module.table.count == 2)
    #expect(module.code == [base..<(base + 64)])
  }
}
