import ByteStorage
import NameTranslation
import SymbolNames
import TestSupport
import Testing

@Suite("Known names")
struct KnownNamesTests {
  private static let name = "_RNvNtNtCs1cdwasc6FUb_6kernel5print14format_strings4INFO"

  @Test(
    "names come from symvers, System.map, nm output and lists",
    arguments: [
      "0x12345678\t\(name)\tvmlinux\tEXPORT_SYMBOL\t", "ffffffff81000000 T \(name)",
      "                 U \(name)", "U \(name)", "\(name)", "  \(name)\r",
      "ffffffffc0000000 t \(name)\t[sample]",
    ])
  func texts(_ line: String) throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.write(Array("other\n\(line)\n\n".utf8), to: "names")
    var names = KnownNames()
    try names.read(path, limit: 1 << 20)
    let hashed = SymbolName(Self.name).hashed
    #expect(names.name(for: hashed) == Array(Self.name.utf8))
    #expect(names.linkageName(of: "sha256:" + hashed.hexadecimal) == Self.name)
    #expect(names.linkageName(of: Self.name) == nil)
    #expect(names.directories.count == 1 && names.damages.isEmpty)
  }

  @Test("of tables only damage is noted, the first of each")
  func damages() throws {
    let scratch = try ScratchDirectory()
    let list = try scratch.write(Array("\(Self.name)\n".utf8), to: "names")
    var names = KnownNames()
    try names.read(list, limit: 1 << 20)
    try #require(names.directories.count == 1)
    names.noteDamage(0, ParseError(.badMagic, in: "list", at: 0))
    #expect(names.damages.isEmpty)
  }

  @Test("a file that cannot be read is an error, and adds nothing")
  func missing() throws {
    let scratch = try ScratchDirectory()
    var names = KnownNames()
    #expect(throws: FileError.self) { try names.read(scratch.file("missing"), limit: 1 << 20) }
    #expect(names.directories.isEmpty)
  }
}
