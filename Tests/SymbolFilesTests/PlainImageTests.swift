import ByteStorage
import ELFFormat
import Kallsyms
import Kernels
import SymbolFiles
import SymbolTables
import TestSupport
import Testing

/// The sections of a made file, as a reader sees them.
struct MadeFile {
  struct Section: Equatable {
    let name: String
    let address: UInt64
    let size: UInt64
    let type: ELFSectionType
    /// Its bytes; `nil` for none in the file.
    let bytes: [UInt8]?
  }

  /// Those that are loaded.
  var sections: [Section] = []
  /// Names of symbols, in their order.
  var names: [String] = []
  /// Addresses of the segments that are loaded.
  var segments: [UInt64] = []
  /// The bytes of the section with a build ID of its own.
  var note: [UInt8]?

  init(_ bytes: [UInt8]) throws {
    let elf = try ELFFile(ByteSource(bytes.rawSpan))
    for section in elf.sections {
      let name = elf.name(of: section).text
      let content = section.type == .nobits ? nil : try elf.bytes(of: section).array
      if name == ".note.gnu.build-id" { note = content }
      guard section.flags.contains(.alloc) else { continue }
      sections.append(
        Section(
          name: name, address: section.address, size: section.size, type: section.type,
          bytes: content))
    }
    segments = try elf.segments().filter { $0.type == .load }.map(\.address)
    guard let place = elf.sections.firstIndex(where: { $0.type == .symtab }) else { return }
    let symbols = try elf.symbolTable(at: place)
    for index in 1..<max(1, symbols.count) {
      if let symbol = symbols.symbol(at: index) { names.append(symbols.name(of: symbol).text) }
    }
  }
}

