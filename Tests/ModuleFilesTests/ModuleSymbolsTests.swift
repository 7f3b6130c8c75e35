import ByteStorage
import ELFFormat
import ModuleFiles
import ModuleVersions
import SymbolTables
import TestSupport
import Testing

@Suite("Symbols of a module")
struct ModuleSymbolsTests {
  private func symbols(_ elf: ELFBuilder, as view: ModuleSymbolView) throws -> [String] {
    let bytes = elf.build()
    let table = try ModuleFile(ByteSource(bytes.rawSpan)).symbols(as: view)
    return (0..<table.count).map { index in
      let letter = String(UnicodeScalar(table.type(at: index)))
      return "\(letter) \(table.name(at: index).text)"
    }
  }

  private func module(livepatch: Bool = false) -> ELFBuilder {
    var elf = ELFBuilder()
    let text = elf.addSection(".text", flags: [.alloc, .execInstructions])
    let initial = elf.addSection(".init.text", flags: [.alloc, .execInstructions])
    let perCPU = elf.addSection(".data..percpu", flags: [.alloc, .write])
    let info = elf.addSection(".modinfo", bytes: Array((livepatch ? "livepatch=Y\0" : "\0").utf8))
    let comment = elf.addSection(".comment", flags: [])
    elf.addSymbol("", section: text, binding: 0, type: 3)
    elf.addSymbol("a.c", section: 0xfff1, binding: 0, type: 4)
    elf.addSymbol("setup", section: initial, binding: 0, type: 2)
    elf.addSymbol("same", section: text, value: 8, binding: 0, type: 2)
    elf.addSymbol("same", section: text, value: 0, binding: 0, type: 2)
    elf.addSymbol("counter", section: perCPU, binding: 0, type: 1)
    elf.addSymbol("__UNIQUE_ID_license", section: info, binding: 0, type: 1)
    elf.addSymbol("note", section: comment, binding: 0)
    elf.addSymbol("global", section: text, value: 16, type: 2)
    elf.addSymbol("weak", section: text, value: 16, binding: 2, type: 2)
    elf.addSymbol("version", section: 0xfff1)
    elf.addUndefinedSymbol("_printk")
    return elf
  }

  @Test("the file's own are those of nm, in its order")
  func file() throws {
    #expect(
      try symbols(module(), as: .file) == [
        "t setup", "t same", "t same", "d counter", "r __UNIQUE_ID_license", "n note", "T global",
        "W weak", "A version",
      ])
  }

  @Test("the kernel keeps what lies in memory, and a capital says exported")
  func kernel() throws {
    #expect(
      try symbols(module(), as: .kernel) == ["t same", "t same", "a counter", "t global", "w weak"])
  }

  @Test("the kernel keeps all symbols of a livepatch")
  func livepatch() throws {
    #expect(
      try symbols(module(livepatch: true), as: .kernel) == [
        "t setup", "t same", "t same", "a counter", "r __UNIQUE_ID_license", "n note", "t global",
        "w weak", "a version",
      ])
  }

  @Test("exported symbols of a real module have capitals")
  func exported() throws {
    let bytes = try Fixture.bytes("kernels/rust-ext/modules/corpus_exp.ko")
    let file = try ModuleFile(ByteSource(bytes.rawSpan))
    let table = try file.symbols(as: .kernel)
    let capitals = (0..<table.count).filter { table.type(at: $0) & 0x20 == 0 }
    let exports = try file.exports(ofFile: "corpus_exp.ko")
    #expect(!exports.rows.isEmpty)
    #expect(
      Set(capitals.map { table.name(at: $0).text })
        == Set(exports.rows.map { exports.text($0.name) }))
  }

  @Test("symbols of sections that are not there are left out, whichever is the first that is not")
  func strays() throws {
    for section in 6..<16 {
      var elf = module()
      elf.addSymbol("stray", section: section)
      let count = elf.sections.count + 4
      let kernel = try symbols(elf, as: .kernel)
      #expect(kernel == ["t same", "t same", "a counter", "t global", "w weak"], "\(count)")
      let bytes = elf.build()
      let text = try ModuleFile(ByteSource(bytes.rawSpan)).textSymbols()
      #expect(
        (0..<text.count).map { text.name(at: $0).text } == ["same", "same", "global", "weak"])
    }
  }

  @Test("sections of text follow each other, each at its alignment; those of .init are gone")
  func texts() throws {
    var elf = ELFBuilder()
    let code: ELFSectionFlags = [.alloc, .execInstructions]
    let first = elf.addSection(".text", flags: code, bytes: [1, 2, 3])
    let initial = elf.addSection(".init.text", flags: code, bytes: [1])
    let data = elf.addSection(".data", flags: [.alloc, .write], bytes: [1])
    let second = elf.addSection(".text.hot", flags: code, bytes: [1], alignment: 64)
    let third = elf.addSection(".text.cold", flags: code, bytes: [1], alignment: 1)
    for (name, section, value) in [
      ("a", first, 1), ("b", initial, 0), ("c", data, 0), ("d", second, 0), ("e", third, 2),
    ] as [(String, Int, UInt64)] {
      elf.addSymbol(name, section: section, value: value, type: 2)
    }
    let bytes = elf.build()
    let text = try ModuleFile(ByteSource(bytes.rawSpan)).textSymbols()
    let found = (0..<text.count).map { "\(text.name(at: $0).text) \(text.addresses[$0])" }
    #expect(found == ["a 1", "d 64", "e 67"])
  }

  @Test("a module without a symbol table is an error")
  func none() throws {
    var elf = ELFBuilder()
    elf.addSection(".text")
    #expect(throws: ParseError.self) { try symbols(elf, as: .file) }
  }
}
