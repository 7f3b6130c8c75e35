import ByteStorage
import ELFFormat
import TestSupport
import Testing

/// Files of 64 bits in which numbers of headers were changed.
@Suite("Names and ends of edited ELF files")
struct EditorNameTests {
  /// Code, two sections more, symbols.
  private func sample() -> [UInt8] {
    var elf = ELFBuilder()
    elf.addSection(".text", bytes: [1, 2, 3, 4])
    elf.addSection(".kept", bytes: [5])
    elf.addSection(".dropped", bytes: [6])
    elf.addSymbol("start", section: 1)
    return elf.build()
  }

  private func set(_ value: Int, size: Int, at offset: Int, in bytes: inout [UInt8]) {
    for index in 0..<size {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
    }
  }

  /// Changes a field of 32 bits in the headers of some sections.
  private func change(
    _ sections: [Int], _ field: Int, to value: Int, in bytes: inout [UInt8]
  ) throws {
    let before = bytes
    let elf = try ELFFile(ByteSource(before.rawSpan))
    let places = sections.map { elf.headerOffset(ofSection: $0) + field }
    for place in places { set(value, size: 4, at: place, in: &bytes) }
  }

  private func names(_ bytes: [UInt8]) throws -> [String] {
    let elf = try ELFFile(ByteSource(bytes.rawSpan))
    return elf.sections.map { elf.name(of: $0).text }
  }

  @Test("A name that another section has, too, stays when one of them is dropped")
  func sharedName() throws {
    var bytes = sample()
    let before = bytes
    let file = try ELFFile(ByteSource(before.rawSpan))
    let last = Int(file.sections[6].nameOffset)
    try change([2, 3], 0, to: last, in: &bytes)
    #expect(
      try names(bytes) == [
        "", ".text", ".shstrtab", ".shstrtab", ".symtab", ".strtab", ".shstrtab",
      ])
    let elf = try ELFFile(ByteSource(bytes.rawSpan))
    var editor = try ELFEditor(elf)
    editor.drop(editor.section(at: 3))
    let edited = try editor.build(from: bytes.rawSpan)
    #expect(try names(edited) == ["", ".text", ".shstrtab", ".symtab", ".strtab", ".shstrtab"])
  }

  @Test("A symbol named by what follows the names of sections is refused where they are its names")
  func symbolNames() throws {
    var bytes = sample()
    try change([4], 40, to: 6, in: &bytes)
    let before = bytes
    let elf = try ELFFile(ByteSource(before.rawSpan))
    let (size, table) = (Int(elf.sections[6].size), Int(elf.sections[4].offset))
    for (name, isRefused) in [(0, false), (size - 1, false), (size, true), (size + 1, true)] {
      set(name, size: 4, at: table + 24, in: &bytes)
      var error: ParseError?
      do throws(ParseError) {
        _ = try ELFEditor(try ELFFile(ByteSource(bytes.rawSpan)))
      } catch let thrown { error = thrown }
      let expected = ParseError(.badValue(UInt64(name)), in: "st_name", at: table + 24)
      #expect(error == (isRefused ? expected : nil), "\(name)")
    }
  }

  @Test("Names of sections that do not end in a NUL are refused where they end")
  func unterminatedNames() throws {
    let whole = sample()
    let file = try ELFFile(ByteSource(whole.rawSpan))
    let (offset, size) = (Int(file.sections[6].offset), Int(file.sections[6].size))
    for (count, place) in [(size - 1, offset + size - 2), (0, offset)] {
      var bytes = whole
      try change([6], 32, to: count, in: &bytes)
      var error: ParseError?
      do throws(ParseError) {
        _ = try ELFEditor(try ELFFile(ByteSource(bytes.rawSpan)))
      } catch let thrown { error = thrown }
      #expect(
        error == ParseError(.unterminatedString, in: "section name table", at: place), "\(count)")
    }
  }

  @Test("An empty section among bytes that are dropped moves as far as they do, if it can")
  func emptyAmongDropped() throws {
    for (place, wanted) in [(100, 0), (99, 99), (120, 20)] as [(UInt64, UInt64)] {
      var elf = ELFBuilder()
      elf.addSection(".dropped", bytes: [UInt8](repeating: 1, count: 100))
      elf.addSection(".bss", type: .nobits, size: 8, alignment: 1)
      elf.sections[1].claimedOffset = place
      let bytes = elf.build()
      let file = try ELFFile(ByteSource(bytes.rawSpan))
      var editor = try ELFEditor(file)
      editor.drop(editor.section(at: 1))
      let edited = try editor.build(from: bytes.rawSpan)
      let after = try ELFFile(ByteSource(edited.rawSpan))
      #expect(after.sections[1].offset == wanted, "\(place)")
    }
  }

  @Test("An empty section at the end of a file stays at an aligned offset there")
  func emptyAtEnd() throws {
    var elf = ELFBuilder()
    elf.addSection(".text", bytes: [1])
    elf.addSection(".empty", bytes: [], alignment: 16)
    elf.addSection(".fill", bytes: [])
    while elf.build().count % 16 != 8 {
      elf.sections[2].bytes += [UInt8](repeating: 0, count: 8)
      elf.sections[2].size += 8
    }
    let end = elf.build().count + 8
    elf.sections[1].claimedOffset = UInt64(end)
    let bytes = elf.build() + [UInt8](repeating: 0, count: 8)
    for count in [1, 8, 9, 16, 17, 100] {
      let file = try ELFFile(ByteSource(bytes.rawSpan))
      var editor = try ELFEditor(file)
      editor.replace(editor.section(at: 1), with: [UInt8](repeating: 1, count: count))
      let edited = try editor.build(from: bytes.rawSpan)
      let after = try ELFFile(ByteSource(edited.rawSpan))
      #expect(after.sections[2].offset % 16 == 0 && after.sections[2].size == 0, "\(count)")
      #expect(Int(after.sections[2].offset) == edited.count)
    }
  }

  /// No section has a number from `SHN_LORESERVE` (0xff00) on (gABI, chapter 4).
  @Test("A file may have 65,279 sections")
  func mostSections() throws {
    var elf = ELFBuilder()
    elf.addSection("a", bytes: [])
    let few = elf.build()
    let new = ELFEditor.NewSection("b", flags: [], bytes: [1], alignment: 1)
    for (count, isRefused) in [(65_279, false), (65_280, true)] {
      // The table is the last in the file; one section less than are wanted, most of them null.
      var bytes = few + [UInt8](repeating: 0, count: 64 * (count - 1 - 3))
      set(count - 1, size: 2, at: 60, in: &bytes)
      let file = try ELFFile(ByteSource(bytes.rawSpan))
      var editor = try ELFEditor(file)
      editor.add(new, before: editor.section(at: 1))
      do throws(ParseError) {
        let edited = try editor.build(from: bytes.rawSpan)
        #expect(!isRefused)
        let built = try ELFFile(ByteSource(edited.rawSpan))
        #expect(built.sections.count == count)
      } catch {
        #expect(isRefused && error.reason == .unsupported(UInt64(count)))
      }
    }
  }
}