@Suite("Symbol files of plain images")
struct PlainImageTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func table(_ symbols: [(UInt64, Unicode.Scalar, String)]) -> SymbolTable {
    var table = SymbolTable()
    for (address, letter, name) in symbols {
      table.append(address: address, type: UInt8(ascii: letter), name: Array(name.utf8).rawSpan)
    }
    return table
  }

  @Test("sections have what the image has of them, and the rest of the kernel is cleared memory")
  func sections() throws {
    let table = table([
      (0x8000, "t", "low"), (0x1_0000, "T", "_text"), (0x1_0010, "t", "f"),
      (0x1_1000, "T", "_etext"),
      (0x1_1000, "R", "__start_notes"), (0x1_1040, "R", "__stop_notes"), (0x1_1800, "d", "datum"),
      (0x1_2000, "B", "__bss_start"), (0x1_2800, "B", "__bss_stop"), (0x1_2c00, "d", "more"),
      (0x1_3400, "d", "beyond"), (0x1_4000, "B", "_end"), (0x1_5000, "d", "after"),
    ])
    let image = (0..<0x3000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    let file = SymbolFile(
      boundsIn: table, order: .little, wordSize: 8, start: 0x1_0000, size: image.count)
    #expect(file.hasNotes && file.hasImage)
    let chosen = Array(0..<table.count)
    let made = try MadeFile(file.bytes(table, chosen: chosen, contents: image.rawSpan))
    func section(_ name: String, _ range: Range<UInt64>, _ type: ELFSectionType) -> MadeFile.Section
    {
      let bytes =
        type == .nobits
        ? [] : image[Int(range.lowerBound - 0x1_0000)..<Int(range.upperBound - 0x1_0000)]
      return .init(
        name: name, address: range.lowerBound, size: UInt64(range.count), type: type,
        bytes: type == .nobits ? nil : Array(bytes))
    }
    #expect(
      made.sections == [
        section(".bss", 0x8000..<0x1_0000, .nobits),
        section(".head.text", 0x1_0000..<0x1_1000, .progbits),
        section(".notes", 0x1_1000..<0x1_1040, .note),
        section(".data", 0x1_1040..<0x1_2000, .progbits),
        section(".bss", 0x1_2000..<0x1_2800, .nobits),
        section(".data", 0x1_2800..<0x1_3000, .progbits),
        section(".bss", 0x1_3000..<0x1_4000, .nobits),
      ])
    #expect(made.names.count == table.count)
    // Without contents the notes are kept.
    let bare = try MadeFile(file.bytes(table, chosen: chosen, notes: image.rawSpan))
    #expect(bare.sections.filter { $0.bytes != nil }.map(\.name) == [".notes"])
  }

  @Test("a kernel without notes has none, whatever else it has")
  func withoutNotes() {
    let table = table([
      (0x1_0000, "T", "_text"), (0x1_0010, "t", "f"), (0x1_1000, "T", "_etext"),
      (0x1_1800, "d", "datum"), (0x1_2000, "B", "_end"),
    ])
    let file = SymbolFile(
      boundsIn: table, order: .little, wordSize: 8, start: 0x1_0000, size: 0x2000)
    #expect(file.hasSections && !file.hasNotes)
  }

  private static let start: UInt64 = 0xffff_8000_8000_0000

  /// Words of a note of GNU: its type and its content.
  private func note(_ type: UInt32, _ content: [UInt32]) -> [UInt32] {
    [4, UInt32(4 * content.count), type, 0x55_4e47] + content
  }

  /// An arm64 Image whose symbols are functions, with words at offsets, and marks around the notes.
  private func image(
    _ words: [Int: [UInt32]], notes: Range<Int>?, besideNotes: String? = nil
  ) throws -> MemoryBuilder {
    var memory = MemoryBuilder(Self.start)
    memory.bytes.set(Array("ARM\u{64}".utf8), at: 0x38)
    memory.bytes.pad(to: 0x4000)
    for (offset, words) in words {
      for (index, word) in words.enumerated() { memory.bytes.set(word, at: offset + 4 * index) }
    }
    var bounds: [(UInt64, String)] = []
    if let notes {
      let start = Self.start + UInt64(notes.lowerBound)
      bounds = [(start, "__start_notes")]
      if let besideNotes { bounds.append((start, besideNotes)) }
      bounds.append((Self.start + UInt64(notes.upperBound), "__stop_notes"))
    }
    try memory.putTables(bounds, fillers: 300, isBaseRelative: true)
    return memory
  }

  private func imageStart(_ words: [Int: [UInt32]], notes: Range<Int>?) throws -> UInt64? {
    let memory = try image(words, notes: notes)
    let bytes = memory.bytes.bytes
    let image = KallsymsImage(raw: bytes.rawSpan)
    let tables = try KallsymsTables(locating: image)
    return try SymbolTable(tables, in: image).imageStart(bytes.rawSpan, tables)
  }

  @Test("where an image begins is told by its build ID, and the marks around its notes")
  func imageStart() throws {
    let own = note(3, [1, 2])
    let at = 0x2800
    #expect(try imageStart([at: own], notes: at..<(at + 24)) == Self.start)
    #expect(try imageStart([at: own], notes: at..<(at + 4092)) == Self.start)
    #expect(try imageStart([at: own], notes: at..<(at + 4096)) == nil)
    #expect(try imageStart([at: own], notes: at..<at) == nil)
    #expect(try imageStart([at: own], notes: nil) == nil)
    // Others come before: a name alone, notes of other types and sizes.
    let others =
      [
        4: [0x55_4e47], 0x400: note(1, [7]), 0x1800: [5] + own.dropFirst(), at: note(1, [7]) + own,
      ] as [Int: [UInt32]]
    #expect(try imageStart(others, notes: at..<(at + 44)) == Self.start)
    // What lies outside of the marks, or not at a word, is another note.
    #expect(try imageStart([at: own], notes: (at - 24)..<at) == nil)
    #expect(try imageStart([at: own], notes: (at + 4)..<(at + 28)) == nil)
    #expect(try imageStart([at: own], notes: (at - 6)..<(at + 24)) == nil)
  }

  @Test("an image whose place is known gives its contents and notes, another its build ID alone")
  func contents() throws {
    let own = note(3, [0x0403_0201, 0x0807_0605])
    for isPlaced in [true, false] {
      let memory = try image([0x2800: own], notes: isPlaced ? 0x2800..<0x2818 : nil)
      let path = try scratch.write(memory.bytes.bytes, to: "Image")
      let kernel = try OpenKernel(path)
      let source = try kernel.symbols()
      for withContents in [true, false] {
        let file = try kernel.symbolFile(source, withContents: withContents, withUnwind: false)
        #expect(file.hasContents == (isPlaced && withContents))
        let made = try MadeFile(file.bytes)
        let content = Array(memory.bytes.bytes[0x2800..<0x2818])
        #expect(made.note == (isPlaced ? nil : content))
        let kept = made.sections.first { $0.name == ".notes" }
        #expect(kept?.bytes == (isPlaced ? content : nil))
      }
    }
  }

  @Test("where another section begins at the notes, the build ID has a section of its own")
  func contentsWithoutNotes() throws {
    let own = note(3, [0x0403_0201, 0x0807_0605])
    let memory = try image([0x2800: own], notes: 0x2800..<0x2818, besideNotes: "_sinittext")
    let path = try scratch.write(memory.bytes.bytes, to: "Image")
    let kernel = try OpenKernel(path)
    let file = try kernel.symbolFile(kernel.symbols(), withContents: true, withUnwind: false)
    #expect(file.hasContents)
    let made = try MadeFile(file.bytes)
    #expect(!made.sections.contains { $0.name == ".notes" })
    #expect(made.note == Array(memory.bytes.bytes[0x2800..<0x2818]))
  }

  @Test("a list of modules beside that of symbols tells ends, whatever other lines it has")
  func moduleList() throws {
    let symbols = "ffffffff81000000 T _text\nffffffff81001000 T _etext\n"
    let path = try scratch.write(
      Array("\(symbols)ffffffffc0002010 t one\t[m]\n".utf8), to: "kallsyms")
    let list = "other\nm 16384 0 - Live 0xffffffffc0002000\n"
    _ = try scratch.write(Array(list.utf8), to: "modules")
    let open = try OpenKernel(path)
    let file = try open.symbolFile(open.symbols(), withContents: true, withUnwind: false)
    let section = try MadeFile(file.bytes).sections.first { $0.name == ".modules" }
    #expect(section.map { $0.address + $0.size } == 0xffff_ffff_c000_6000)
  }

  @Test("symbols of modules lie in a section of their own, absolute ones aside")
  func modules() throws {
    let kernel = "ffffffff81000000 T _text\nffffffff81001000 T _etext\n"
    for (module, address) in [
      ("ffffffffc0002010 t one\t[m]\n", 0xffff_ffff_c000_2010),
      (
        "0000000000000001 a value\t[m]\nffffffffc0002010 t one\t[m]\nffffffffc0002020 t two\t[m]\n",
        0xffff_ffff_c000_2010
      ), ("0000000000000001 a value\t[m]\n", nil),
    ] as [(String, UInt64?)] {
      let path = try scratch.write(Array((kernel + module).utf8), to: "kallsyms")
      let open = try OpenKernel(path)
      let file = try open.symbolFile(open.symbols(), withContents: true, withUnwind: false)
      #expect(file.hasModules == (address != nil) && !file.hasContents)
      let made = try MadeFile(file.bytes)
      let section = made.sections.first { $0.name == ".modules" }
      #expect(section?.address == address)
      #expect(section.map { $0.address + $0.size } == address.map { _ in 0xffff_ffff_c000_3000 })
    }
  }
}
