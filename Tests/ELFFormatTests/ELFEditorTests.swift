import ByteStorage
import ELFFormat
import TestSupport
import Testing

private let layouts = [
  ELFLayout(is64Bit: true, order: .little), ELFLayout(is64Bit: true, order: .big),
  ELFLayout(is64Bit: false, order: .little), ELFLayout(is64Bit: false, order: .big),
]

/// A file as readers see it: what each section is called, holds and refers to, and the symbols.
private struct Contents: Equatable {
  struct Section: Equatable {
    var name: String
    var bytes: [UInt8]
    var link: String
    var info: String
  }
  var sections: [Section] = []
  var symbols: [String] = []

  init(_ bytes: [UInt8]) throws {
    let elf = try ELFFile(ByteSource(bytes.rawSpan))
    func name(_ index: UInt32) -> String {
      Int(index) < elf.sections.count ? elf.name(of: elf.sections[Int(index)]).text : "\(index)"
    }
    for section in elf.sections.dropFirst() {
      let hasInfo = section.type == .rel || section.type == .rela
      sections.append(
        Section(
          name: elf.name(of: section).text, bytes: try elf.bytes(of: section).array,
          link: name(section.link), info: hasInfo ? name(section.info) : ""))
    }
    guard let table = try elf.symbolTable() else { return }
    for index in 1..<table.count {
      guard let symbol = table.symbol(at: index) else { continue }
      let place =
        symbol.sectionIndex == ELFSectionIndex.absolute
        ? "absolute" : name(UInt32(symbol.sectionIndex))
      symbols.append(
        "\(table.name(of: symbol).text) \(place)+\(symbol.value) \(symbol.size) "
          + "\(symbol.type.rawValue)")
    }
  }

  func section(_ name: String) -> Section? { sections.first { $0.name == name } }
}

@Suite("ELF editor")
struct ELFEditorTests {
  /// A relocatable file: code with relocations and a group, data, symbols; something after its end.
  private func sample(_ layout: ELFLayout) -> [UInt8] {
    var elf = ELFBuilder(layout: layout)
    var group: [UInt8] = []
    for word in [1, 2] as [UInt32] { layout.store(word, to: &group) }
    elf.addSection(".group", type: .group, flags: [], bytes: group, alignment: 4)
    let text = elf.addSection(
      ".text", flags: [.alloc, .execInstructions], bytes: [1, 2, 3, 4, 5], alignment: 16)
    let data = elf.addSection(".data", flags: [.alloc, .write], bytes: [6, 7, 8], alignment: 4)
    elf.addSection(".bss", type: .nobits, flags: [.alloc, .write], size: 64)
    elf.addSymbol("", section: data, binding: 0, type: 3)
    elf.addSymbol("value", section: data, value: 1, size: 2, binding: 0, type: 1)
    elf.addSymbol("init_module", section: text, size: 5, type: 2)
    let printk = elf.addUndefinedSymbol("_printk")
    elf.addRelocations([.init(offset: 1, symbol: printk, type: 2)], forSection: text)
    return elf.build() + Array("signature".utf8)
  }

  private func edit(
    _ bytes: [UInt8], _ change: (inout ELFEditor, (String) -> ELFEditor.SectionID) -> Void
  ) throws -> [UInt8] {
    let elf = try ELFFile(ByteSource(bytes.rawSpan))
    var editor = try ELFEditor(elf)
    let indices = Dictionary(
      elf.sections.enumerated().map { (elf.name(of: $1).text, $0) }, uniquingKeysWith: { $1 })
    let all = editor
    change(&editor) { all.section(at: indices[$0] ?? 0) }
    return try editor.build(from: bytes.rawSpan)
  }

  @Test("A file without a change is the same, byte for byte", arguments: layouts)
  func unchanged(_ layout: ELFLayout) throws {
    let bytes = sample(layout)
    #expect(try edit(bytes) { _, _ in } == bytes)
  }

