import ByteStorage
import DWARFFormat
import ELFFormat
import TestSupport
import Testing

/// Places are those that `addr2line -i` of GNU binutils 2.40 gives, which skips what is malformed.
@Suite("Line programs and ranges")
struct LineProgramTests {
  private typealias Entry = DWARFBuilder.Entry

  /// A table with the files `1.c`, `2.c` …, and a program.
  private struct Table {
    var program: [UInt8] = []
    var files = 2
    var lineRange: UInt8 = 14
    var order = ByteOrder.little

    mutating func set(_ address: UInt64) {
      var bytes = ByteBuilder(order)
      bytes.put(address)
      program += [0, 9, 2] + bytes.bytes
    }

    mutating func row(_ address: UInt64, file: UInt8 = 1) {
      set(address)
      program += [4, file, 1]
    }

    mutating func end(_ address: UInt64) {
      set(address)
      program += [0, 1, 1]
    }

    var bytes: [UInt8] {
      var header = ByteBuilder(order)
      header.put([1, 1, 1, 0xfb, lineRange, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0] as [UInt8])
      for file in 1...files {
        header.put(cString: "\(file).c")
        header.put([0, 0, 0] as [UInt8])
      }
      header.put(UInt8(0))
      var out = ByteBuilder(order)
      out.put(UInt32(2 + 4 + header.count + program.count))
      out.put(UInt16(4))
      out.put(UInt32(header.count))
      out.put(header.bytes + program)
      return out.bytes
    }
  }

  private func unit(
    _ low: UInt64, _ high: UInt64, lines: Int? = 0, children: [Entry] = []
  ) -> DWARFBuilder.Unit {
    var attributes: [(DWARFBuilder.Name, DWARFBuilder.Value)] = [
      (.low, .address(low)), (.high, .data8(high - low)), (.directory, .string("/d")),
    ]
    if let lines { attributes.append((.lines, .section(lines))) }
    return .init(.compileUnit, attributes, children: children)
  }

  private func lines(_ dwarf: DWARFBuilder) throws -> SourceLines {
    try SourceLines(DebugData(MappedFile(copying: dwarf.file().rawSpan)))
  }

  /// The places of addresses, each as `file:line` and joined by blanks.
  private func places(_ dwarf: DWARFBuilder, _ addresses: UInt64...) throws -> [String] {
    var lines = try lines(dwarf)
    return addresses.map { address in
      lines.places(of: address).map {
        "\(String(decoding: $0.path.dropFirst(3), as: UTF8.self)):\($0.line)"
      }.joined(separator: " ")
    }
  }

  private func places(_ table: Table, _ addresses: UInt64...) throws -> [String] {
    var dwarf = DWARFBuilder(table.order)
    dwarf.units = [unit(0, 0x1000)]
    dwarf.sections[".debug_line"] = table.bytes
    var lines = try lines(dwarf)
    return addresses.map { address in
      lines.places(of: address).map {
        "\(String(decoding: $0.path.dropFirst(3), as: UTF8.self)):\($0.line)"
      }.joined(separator: " ")
    }
  }

