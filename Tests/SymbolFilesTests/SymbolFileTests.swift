import ByteStorage
import ELFFormat
import SymbolFiles
import SymbolTables
import TestSupport
import Testing

@Suite("Symbol files")
struct SymbolFileTests {
  private static func table() -> SymbolTable {
    var table = SymbolTable()
    for (address, letter, name) in [
      (0x1000, "T", "_stext"), (0x1000, "T", "start"), (0x1040, "t", "init_once.llvm.12"),
      (0x1080, "T", "_etext"), (0x2000, "D", "_sdata"), (0x2000, "d", "counter"),
      (0x2010, "D", "_edata"), (0x3000, "B", "__bss_start"), (0x3000, "b", "buffer"),
      (0x3100, "B", "__bss_stop"),
    ] as [(UInt64, Unicode.Scalar, String)] {
      table.append(
        address: address, type: UInt8(ascii: letter), name: Array(name.utf8).rawSpan)
    }
    return table
  }

  @Test(
    "a list alone gives sections from its bounds, and symbols with their sizes",
    arguments: [(4, ByteOrder.little), (4, .big), (8, .little), (8, .big)])
  func list(_ wordSize: Int, _ order: ByteOrder) throws {
    let table = Self.table()
    let file = SymbolFile(boundsIn: table, order: order, wordSize: wordSize)
    #expect(file.hasSections && !file.hasImage)
    let bytes = file.bytes(table, chosen: Array(0..<table.count))
    let elf = try ELFFile(ByteSource(bytes.rawSpan))
    #expect(elf.layout == ELFLayout(is64Bit: wordSize == 8, order: order))
    let place = try #require(elf.sections.firstIndex { $0.type == .symtab })
    let symbols = try elf.symbolTable(at: place)
    var sizes: [String: UInt64] = [:]
    for index in 0..<symbols.count {
      guard let symbol = symbols.symbol(at: index) else { continue }
      sizes[symbols.name(of: symbol).text] = symbol.size
    }
    #expect(sizes["start"] == 0x40)
    #expect(sizes["init_once.llvm.12"] == 0x40)
    #expect(sizes["_etext"] == 0)
  }

  @Test(
    "names are written in the form that was asked for",
    arguments: [(SymbolFile.Naming.linkage, "init_once.llvm.12"), (.source, "init_once")])
  func naming(_ naming: SymbolFile.Naming, _ name: String) {
    let table = Self.table()
    let file = SymbolFile(boundsIn: table, order: .little, wordSize: 8)
    let bytes = file.bytes(table, chosen: [2], naming: naming)
    #expect(String(decoding: bytes, as: UTF8.self).contains("\0\(name)\0"))
  }

  @Test("symbols at edges have no size where others are, others with short names have theirs")
  func edges() throws {
    var table = SymbolTable()
    let all: [(UInt64, String, Bool)] = [
      (0x1000, "_stext", false), (0x1010, "__x", true), (0x1020, "_e", true),
      (0x1030, "__a_start", false), (0x1040, "__a_end", false), (0x1050, "__start_a", false),
      (0x1060, "__stop_a", false), (0x1070, "__end_a", false), (0x1080, "_a_end", true),
      (0x1090, "a_end", true), (0x10a0, "_etext", false),
    ]
    for (address, name, _) in all {
      for name in [name, "other"] {
        table.append(address: address, type: UInt8(ascii: "T"), name: Array(name.utf8).rawSpan)
      }
    }
    let file = SymbolFile(boundsIn: table, order: .little, wordSize: 8)
    let bytes = file.bytes(table, chosen: Array(0..<table.count))
    let elf = try ELFFile(ByteSource(bytes.rawSpan))
    let place = try #require(elf.sections.firstIndex { $0.type == .symtab })
    let symbols = try elf.symbolTable(at: place)
    var sized: [String: Bool] = [:]
    for index in 0..<symbols.count {
      guard let symbol = symbols.symbol(at: index) else { continue }
      sized[symbols.name(of: symbol).text] = symbol.size > 0
    }
    for (_, name, isSized) in all { #expect(sized[name] == isSized, "\(name)") }
  }

  @Test("a table without known bounds gives no sections")
  func noBounds() {
    var table = SymbolTable()
    table.append(address: 0, type: UInt8(ascii: "A"), name: Array("absolute".utf8).rawSpan)
    #expect(!SymbolFile(boundsIn: table, order: nil, wordSize: 8).hasSections)
  }
}
