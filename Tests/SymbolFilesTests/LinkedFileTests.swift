import ByteStorage
import ELFFormat
import SymbolFiles
import SymbolTables
import TestSupport
import Testing

@Suite("Symbol files of linked kernels")
struct LinkedFileTests {
  private static let layout = ELFLayout(is64Bit: true, order: .little)

  private func table(_ names: [String]) -> SymbolTable {
    var table = SymbolTable()
    for (index, name) in names.enumerated() {
      table.append(
        address: UInt64(0x1000 + 16 * index), type: UInt8(ascii: "t"),
        name: Array(name.utf8).rawSpan)
    }
    return table
  }

  private func made(_ file: [UInt8], contents: Bool = false) throws -> [UInt8] {
    let symbols = try SymbolFile(ELFFile(ByteSource(file.rawSpan)))
    let table = table(["a"])
    return contents
      ? symbols.bytes(table, chosen: [0], contents: file.rawSpan)
      : symbols.bytes(table, chosen: [0])
  }

  @Test("links of sections lead where they led, though sections between them are left out")
  func links() throws {
    var elf = ELFBuilder(layout: Self.layout)
    elf.type = 2
    elf.addSection(".comment", flags: [], bytes: [1])
    let text = elf.addSection(
      ".text", flags: [.alloc, .execInstructions], bytes: [0xc3], address: 0x1000)
    let strings = elf.addSection(".dynstr", type: .strtab, bytes: [0], address: 0x2000)
    elf.addSection(".debug_x", flags: [], bytes: [1])
    let symbols = elf.addSection(
      ".dynsym", type: ELFSectionType(rawValue: 11), bytes: [UInt8](repeating: 0, count: 24),
      address: 0x3000)
    elf.sections[symbols - 1].link = UInt32(strings)
    elf.sections[symbols - 1].info = 1
    let records = elf.addSection(
      ".rela.text", type: .rela, bytes: [UInt8](repeating: 0, count: 24), address: 0x4000)
    elf.sections[records - 1].link = UInt32(symbols)
    elf.sections[records - 1].info = UInt32(text)
    let lost = elf.addSection(".lost", bytes: [0], address: 0x5000)
    elf.sections[lost - 1].link = 1
    for contents in [true, false] {
      let file = try made(elf.build(), contents: contents)
      let read = try ELFFile(ByteSource(file.rawSpan))
      let sections = read.sections
      var names: [String] = []
      for section in sections { names.append(read.name(of: section).text) }
      func follow(_ name: String, _ number: KeyPath<ELFSection, UInt32>) -> String? {
        guard let index = names.firstIndex(of: name) else { return nil }
        let target = Int(sections[index][keyPath: number])
        return names.indices.contains(target) ? names[target] : nil
      }
      #expect(follow(".dynsym", \.link) == ".dynstr")
      #expect(follow(".rela.text", \.link) == ".dynsym")
      #expect(follow(".lost", \.link)?.isEmpty == true)
      #expect(follow(".text", \.link)?.isEmpty == true)
      #expect(follow(".rela.text", \.info) == ".text")
      // Of symbols it is the number of local ones.
      #expect(follow(".dynsym", \.info) == names[1])
    }
  }

  @Test("sections without bytes extend the segment before them, and empty ones are in none")
  func segments() throws {
    var elf = ELFBuilder(layout: Self.layout)
    elf.type = 2
    elf.addSection(".text", flags: [.alloc, .execInstructions], bytes: [0xc3], address: 0x1000)
    elf.addSection(".empty", flags: [.alloc, .write], bytes: [], address: 0x1800)
    for name in [".bss", ".more"] {
      elf.addSection(name, type: .nobits, flags: [.alloc, .write], size: 16, address: 0x2000)
    }
    #expect(try MadeFile(made(elf.build())).segments == [0x1000, 0x2000])
  }