  @Test("an address has the row before it, up to the end of the sequence")
  func sequences() throws {
    var table = Table()
    table.row(0x100, file: 1)
    table.row(0x180, file: 2)
    table.end(0x200)
    #expect(
      try places(table, 0xff, 0x100, 0x17f, 0x180, 0x1ff, 0x200, 0x201) == [
        "", "1.c:1", "1.c:1", "2.c:1", "2.c:1", "", "",
      ])
  }

  @Test("rows that go back are put in order, and of one address the last counts")
  func unsorted() throws {
    var table = Table(files: 3)
    table.row(0x100, file: 1)
    table.row(0x180, file: 2)
    table.row(0x140, file: 3)
    table.end(0x200)
    #expect(try places(table, 0x120, 0x150, 0x190) == ["1.c:1", "3.c:1", "2.c:1"])
    table = Table()
    table.row(0x100, file: 1)
    table.row(0x100, file: 2)
    table.end(0x200)
    #expect(try places(table, 0x120) == ["2.c:1"])
  }

  @Test("of sequences that overlap the one counts that begins first, and others follow")
  func overlapping() throws {
    var table = Table(files: 4)
    for (file, low, high) in [
      (1, 0x100, 0x200), (2, 0x180, 0x200), (3, 0x1c0, 0x280), (4, 0x280, 0x300),
    ] as [(UInt8, UInt64, UInt64)] {
      table.row(low, file: file)
      table.end(high)
    }
    #expect(
      try places(table, 0x1c0, 0x1ff, 0x200, 0x27f, 0x280, 0x300) == [
        "1.c:1", "1.c:1", "3.c:1", "3.c:1", "4.c:1", "",
      ])
  }

  @Test("a file that the table does not have is no place, and hides no call")
  func noFile() throws {
    for (file, isThere) in [(0, false), (1, true), (2, true), (3, false)] as [(UInt8, Bool)] {
      var table = Table()
      table.row(0x100, file: file)
      table.end(0x200)
      #expect(try places(table, 0x100) == [isThere ? "\(file).c:1" : ""])
    }
  }

  @Test("a range of lines of 0 ends the program at what needs one", arguments: [[13], [8]])
  func noLineRange(_ opcode: [UInt8]) throws {
    var table = Table(lineRange: 0)
    table.row(0x100)
    table.end(0x200)
    table.program += opcode
    table.row(0x300)
    table.end(0x400)
    #expect(try places(table, 0x100, 0x300) == ["1.c:1", ""])
  }

  @Test("extended operations of other sizes are passed over, in either byte order")
  func extended() throws {
    for order in [ByteOrder.little, .big] {
      var table = Table(files: 3, order: order)
      table.row(0x100)
      // Without a code: what follows is an operation of its own, a row.
      table.program += [0, 0, 1]
      // Addresses of no bytes and of nine, each before another row at the same address.
      table.program += [0, 1, 2, 4, 2, 1]
      table.program += [0, 10, 2] + [UInt8](repeating: 1, count: 9) + [4, 3, 1]
      table.end(0x200)
      #expect(try places(table, 0x80, 0x100, 0x1ff, 0x200) == ["", "3.c:1", "3.c:1", ""])
    }
  }

  @Test("a file table may end with the section")
  func tightFiles() throws {
    var out = ByteBuilder()
    let header: [UInt8] =
      [1, 1, 1, 0xfb, 14, 1] + [0, 0]  // no directories
      + [1, 2, 0x0b] + [2, 0, 0]  // two files, whose directory alone is given
    out.put(UInt32(2 + 2 + 4 + header.count))
    out.put(UInt16(5))
    out.put([8, 0] as [UInt8])
    out.put(UInt32(header.count))
    out.put(header)
    var dwarf = DWARFBuilder()
    dwarf.units = [unit(0, 0x1000)]
    dwarf.sections[".debug_line"] = out.bytes
    let data = try DebugData(MappedFile(copying: dwarf.file().rawSpan))
    let files = try DWARFFileNames(data, at: 0)
    #expect(files.count == 2)
    // A byte fewer is too few.
    dwarf.sections[".debug_line"] = Array(out.bytes.dropLast())
    let cut = try DebugData(MappedFile(copying: dwarf.file().rawSpan))
    #expect(throws: ParseError.self) { try DWARFFileNames(cut, at: 0).count }
  }

  @Test("a unit without code has no lines")
  func noCode() throws {
    var dwarf = DWARFBuilder()
    dwarf.units = [unit(0x100, 0x100)]
    #expect(try lines(dwarf).isEmpty)
    dwarf.units = [unit(0x100, 0x101)]
    #expect(try !lines(dwarf).isEmpty)
  }

  @Test("lists of ranges have what is not empty, up to their end or that of the section")
  func lists() throws {
    func isEmpty(_ version: Int, _ list: [UInt64]) throws -> Bool {
      var dwarf = DWARFBuilder()
      var unit = DWARFBuilder.Unit(.compileUnit, [(.ranges, .section(0))])
      unit.version = version
      dwarf.units = [unit]
      var bytes = ByteBuilder()
      for (number, value) in list.enumerated() {
        // DW_RLE_start_end.
        if version == 5, number.isMultiple(of: 2) { bytes.put(UInt8(6)) }
        bytes.put(value)
      }
      dwarf.sections[version == 5 ? ".debug_rnglists" : ".debug_ranges"] = bytes.bytes
      return try lines(dwarf).isEmpty
    }
    for version in [4, 5] {
      #expect(try isEmpty(version, [0x100, 0x100]))
      #expect(try isEmpty(version, [0x100, 0xff]))
      #expect(try !isEmpty(version, [0x100, 0x101]))
      #expect(try !isEmpty(version, [0x100, 0x100, 0x200, 0x300]))
    }
  }

  @Test("of units that share an address the first with a row or function counts")
  func sharedAddresses() throws {
    var (first, second) = (Table(), Table())
    first.row(0x100, file: 1)
    first.end(0x800)
    second.row(0x100, file: 2)
    second.end(0x800)
    var dwarf = DWARFBuilder()
    dwarf.sections[".debug_line"] = first.bytes + second.bytes
    let start = first.bytes.count
    // The first of them ends at 0x400, whatever its table has.
    dwarf.units = [unit(0x100, 0x400, lines: 0), unit(0xf0, 0x800, lines: start)]
    #expect(try places(dwarf, 0x3ff, 0x400, 0x7ff) == ["1.c:1", "2.c:1", "2.c:1"])
    // A unit with nothing, and one with a function but no row.
    dwarf.units = [unit(0x100, 0x800, lines: nil), unit(0x100, 0x800, lines: start)]
    #expect(try places(dwarf, 0x200) == ["2.c:1"])
    let function = Entry(.subprogram, nil, [(.low, .address(0x100)), (.high, .data8(0x100))])
    dwarf.units[0].entry.children = [function]
    #expect(try places(dwarf, 0x1ff, 0x200) == ["", "2.c:1"])
    // The line table of a unit that cannot be read.
    dwarf.units[0] = unit(0x100, 0x800, lines: 1 << 16)
    #expect(try places(dwarf, 0x200) == ["2.c:1"])
  }

  @Test("calls are those of the shortest function, of equal ones the last")
  func calls() throws {
    func inlined(_ low: UInt64, _ size: UInt64, _ line: UInt8, _ children: [Entry] = []) -> Entry {
      Entry(
        .inlinedSubroutine, nil,
        [
          (.low, .address(low)), (.high, .data8(size)), (.callFile, .data1(2)),
          (.callLine, .data1(line)),
        ], children: children)
    }
    func function(_ children: [Entry]) -> Entry {
      Entry(
        .subprogram, nil, [(.low, .address(0x100)), (.high, .data8(0x100))], children: children)
    }
    var table = Table()
    table.row(0x100)
    table.end(0x200)
    var dwarf = DWARFBuilder()
    dwarf.sections[".debug_line"] = table.bytes
    dwarf.units = [
      unit(
        0x100, 0x200, children: [function([inlined(0x120, 0x40, 10, [inlined(0x130, 0x10, 20)])])])
    ]
    #expect(
      try places(dwarf, 0x110, 0x120, 0x130, 0x140, 0x160) == [
        "1.c:1", "1.c:1 2.c:10", "1.c:1 2.c:20 2.c:10", "1.c:1 2.c:10", "1.c:1",
      ])
    let others: [([Entry], String)] = [
      // Two in one place, and a longer one around them.
      ([inlined(0x120, 0x20, 10), inlined(0x120, 0x20, 20), inlined(0x118, 0x30, 30)], "20"),
      // One that begins earlier and is shorter, or as long and later in the file, or earlier in it.
      ([inlined(0x120, 0x40, 10), inlined(0x118, 0x10, 20)], "20"),
      ([inlined(0x120, 0x10, 10), inlined(0x118, 0x10, 20)], "20"),
      ([inlined(0x118, 0x10, 10), inlined(0x120, 0x10, 20)], "20"),
      ([inlined(0x120, 0x10, 10), inlined(0x118, 0x11, 20)], "10"),
      // A longer one that begins between them.
      (
        [inlined(0x120, 0x10, 10), inlined(0x118, 0x20, 20), inlined(0x117, 0x0f, 30)], "30"
      ),
    ]
    for (children, line) in others {
      dwarf.units = [unit(0x100, 0x200, children: [function(children)])]
      #expect(try places(dwarf, 0x124) == ["1.c:1 2.c:\(line)"])
    }
  }
}
