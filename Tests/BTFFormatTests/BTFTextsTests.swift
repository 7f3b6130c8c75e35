import BTFFormat
import ByteStorage
import TestSupport
import Testing

@Suite("Texts of BTF")
struct BTFTextsTests {
  /// A section made type by type.
  private struct Section {
    var types: [UInt32] = []
    var strings: [UInt8] = [0]

    mutating func name(_ text: String) -> UInt32 {
      defer { strings += Array(text.utf8) + [0] }
      return text.isEmpty ? 0 : UInt32(strings.count)
    }

    mutating func add(
      _ name: String, _ kind: UInt32, _ count: UInt32, _ word: UInt32, _ data: [UInt32] = []
    ) {
      types += [self.name(name), kind << 24 | count, word] + data
    }

    func base() throws -> BTFBase {
      var out = ByteBuilder(.little)
      out.put(UInt16(0xeb9f))
      out.put([1, 0])
      let size = UInt32(types.count * 4)
      for word in [24, 0, size, size, UInt32(strings.count)] { out.put(word) }
      for word in types { out.put(word) }
      out.put(strings)
      return try BTFBase(parsing: out.bytes.rawSpan)
    }
  }

  /// 1 int, 2 struct node, 3 its pointer, 4 enum, 5 typedef, 6 prototype, 7 function, 8 array, 9 variable,
  /// 10 union without a name, 11 struct with it and a bit-field.
  private func section() -> Section {
    var section = Section()
    section.add("int", 1, 0, 4, [1 << 24 | 32])
    let (value, next) = (section.name("value"), section.name("next"))
    section.add("node", 4, 2, 16, [value, 5, 0, next, 3, 64])
    section.add("", 2, 0, 2)
    section.add("mode", 6, 2, 4, [section.name("OFF"), 0, section.name("ON"), 7])
    section.add("number", 8, 0, 1)
    section.add("", 13, 2, 1, [section.name("from"), 3, 0, 0])
    section.add("walk", 12, 0, 6)
    section.add("", 3, 0, 0, [4, 1, 3])
    section.add("modes", 14, 0, 8, [1])
    section.add("", 5, 1, 4, [value, 1, 0])
    section.add("flags", 4, 1 << 31 | 2, 8, [0, 10, 0, section.name("bit"), 1, 3 << 24 | 33])
    return section
  }

  private func lines(_ section: Section, _ names: String...) throws -> [String] {
    let text = try BTFTexts.lines(of: section.base(), names: names.map { Array($0.utf8) })
    return text.bytes.rawSpan.text.split(separator: "\n").map(String.init)
  }

  private let integer = "base_type int byte_size(4) encoding(5)"

  @Test(
    "a function and the types that it reaches are written as gendwarfksyms writes those of DWARF")
  func function() throws {
    #expect(
      try lines(section(), "walk") == [
        "s#node structure_type node { member t#number value data_member_location(0) , "
          + "member pointer_type { s#node } next data_member_location(8) } byte_size(16)",
        "t#number typedef_type number { \(integer) }",
        "walk subprogram ( formal_parameter pointer_type { s#node } from ) -> \(integer)",
      ])
  }

  @Test("variables, arrays, enumerations, and members without names or of some bits")
  func others() throws {
    #expect(
      try lines(section(), "modes", "flags") == [
        "e#mode enumeration_type mode { enumerator OFF = 0 , enumerator ON = 7 } byte_size(4)",
        "modes variable array_type[3] { e#mode }",
        "s#flags structure_type flags { member union_type { member \(integer) value "
          + "data_member_location(0) } byte_size(4) data_member_location(0) , member \(integer) bit "
          + "bit_size(3) data_bit_offset(33) } byte_size(8)",
      ])
    #expect(try lines(section(), "absent").isEmpty)
  }

  @Test("each parameter is written, without a name, too; that more may follow is not")
  func parameters() throws {
    var types = section()
    let name = types.name("from")
    types.add("all", 12, 0, 13)
    types.add("", 13, 3, 1, [name, 1, 0, 3, 0, 0])
    #expect(
      try lines(types, "all").first
        == "all subprogram ( formal_parameter \(integer) from , formal_parameter pointer_type "
        + "{ s#node } ) -> \(integer)")
  }

  @Test("types that go on without end are an error")
  func endless() throws {
    var section = Section()
    section.add("f", 12, 0, 2)
    section.add("", 13, 0, 3)
    section.add("", 2, 0, 3)
    #expect(throws: ParseError.self) { try lines(section, "f") }
  }
}
