import ByteStorage
import ELFFormat
import TestSupport
import Testing

@Suite("Hostile ELF tables")
struct HostileTableTests {
  @Test("a symbol table at an index that no section has is refused", arguments: [-1, 99])
  func noSuchSection(_ index: Int) throws {
    var elf = ELFBuilder()
    elf.addUndefinedSymbol("_printk")
    let bytes = elf.build()
    let file = try ELFFile(ByteSource(bytes.rawSpan))
    var failed = false
    do { _ = try file.symbolTable(at: index) } catch { failed = true }
    #expect(failed)
  }

  @Test("a name without a NUL, or far too long, is empty")
  func longNames() {
    let layout = ELFLayout(is64Bit: true, order: .little)
    let longest = ELFSymbolTable.longestName
    for (length, isRead) in [(longest - 1, true), (longest, false)] {
      let strings = [UInt8](repeating: 0x61, count: length) + [0]
      let table = ELFSymbolTable(
        entries: [UInt8](repeating: 0, count: 24).rawSpan, strings: strings.rawSpan, layout: layout)
      let symbol = table.symbol(at: 0)
      #expect(symbol.map { table.name(of: $0).byteCount } == (isRead ? length : 0))
    }
  }
}
