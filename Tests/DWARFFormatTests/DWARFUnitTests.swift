import ByteStorage
import DWARFFormat
import ELFFormat
import TestSupport
import Testing

@Suite("Units, entries and values")
struct DWARFUnitTests {
  private typealias Entry = DWARFBuilder.Entry
  private static let odd = DWARFBuilder.Name(rawValue: 0x2001)

  private struct Opened {
    let data: DebugData
    let entries: DWARFEntries

    init(_ builder: DWARFBuilder) throws(ParseError) {
      data = try DebugData(MappedFile(copying: builder.file().rawSpan))
      entries = try DWARFEntries(data)
    }

    /// The tags and names of all entries.
    var names: [String] {
      let reader = DWARFReader(data, entries)
      return entries.entries.indices.map { entry in
        let name = reader.string(entry, .name)?.text ?? "-"
        return "\(String(entries.tag(entry).rawValue, radix: 16)) \(name)"
      }
    }
  }

  private func unit(
    _ attributes: [(DWARFBuilder.Name, DWARFBuilder.Value)] = [], children: [Entry] = []
  ) -> DWARFBuilder.Unit { .init(.compileUnit, attributes, children: children) }

  private func base(_ name: String) -> Entry { Entry(.base, name, [(.name, .string(name))]) }

  @Test(
    "headers of each version, form and kind are passed over",
    arguments: [
      (2, 4, 1, 0), (3, 4, 1, 0), (4, 8, 1, 0), (5, 4, 1, 0), (5, 8, 3, 0), (5, 4, 4, 8),
      (5, 8, 5, 8),
    ] as [(Int, Int, UInt8, Int)])
  func headers(_ version: Int, _ offset: Int, _ kind: UInt8, _ rest: Int) throws {
    for order in [ByteOrder.little, .big] {
      var dwarf = DWARFBuilder(order)
      dwarf.units = [unit(children: [base("a")]), unit(children: [base("b")])]
      dwarf.units[0].version = version
      (dwarf.units[0].offset, dwarf.units[0].kind) = (offset, kind)
      dwarf.units[0].headerRest = [UInt8](repeating: 0xee, count: rest)
      let opened = try Opened(dwarf)
      #expect(opened.names == ["11 -", "24 a", "11 -", "24 b"])
      #expect(opened.entries.units.map(\.version) == [version, 4])
    }
  }