  @Test("What fills a gap stays in it, as far as it fits", arguments: layouts)
  func gaps(_ layout: ELFLayout) throws {
    var elf = ELFBuilder(layout: layout)
    elf.addSection(".text", flags: [.alloc, .execInstructions], bytes: [1, 2, 3, 4, 5])
    elf.addSection(".data", flags: [.alloc, .write], bytes: [6, 7, 8])
    var bytes = elf.build()
    func place(_ name: StaticString, _ bytes: [UInt8]) throws -> Range<Int> {
      let elf = try ELFFile(ByteSource(bytes.rawSpan))
      let index = elf.sectionIndex(named: name)
      let section = elf.sections[try #require(index)]
      return Int(section.offset)..<Int(section.offset + section.size)
    }
    let gap = try place(".text", bytes).upperBound..<place(".data", bytes).lowerBound
    #expect(gap.count == 3)
    for (place, byte) in zip(gap, [0xcc, 0xcd, 0xce] as [UInt8]) { bytes[place] = byte }
    #expect(try edit(bytes) { _, _ in } == bytes)
    for (size, filling) in [
      (5, [0xcc, 0xcd, 0xce]), (6, [0xcc, 0xcd]), (7, [0xcc]), (8, []),
      (9, [0xcc, 0xcd, 0xce, 0, 0, 0, 0]), (1, [0xcc, 0xcd, 0xce, 0, 0, 0, 0]),
    ] as [(Int, [UInt8])] {
      let content = [UInt8](repeating: 9, count: size)
      let edited = try edit(bytes) { $0.replace($1(".text"), with: content) }
      let between = try place(".text", edited).upperBound..<place(".data", edited).lowerBound
      #expect(Array(edited[between]) == filling, "\(size)")
    }
  }

  @Test("New content moves what follows and changes nothing else", arguments: layouts)
  func replacing(_ layout: ELFLayout) throws {
    let bytes = sample(layout)
    let before = try Contents(bytes)
    for size in [0, 1, 4, 1000] {
      let content = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
      let edited = try edit(bytes) { $0.replace($1(".data"), with: content) }
      var expected = before
      let place = try #require(expected.sections.firstIndex { $0.name == ".data" })
      expected.sections[place].bytes = content
      #expect(try Contents(edited) == expected)
      #expect(edited.suffix(9) == bytes.suffix(9))
      let elf = try ELFFile(ByteSource(edited.rawSpan))
      let isAligned = elf.sections.dropFirst().allSatisfy {
        $0.type == .nobits || $0.size == 0 || $0.offset % max(1, $0.alignment) == 0
      }
      #expect(isAligned)
      if size > 0 {
        #expect(try edit(edited) { $0.replace($1(".data"), with: [6, 7, 8]) } == bytes)
      }
    }
  }

  @Test(
    "An added section gets its number, and all that refers to the others follows",
    arguments: layouts)
  func adding(_ layout: ELFLayout) throws {
    let bytes = sample(layout)
    let before = try Contents(bytes)
    let new = ELFEditor.NewSection("__versions", flags: .alloc, bytes: [9, 9], alignment: 32)
    for isBefore in [true, false] {
      let edited = try edit(bytes) { editor, section in
        if isBefore {
          editor.add(new, before: section(".data"))
        } else {
          editor.add(new, after: section(".text"))
        }
      }
      let after = try Contents(edited)
      #expect(after.sections.map(\.name).prefix(4) == [".group", ".text", "__versions", ".data"])
      #expect(after.symbols == before.symbols)
      #expect(after.section(".rela.text") == before.section(".rela.text"))
      #expect(after.section("__versions")?.bytes == [9, 9])
      let elf = try ELFFile(ByteSource(edited.rawSpan))
      #expect(elf.sections[3].flags == .alloc && elf.sections[3].alignment == 32)
      #expect(elf.sections[3].offset % 32 == 0)
      #expect(try edit(edited) { $0.drop($1("__versions")) } == bytes)
    }
  }

  @Test("Members of a section group are renumbered", arguments: layouts)
  func groups(_ layout: ELFLayout) throws {
    let bytes = sample(layout)
    let new = ELFEditor.NewSection(".first", flags: [], bytes: [1], alignment: 1)
    let edited = try edit(bytes) { $0.add(new, before: $1(".group")) }
    var group: [UInt8] = []
    for word in [1, 3] as [UInt32] { layout.store(word, to: &group) }
    #expect(try Contents(edited).section(".group")?.bytes == group)
    // What is no section's number stays, and hides no number after it.
    var elf = ELFBuilder(layout: layout)
    var (words, wanted): ([UInt8], [UInt8]) = ([], [])
    for (old, new) in [(1, 1), (0xffff, 0xffff), (2, 3)] as [(UInt32, UInt32)] {
      layout.store(old, to: &words)
      layout.store(new, to: &wanted)
    }
    elf.addSection(".group", type: .group, flags: [], bytes: words, alignment: 4)
    elf.addSection(".text", flags: [.alloc, .execInstructions], bytes: [1])
    let renumbered = try edit(elf.build()) { $0.add(new, before: $1(".group")) }
    #expect(try Contents(renumbered).section(".group")?.bytes == wanted)
  }

  @Test(
    "What names a section by its number names it still when that changes",
    arguments: layouts, [true, false])
  func renumbered(_ layout: ELFLayout, _ hasAddends: Bool) throws {
    var elf = ELFBuilder(layout: layout)
    let text = elf.addSection(".text", flags: [.alloc, .execInstructions], bytes: [1, 2, 3, 4])
    let about = elf.addSection(".about", flags: [.infoLink], bytes: [5])
    let other = elf.addSection(".other", flags: [], bytes: [6])
    for index in [about, other] {
      elf.sections[index - 1].info = UInt32(text)
      elf.sections[index - 1].link = UInt32(text)
    }
    let symbol = elf.addUndefinedSymbol("_printk")
    elf.addRelocations(
      [.init(offset: 0, symbol: symbol, type: 2)], forSection: text, hasAddends: hasAddends)
    let bytes = elf.build()
    let new = ELFEditor.NewSection(".first", flags: [], bytes: [1], alignment: 1)
    let edited = try edit(bytes) { $0.add(new, before: $1(".text")) }
    let file = try ELFFile(ByteSource(edited.rawSpan))
    let found = file.sections.map { "\(file.name(of: $0).text) \($0.link) \($0.info)" }
    // What other sections keep in sh_info is no number of a section.
    let table = hasAddends ? ".rela.text 6 2" : ".rel.text 6 2"
    #expect(found[2...5] == [".text 0 0", ".about 2 2", ".other 2 1", table])
    #expect(try edit(edited) { $0.drop($1(".first")) } == bytes)
  }

  @Test("Sections that do not exist are neither dropped nor replaced", arguments: layouts)
  func absent(_ layout: ELFLayout) throws {
    let bytes = sample(layout)
    let count = try ELFFile(ByteSource(bytes.rawSpan)).sections.count
    for number in [0, count, count + 1, -1] {
      let edited = try edit(bytes) { editor, _ in editor.drop(editor.section(at: number)) }
      #expect(edited == bytes)
      guard number != 0 else { continue }
      let replaced = try edit(bytes) { editor, _ in
        editor.replace(editor.section(at: number), with: [1])
      }
      #expect(replaced == bytes)
    }
  }

  @Test("Numbers of sections that do not exist stay as they are", arguments: layouts)
  func wildNumbers(_ layout: ELFLayout) throws {
    func module(_ wild: Int) -> [UInt8] {
      var elf = ELFBuilder(layout: layout)
      var group: [UInt8] = []
      for word in [1, UInt32(wild)] { layout.store(word, to: &group) }
      elf.addSection(".group", type: .group, flags: [], bytes: group, alignment: 4)
      elf.addSection(".text", flags: [.alloc], bytes: [1])
      elf.sections[1].link = UInt32(wild)
      elf.addSymbol("wild", section: wild, value: 3, size: 2)
      return elf.build()
    }
    // The group, the code, the symbols with their names, and the names of sections.
    for wild in [6, 7, 0xfeff] {
      let new = ELFEditor.NewSection(".first", flags: [], bytes: [1], alignment: 1)
      let edited = try edit(module(wild)) { $0.add(new, before: $1(".text")) }
      let file = try ELFFile(ByteSource(edited.rawSpan))
      #expect(file.sections.count == 7 && file.sections[3].link == UInt32(wild))
      let symbol = try file.symbolTable()?.symbol(at: 1)
      #expect(symbol?.sectionIndex == UInt16(wild) && symbol?.value == 3)
      let group = try file.bytes(of: file.sections[1])
      let member = file.layout.word32(group, at: 4)
      #expect(member == UInt32(wild))
    }
  }

  @Test("An empty section among the bytes of a dropped one stays where it was", arguments: layouts)
  func emptyWithinDropped(_ layout: ELFLayout) throws {
    var elf = ELFBuilder(layout: layout)
    elf.addSection(".text", flags: [.alloc], bytes: [UInt8](repeating: 1, count: 1000))
    elf.addSection(".empty", flags: [.alloc])
    elf.sections[1].claimedOffset = 101
    let edited = try edit(elf.build()) { $0.drop($1(".text")) }
    let file = try ELFFile(ByteSource(edited.rawSpan))
    #expect(file.sections.count == 3 && file.sections[1].offset == 101)
  }

  @Test("Symbols of a dropped section become absolute, unless they are moved", arguments: layouts)
  func dropping(_ layout: ELFLayout) throws {
    let bytes = sample(layout)
    let edited = try edit(bytes) { $0.drop($1(".data")) }
    let after = try Contents(edited)
    #expect(!after.sections.contains { $0.name == ".data" })
    #expect(after.symbols.prefix(2) == [" absolute+0 0 0", "value absolute+0 0 1"])
    #expect(after.symbols.suffix(2) == (try Contents(bytes)).symbols.suffix(2))
    let moved = try edit(bytes) { editor, section in
      editor.drop(section(".data"))
      editor.setSymbol(1, section: section(".bss"), size: nil)
      editor.setSymbol(2, section: section(".text"), size: 7)
    }
    #expect(try Contents(moved).symbols.prefix(2) == [" .bss+0 0 3", "value .text+0 7 1"])
  }

  @Test("The null symbol stays as it is, whatever is asked", arguments: layouts)
  func nullSymbol(_ layout: ELFLayout) throws {
    let bytes = sample(layout)
    let count = try ELFFile(ByteSource(bytes.rawSpan)).symbolTable()?.count
    for index in try [0, -1, #require(count)] {
      let edited = try edit(bytes) { $0.setSymbol(index, section: $1(".text"), size: 7) }
      #expect(edited == bytes)
    }
  }

  @Test("Added sections of one name can be dropped again together", arguments: layouts)
  func equalNames(_ layout: ELFLayout) throws {
    let bytes = sample(layout)
    let edited = try edit(bytes) { editor, section in
      for name in ["first", "twin", "twin"] {
        editor.add(.init(name, flags: [], bytes: [1], alignment: 1), before: section(".data"))
      }
    }
    let names = try Contents(edited).sections.map(\.name)
    #expect(names.filter { $0 == "twin" }.count == 2 && names.contains("first"))
    let dropped = try edit(edited) { editor, _ in
      for (place, name) in names.enumerated() where ["first", "twin"].contains(name) {
        editor.drop(editor.section(at: place + 1))
      }
    }
    #expect(dropped == bytes)
  }

  @Test("A section that another refers to cannot be dropped", arguments: layouts)
  func references(_ layout: ELFLayout) throws {
    let bytes = sample(layout)
    for name in [".text", ".symtab", ".strtab", ".shstrtab"] {
      #expect(throws: ParseError.self) { try edit(bytes) { $0.drop($1(name)) } }
    }
  }

  @Test("Files that could not be put right are refused")
  func refusals() throws {
    func refused(_ change: (inout ELFBuilder) -> Void) -> Bool {
      var elf = ELFBuilder()
      elf.addSection(".text", bytes: [1, 2, 3, 4])
      elf.addSymbol("start", section: 1)
      change(&elf)
      let bytes = elf.build()
      do {
        _ = try ELFEditor(ELFFile(ByteSource(bytes.rawSpan)))
        return false
      } catch { return true }
    }
    #expect(!refused { _ in })
    #expect(refused { $0.type = 2 })
    #expect(refused { $0.addSection(".symtab2", type: .symtab, flags: []) })
    #expect(refused { $0.addSection(".indices", type: .symtabIndices, flags: []) })
    #expect(refused { $0.sections[0].claimedOffset = 0 })
    #expect(refused { $0.sections[0].claimedOffset = 1 << 20 })
  }
}

extension ELFLayout {
  fileprivate func store(_ word: UInt32, to bytes: inout [UInt8]) {
    for index in 0..<4 {
      let place = order == .little ? index : 3 - index
      bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(8 * place)))
    }
  }
}