  @Test("what leads out of the file is left out, what ends it is not")
  func ends() throws {
    let sections = SymbolFile(
      boundsIn: bounds, order: .little, wordSize: 8, start: 0x1000, size: 0x2000)
    let image = [UInt8](repeating: 1, count: 0x2000)
    var file = ByteBuilder()
    file.put(sections.bytes(bounds, chosen: [0], contents: image.rawSpan))
    let whole = file.bytes
    let elf = try ELFFile(ByteSource(whole.rawSpan))
    let (first, index) = (try elf.segments().first, elf.sectionIndex(named: ".text"))
    let segment = try #require(first)
    let text = try #require(index)
    let sectionOffset = elf.sections[text].offset
    let programs = Int(whole.rawSpan.integer(UInt64.self, at: 0x20, .little) ?? 0)
    let headers = Int(whole.rawSpan.integer(UInt64.self, at: 0x28, .little) ?? 0)
    let count = try MadeFile(made(whole)).segments.count
    for more in [0, 1] as [UInt64] {
      file.bytes = whole
      file.set(UInt64(whole.count) - segment.offset + more, at: programs + 32)
      #expect(try MadeFile(made(file.bytes)).segments.count == count - Int(more))
      // An empty section at the end keeps its type, one after the end has no bytes.
      file.bytes = whole
      file.set(UInt64(whole.count) + more, at: headers + 64 * text + 24)
      file.set(UInt64(0), at: headers + 64 * text + 32)
      let empty = try MadeFile(made(file.bytes, contents: true)).sections.first {
        $0.name == ".text"
      }
      #expect(empty?.type == (more == 0 ? .progbits : .nobits))
      file.bytes = whole
      file.set(UInt64(whole.count) - sectionOffset + more, at: headers + 64 * text + 32)
      let found = try MadeFile(made(file.bytes, contents: true)).sections.first {
        $0.name == ".text"
      }
      #expect(found?.type == (more == 0 ? .progbits : .nobits))
    }
  }

  private var bounds: SymbolTable {
    var table = SymbolTable()
    for (address, name) in [
      (0x1000, "_stext"), (0x2000, "_etext"), (0x2000, "_sdata"), (0x3000, "_edata"),
    ] as [(UInt64, String)] {
      table.append(address: address, type: UInt8(ascii: "T"), name: Array(name.utf8).rawSpan)
    }
    return table
  }

  @Test(
    "a build ID of up to 64 bytes is noted, in the file's byte order",
    arguments: [
      (8, ByteOrder.little, true), (20, .big, true), (64, .big, true), (65, .little, false),
    ])
  func buildID(_ count: Int, _ order: ByteOrder, _ isNoted: Bool) throws {
    var file = SymbolFile(boundsIn: bounds, order: order, wordSize: 8)
    let identifier = (0..<count).map { UInt8($0 + 1) }
    file.buildID = identifier
    var expected = ByteBuilder(order)
    for word in [4, UInt32(count), 3] { expected.put(word) }
    expected.put(cString: "GNU")
    expected.put(identifier)
    let note = try MadeFile(file.bytes(bounds, chosen: [0])).note
    #expect(note == (isNoted ? expected.bytes : nil))
  }

  @Test("a name without the suffix of ThinLTO is added where nothing else has it")
  func promotedNames() throws {
    let names = [
      "taken", "taken.llvm.1", "free.llvm.2", "twice.llvm.3", "twice.llvm.4", ".llvm.5", "plain",
    ]
    let table = table(names)
    let file = SymbolFile(boundsIn: table, order: .little, wordSize: 8)
    let chosen = Array(0..<table.count)
    let both = try MadeFile(file.bytes(table, chosen: chosen, naming: .both)).names
    #expect(both.sorted() == (names + ["free"]).sorted())
    let source = try MadeFile(file.bytes(table, chosen: chosen, naming: .source)).names
    #expect(source.count == names.count && source.allSatisfy { !$0.isEmpty })
  }

  @Test("symbols without any section are absolute")
  func noSections() throws {
    var table = SymbolTable()
    table.append(address: 0, type: UInt8(ascii: "A"), name: Array("absolute".utf8).rawSpan)
    let file = SymbolFile(boundsIn: table, order: nil, wordSize: 8)
    #expect(try MadeFile(file.bytes(table, chosen: [0])).names == ["absolute"])
  }
}
