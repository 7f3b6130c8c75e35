import ByteStorage
import DWARFFormat
import TestSupport
import Testing

@Suite("Debug information")
struct DWARFEntriesTests {
  private struct Opened {
    let data: DebugData
    let entries: DWARFEntries
  }

  private func open(_ name: String) throws -> Opened {
    let scratch = try ScratchDirectory()
    let goldens = try TypeGoldens(unpackingInto: scratch)
    let data = try DebugData(try MappedFile("\(goldens.root)/obj/\(name).o"))
    return Opened(data: data, entries: try DWARFEntries(data))
  }

  /// The names of the structures at the top of each unit, sorted.
  private func structures(_ name: String) throws -> [String] {
    let opened = try open(name)
    let reader = DWARFReader(opened.data, opened.entries)
    var names: [String] = []
    for unit in opened.entries.units {
      var child = opened.entries.firstChild(of: unit.entries.lowerBound)
      while let entry = child {
        if opened.entries.tag(entry) == .structure, let text = reader.string(entry, .name) {
          names.append(text.text)
        }
        child = opened.entries.sibling(of: entry)
      }
    }
    return names.sorted()
  }

  @Test("strings, references and constants are read in every byte order and architecture")
  func architectures() throws {
    let expected = try structures("c05_cycle.clang21_aarch64-dw5")
    #expect(expected.count > 3)
    #expect(try structures("c05_cycle.clang21_powerpc64le-dw5") == expected)
    #expect(try structures("c03_enum.clang21_s390x-dw5").isEmpty)
  }

  @Test(
    "what refers to a supplementary file is read with it only",
    arguments: [0x1c, 0x1d, 0x1f20, 0x1f21] as [UInt16])
  func supplement(_ form: UInt16) throws {
    var dwarf = DWARFBuilder()
    dwarf.units = [
      .init(
        .compileUnit,
        children: [.init(.structure, nil, [(.name, .bytes(form, [0, 0, 0, 0]))])])
    ]
    let file = dwarf.file()
    let error = #expect(throws: ParseError.self) {
      _ = try DWARFEntries(DebugData(MappedFile(copying: file.rawSpan))).units.count
    }
    #expect(error?.region.description == "supplementary file" && error?.reason == .missing)
  }

  @Test("packed sections hold what unpacked ones hold")
  func packedSections() throws {
    let plain = try structures("z1_zlib.gcc12-dw5")
    #expect(!plain.isEmpty)
    #expect(try structures("z1_zlibgnu.gcc12-dw5") == plain)
    #expect(try structures("z1_zstd.gcc16-dw5") == plain)
  }

  @Test("units, entries and their places agree")
  func places() throws {
    let opened = try open("c12_multi.gcc12-dw5")
    let entries = opened.entries
    #expect(entries.units.count == 2)
    for (index, unit) in entries.units.enumerated() {
      #expect(unit.version == 5)
      for entry in unit.entries {
        #expect(entries.unit(of: entry) == index)
        #expect(entries.number(at: Int(entries.entries[entry].offset)) == entry)
      }
    }
    #expect(entries.number(at: 1) == nil)
  }

  @Test(
    "names of files are those of the line table",
    arguments: [("c07_decl.gcc12-dw5", 5), ("c02_struct.gcc12-dw4", 4)])
  func fileNames(_ name: String, _ version: Int) throws {
    let opened = try open(name)
    let reader = DWARFReader(opened.data, opened.entries)
    let place = reader.sectionOffset(0, .lineTable)
    let offset = try #require(place)
    let files = try DWARFFileNames(opened.data, at: offset)
    #expect(files.version == version || files.version == 3)
    var names: [String] = []
    for index in 0..<files.count {
      if let name = files.name(UInt64(index)) { names.append(name.text) }
    }
    let stem = name.prefix { $0 != "." }
    #expect(names.contains("\(stem).h"))
    let isPastEnd = files.name(UInt64(files.count)) == nil
    #expect(isPastEnd)
  }

  @Test("a file without debug information has no entries")
  func nothing() throws {
    let module = ModuleBuilder().build()
    let data = try DebugData(MappedFile(copying: module.rawSpan))
    let entries = try DWARFEntries(data)
    #expect(entries.entries.isEmpty)
  }
}
