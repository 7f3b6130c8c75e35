import ByteStorage
import ELFFormat
import TestSupport
import Testing

@Suite("ELF writer")
struct ELFWriterTests {
  @Test("what is written is read back, in every class and byte order", arguments: [true, false])
  func roundTrip(_ is64Bit: Bool) throws {
    for order in [ByteOrder.little, .big] {
      let layout = ELFLayout(is64Bit: is64Bit, order: order)
      let bytes = sample(layout)
      let elf = try ELFFile(ByteSource(bytes.rawSpan))
      #expect(elf.layout == layout)
      #expect(elf.header.machine == .s390 && elf.header.type == .executable)
      #expect(elf.header.flags == 0x1234 && elf.header.entry == 0x8000_1000)
      #expect(
        elf.sections.map { elf.name(of: $0).text } == [
          "", ".text", ".symtab", ".strtab", ".shstrtab",
        ])
      #expect(try elf.bytes(of: elf.sections[1]).array == [1, 2, 3, 4])
      #expect(elf.sections[1].offset % 0x1000 == 0x10)
      #expect(elf.sections[2].info == 2, "one local symbol besides the null symbol")
      let segments = try elf.segments()
      #expect(segments == [segment(at: elf.sections[1].offset)])
      let table = try elf.symbolTable(at: 2)
      var names: [String] = []
      var values: [UInt64] = []
      for index in 0..<table.count {
        guard let symbol = table.symbol(at: index) else { continue }
        names.append(table.name(of: symbol).text)
        values.append(symbol.value)
      }
      #expect(names == ["", "helper", "start"])
      #expect(values == [0, 0x8000_1012, 0x8000_1010])
      let last = table.symbol(at: 2)
      #expect(last?.size == 2 && last?.sectionIndex == 1 && last?.info == 0x12)
    }
  }

  @Test("an offset leaves the remainder of its address for alignments up to 64 KiB")
  func alignments() {
    var writer = ELFWriter(
      layout: ELFLayout(is64Bit: true, order: .little), type: .executable, machine: .s390)
    writer.place([UInt8(1)].rawSpan, at: 100)
    for (alignment, address, offset) in [
      (0, 0, 101), (1, 0, 101), (3, 0, 101), (8, 0, 104), (8, 5, 101), (1 << 16, 0, 1 << 16),
      (1 << 16, 101, 101), (1 << 16, 100, 100 + 1 << 16), (1 << 17, 0, 101),
    ] as [(UInt64, UInt64, Int)] {
      #expect(writer.nextOffset(alignment: alignment, like: address) == offset, "\(alignment)")
    }
  }

  @Test("of more than 65,000 sections or segments the first are kept, with their names")
  func manySections() throws {
    var writer = ELFWriter(
      layout: ELFLayout(is64Bit: true, order: .little), type: .executable, machine: .s390)
    var indexes: Set<Int> = []
    for number in 1...65_001 {
      indexes.insert(writer.addSection(named: "s", ELFWriter.Section(type: .progbits)))
      writer.addSegment(ELFSegment(address: UInt64(number), memorySize: 0, flags: 0))
    }
    #expect(indexes == Set(0...65_000))
    let bytes = writer.finish()
    let elf = try ELFFile(ByteSource(bytes.rawSpan))
    #expect(elf.sections.count == 65_002)
    let names = [1, 65_000, 65_001].map { elf.name(of: elf.sections[$0]).text }
    #expect(names == ["s", "s", ".shstrtab"])
    let segments = try elf.segments()
    #expect(segments.count == 65_000 && segments.last?.address == 65_000)
  }

  private func segment(at offset: UInt64) -> ELFSegment {
    var segment = ELFSegment(address: 0x8000_1010, memorySize: 4, flags: 5)
    (segment.offset, segment.fileSize) = (offset, 4)
    return segment
  }

  private func sample(_ layout: ELFLayout) -> [UInt8] {
    var writer = ELFWriter(
      layout: layout, type: .executable, machine: .s390, flags: 0x1234, entry: 0x8000_1000)
    var text = ELFWriter.Section(type: .progbits, flags: [.alloc, .execInstructions])
    (text.address, text.size) = (0x8000_1010, 4)
    let code: [UInt8] = [1, 2, 3, 4]
    text.offset = writer.place(
      code.rawSpan, at: writer.nextOffset(alignment: 0x1000, like: text.address))
    writer.addSection(named: ".text", text)
    writer.addSegment(segment(at: text.offset))
    var symbols = ELFSymbolList(layout: layout)
    for (name, info, value) in [("start", 0x12, 0x8000_1010), ("helper", 2, 0x8000_1012)]
      as [(String, UInt8, UInt64)]
    {
      let bytes = Array(name.utf8)
      symbols.append(
        bytes.rawSpan,
        ELFSymbol(nameOffset: 0, info: info, sectionIndex: 1, value: value, size: 2))
    }
    writer.addSymbols(symbols)
    return writer.finish()
  }
}
