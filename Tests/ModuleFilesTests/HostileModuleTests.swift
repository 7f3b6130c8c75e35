import ByteStorage
import ELFFormat
import ModuleFiles
import ModuleVersions
import TestSupport
import Testing

@Suite("Hostile modules")
struct HostileModuleTests {
  @Test("more version records than any kernel could export are refused, not kept")
  func tooManyRecords() throws {
    // As a sparse file would have them: all zero.
    let size = 4 * (VersionTables.mostRecords + 1)
    let layout = ELFLayout(is64Bit: true, order: .little)
    var elf = ELFBuilder(layout: layout)
    elf.addSection("__version_ext_crcs", bytes: [UInt8](repeating: 0, count: size))
    elf.addSection("__version_ext_names", bytes: [0])
    let bytes = elf.build()
    let module = try ModuleFile(ByteSource(bytes.rawSpan))
    var message = ""
    do throws(ParseError) { _ = try module.versions() } catch { message = "\(error)" }
    #expect(message.contains("size of version table"))
  }

  @Test("CRCs that many relocations point at are read four bytes at a time, and only inside")
  func relativeCRCs() throws {
    var elf = ELFBuilder()
    let text = elf.addSection(".text", bytes: [0xc3])
    let strings = elf.addSection("__ksymtab_strings", bytes: Array("one\0two\0".utf8))
    let targets = elf.addSection(".rodata", bytes: [1, 0, 0, 0, 2, 0])
    let table = elf.addSection("__ksymtab", bytes: [UInt8](repeating: 0, count: 24))
    let crcs = elf.addSection("__kcrctab", bytes: [UInt8](repeating: 0, count: 8))
    let textSymbol = elf.addSymbol("", section: text, binding: 0, type: 3)
    let stringSymbol = elf.addSymbol("", section: strings, binding: 0, type: 3)
    let crcSymbol = elf.addSymbol("", section: targets, binding: 0, type: 3)
    elf.addRelocations(
      [
        .init(offset: 0, symbol: textSymbol, type: 2),
        .init(offset: 4, symbol: stringSymbol, type: 2),
        .init(offset: 12, symbol: textSymbol, type: 2),
        .init(offset: 16, symbol: stringSymbol, type: 2, addend: 4),
      ], forSection: table)
    elf.addRelocations(
      [
        .init(offset: 0, symbol: crcSymbol, type: 2),
        // Two bytes short of the section's end.
        .init(offset: 4, symbol: crcSymbol, type: 2, addend: 4),
      ], forSection: crcs)
    let bytes = elf.build()
    let file = try ELFFile(ByteSource(bytes.rawSpan))
    var exports = ExportTable()
    let owner = exports.addOwner("hostile")
    try file.addModuleExports(to: &exports, owner: owner)
    #expect(exports.rows.map { exports.text($0.name) } == ["one", "two"])
    #expect(exports.rows.map(\.crc) == [1, 0])
  }
}
