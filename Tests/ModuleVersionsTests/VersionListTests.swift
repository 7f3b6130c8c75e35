import ByteStorage
import ELFFormat
import ModuleVersions
import TestSupport
import Testing

@Suite("Lists of versions")
struct VersionListTests {
  private func list(_ names: [String]) -> VersionList {
    var list = VersionList()
    for (index, name) in names.enumerated() {
      list.append(Array(name.utf8).rawSpan, crc: UInt32(index) + 0xa000_0000)
    }
    return list
  }

  private func names(_ list: VersionList) -> [String] { list.rows.map { list.text($0) } }

  private static let long = String(repeating: "l", count: 70)

  @Test(
    "a basic table has room for a word and a NUL less than its records, and skips what is longer",
    arguments: [(true, 55), (false, 59)])
  func basic(_ is64Bit: Bool, _ longest: Int) throws {
    let layout = ELFLayout(is64Bit: is64Bit, order: .little)
    let names = [1, longest, longest + 1, 70].map { String(Self.long.prefix($0)) }
    let list = list(names + ["z"])
    #expect(list.tooLong(layout).map { list.text($0).utf8.count } == [longest + 1, 70])
    let table = list.basicTable(layout, longNames: .leftOut)
    #expect(table.count == 3 * 64)
    let word = layout.wordSize
    for (row, (name, crc)) in [(names[0], 0), (names[1], 1), ("z", 4)].enumerated() {
      let record = Array(table[(64 * row)..<(64 * row + 64)])
      #expect(record.prefix(4) == [UInt8(crc), 0, 0, 0xa0])
      #expect(record[4..<word].allSatisfy { $0 == 0 })
      let rest = record.dropFirst(word)
      #expect(rest.prefix(name.utf8.count).elementsEqual(name.utf8))
      #expect(rest.dropFirst(name.utf8.count).allSatisfy { $0 == 0 })
    }
    let hashed = list.basicTable(layout, longNames: .hashed)
    #expect(hashed.count == 5 * 64)
    #expect(hashed[(128 + word)..<(128 + word + 7)].elementsEqual(Array("sha256\0".utf8)))
  }

  @Test("packed records are filled up to four bytes with at least one NUL, and the last is zeros")
  func packed() {
    let layout = ELFLayout(is64Bit: true, order: .big)
    for (name, size) in [("abc", 12), ("abcd", 16), ("a", 12), ("abcdefg", 16)] {
      let table = list([name]).packedTable(layout)
      #expect(table.count == size + 9)
      #expect(table.prefix(8) == [0, 0, 0, UInt8(size), 0xa0, 0, 0, 0])
      #expect(table[8...].prefix(name.utf8.count).elementsEqual(name.utf8))
      #expect(table.dropFirst(8 + name.utf8.count).allSatisfy { $0 == 0 })
    }
  }

  @Test("extended tables have a CRC and a name of any length for each")
  func extended() {
    let list = list(["a", Self.long])
    let layout = ELFLayout(is64Bit: true, order: .little)
    #expect(list.extendedCRCs(layout) == [0, 0, 0, 0xa0, 1, 0, 0, 0xa0])
    #expect(list.extendedNames() == Array("a\0\(Self.long)\0\0".utf8))
    #expect(VersionList().extendedNames() == [0])
  }

  @Test("a version is put where it is wanted, or at the nearest end")
  func inserting() {
    for (place, expected) in [
      (0, ["n", "a", "b"]), (1, ["a", "n", "b"]), (2, ["a", "b", "n"]), (3, ["a", "b", "n"]),
      (-1, ["n", "a", "b"]),
    ] {
      var list = list(["a", "b"])
      list.insert(Array("n".utf8).rawSpan, crc: 7, at: place)
      #expect(names(list) == expected)
    }
    var list = list(["a", "b"])
    list.setCRC(9, at: 1)
    list.setCRC(9, at: 2)
    list.setCRC(9, at: -1)
    #expect(list.rows.map(\.crc) == [0xa000_0000, 9])
    list.filter { $0.crc == 9 }
    #expect(names(list) == ["b"])
  }
}