  @Test("a header that is not whole is an error with what is needed and there")
  func truncated() throws {
    func error(_ bytes: [UInt8]) -> ParseError? {
      var elf = ELFBuilder()
      elf.addSection(".debug_info", flags: [], bytes: bytes)
      elf.addSection(".debug_abbrev", flags: [], bytes: [0])
      do throws(ParseError) {
        _ = try DWARFEntries(DebugData(MappedFile(copying: elf.build().rawSpan)))
        return nil
      } catch { return error }
    }
    #expect(
      error([9, 0, 0]) == ParseError(.truncated(needed: 4, available: 3), in: ".debug_info", at: 0))
    #expect(
      error([9, 0, 0, 0, 4, 0])
        == ParseError(.truncated(needed: 9, available: 2), in: ".debug_info", at: 0))
    #expect(
      error([2, 0, 0, 0, 1, 0]) == ParseError(.unsupported(1), in: ".debug_info", at: 4))
  }

  @Test("types in units of their own are found by their signatures", arguments: [4, 5])
  func typeUnits(_ version: Int) throws {
    for offset in [4, 8] {
      var dwarf = DWARFBuilder()
      let user = Entry(.variable, nil, [(.name, .string("v")), (.type, .signature(0x1234_5678))])
      var type = DWARFBuilder.Unit(
        .typeUnit, children: [base("other"), Entry(.structure, "s", [(.name, .string("s"))])])
      (type.version, type.offset, type.kind) = (version, offset, 2)
      type.type = (0x1234_5678, "s")
      dwarf.units = [unit(children: [user])]
      if version == 4 { dwarf.types = [type] } else { dwarf.units.append(type) }
      let opened = try Opened(dwarf)
      let reader = DWARFReader(opened.data, opened.entries)
      #expect(opened.names == ["11 -", "34 v", "41 -", "24 other", "13 s"])
      #expect(reader.reference(1, .type) == 4)
      #expect(opened.entries.units.map(\.region) == [.info, version == 4 ? .types : .info])
    }
  }

  @Test("references to other units are as wide as the version has them", arguments: 2...5)
  func globalReferences(_ version: Int) throws {
    var dwarf = DWARFBuilder()
    let user = Entry(.variable, nil, [(.type, .global("b")), (.name, .string("v"))])
    dwarf.units = [unit(children: [base("a"), base("b")]), unit(children: [user, base("c")])]
    dwarf.units[1].version = version
    let opened = try Opened(dwarf)
    #expect(opened.names == ["11 -", "24 a", "24 b", "11 -", "34 v", "24 c"])
    let reader = DWARFReader(opened.data, opened.entries)
    #expect(reader.reference(4, .type) == 2)
  }

  @Test("codes of abbreviations need not follow one another")
  func sparseCodes() throws {
    var dwarf = DWARFBuilder()
    dwarf.codeStep = 100
    dwarf.units = [unit(children: [base("a"), base("b")])]
    #expect(try Opened(dwarf).names == ["11 -", "24 a", "24 b"])
  }

  @Test("a unit may end with its last entry, without a zero")
  func noEnd() throws {
    var dwarf = DWARFBuilder()
    dwarf.endsUnits = false
    dwarf.units = [unit(children: [base("a"), base("b")])]
    #expect(try Opened(dwarf).names == ["11 -", "24 a", "24 b"])
    // Also with a block of no bytes, or of some.
    for block in [[0], [2, 7, 7]] as [[UInt8]] {
      dwarf.units = [
        unit(children: [base("a"), Entry(.variable, nil, [(.location, .bytes(0x18, block))])])
      ]
      #expect(try Opened(dwarf).names == ["11 -", "24 a", "34 -"])
    }
    dwarf.units = [
      unit(children: [Entry(.variable, nil, [(.location, .bytes(0x18, [2, 7]))])])
    ]
    #expect(throws: ParseError.self) { try Opened(dwarf).names }
  }

  @Test("no entry begins where none does, nor past the last")
  func noEntry() throws {
    var dwarf = DWARFBuilder()
    dwarf.units = [unit(children: [base("a"), base(String(repeating: "b", count: 300))])]
    let opened = try Opened(dwarf)
    let entries = opened.entries
    let begins = Set(entries.entries.map { Int($0.offset) })
    for offset in 0..<2000 {
      #expect((entries.number(at: offset) != nil) == begins.contains(offset), "\(offset)")
    }
  }

  /// A value, and the number or flag that it is.
  private static let values: [(DWARFBuilder.Value, UInt64?, Bool)] = [
    (.data1(200), 200, false), (.data2(0x1234), 0x1234, false), (.data8(.max), .max, false),
    (.signed(-3), UInt64(bitPattern: -3), false), (.signed(3), 3, false),
    (.bytes(0x0f, [0x80, 0x01]), 128, false),
    (.bytes(0x0f, [UInt8](repeating: 0xff, count: 9) + [0x7f]), .max, false),
    (.bytes(0x0f, [UInt8](repeating: 0x80, count: 10) + [0x7f]), 0, false),
    // Forms that are named in the entry, once and twice.
    (.bytes(0x16, [0x0b, 7]), 7, false), (.bytes(0x16, [0x16, 0x05, 1, 2]), 0x201, false),
    (.bytes(0x16, [0x19]), nil, true),
    (.flag(1), nil, true), (.flag(2), nil, true), (.flag(0), nil, false),
    (.bytes(0x19, []), nil, true), (.string("x"), nil, false),
  ]

  @Test("values are read as their forms say", arguments: values)
  func forms(_ value: DWARFBuilder.Value, _ number: UInt64?, _ flag: Bool) throws {
    var dwarf = DWARFBuilder()
    let attributes = [(Self.odd, value), (DWARFBuilder.Name.name, DWARFBuilder.Value.string("v"))]
    dwarf.units = [unit(children: [Entry(.variable, nil, attributes), base("a")])]
    let opened = try Opened(dwarf)
    #expect(opened.names == ["11 -", "34 v", "24 a"])
    let reader = DWARFReader(opened.data, opened.entries)
    let attribute = DWARFAttribute(rawValue: Self.odd.rawValue)
    #expect(reader.constant(1, attribute) == number)
    #expect(reader.flag(1, attribute) == flag)
    #expect(reader.isSigned(1, attribute) == (value.isSigned))
  }

  @Test(
    "a form that an entry cannot name is an error",
    arguments: [[0x21], [0x99, 0x01], [0x02], [0x16]] as [[UInt8]])
  func noForms(_ bytes: [UInt8]) throws {
    var dwarf = DWARFBuilder()
    dwarf.endsUnits = false
    dwarf.units = [unit(children: [Entry(.variable, nil, [(Self.odd, .bytes(0x16, bytes))])])]
    #expect(throws: ParseError.self) { try Opened(dwarf).names }
  }

  @Test("indices of strings have one to four bytes in either byte order", arguments: [1, 2, 3, 4])
  func stringIndices(_ size: Int) throws {
    for order in [ByteOrder.little, .big] {
      var dwarf = DWARFBuilder(order)
      // 300 is more than a byte holds.
      let index = size == 1 ? 200 : 300
      var bytes = (0..<size).map { UInt8(truncatingIfNeeded: index >> (8 * $0)) }
      if order == .big { bytes.reverse() }
      let value = DWARFBuilder.Value.bytes(0x24 + UInt16(size), bytes)
      dwarf.units = [unit(children: [Entry(.variable, nil, [(.name, value)]), base("a")])]
      dwarf.units[0].version = 5
      var offsets = ByteBuilder(order)
      offsets.put([UInt8](repeating: 0, count: 8 + 4 * index))
      offsets.put(UInt32(2))
      dwarf.sections = [
        ".debug_str_offsets": offsets.bytes, ".debug_str": [0x78, 0, 0x79, 0],
      ]
      #expect(try Opened(dwarf).names == ["11 -", "34 y", "24 a"])
    }
  }

  @Test("an attribute that shares its bit with another is not that other")
  func sharedBits() throws {
    var dwarf = DWARFBuilder()
    let other = DWARFBuilder.Name(rawValue: 0x42)
    dwarf.units = [unit(children: [base("a"), Entry(.variable, nil, [(other, .string("v"))])])]
    let opened = try Opened(dwarf)
    #expect(opened.names == ["11 -", "24 a", "34 -"])
    let reader = DWARFReader(opened.data, opened.entries)
    #expect(!reader.has(2, .name) && reader.has(2, DWARFAttribute(rawValue: 0x42)))
  }

  @Test("sections of types that a processor has for itself are read too")
  func sectionTypes() throws {
    var dwarf = DWARFBuilder()
    dwarf.units = [unit(children: [base("a")])]
    for (type, isRead) in [(0x6fff_ffff, false), (0x7000_0000, true), (0x7000_001e, true)] {
      var elf = ELFBuilder()
      dwarf.add(to: &elf)
      for index in elf.sections.indices {
        elf.sections[index].type = ELFSectionType(rawValue: UInt32(type))
      }
      let data = try DebugData(MappedFile(copying: elf.build().rawSpan))
      #expect(try DWARFEntries(data).entries.isEmpty == !isRead)
    }
  }
}

extension DWARFBuilder.Value {
  fileprivate var isSigned: Bool { if case .signed = self { true } else { false } }
}
