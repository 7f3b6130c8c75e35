import ByteStorage
import Testing
import UnwindTables

@Suite("ORC tables")
struct ORCTableTests {
  @Test(
    "the header names the version, whatever the entries look like",
    arguments: [
      ("db84aed4103b31dd51e017f8f79783ca985c2c51", ORCVersion.two),
      ("fe5d32bf581bd63b2ca9a5c65ba5a625eab3fe24", .three),
      ("137c36ad7627c4dd55932176bb0ecdbd5041fc82", .four),
    ])
  func header(_ header: String, _ version: ORCVersion) throws {
    var builder = ORCBuilder(header: header)
    builder.add(0xffff_ffff_8100_0000, flags: 0)
    #expect(try builder.table().version == version)
  }

  @Test(
    "without a known header, what most entries are tells the version",
    arguments: [
      ([0x0005, 0x0015, 0x0205], ORCVersion.one), ([0x0005, 0x0015, 0x0800], .two),
      ([0x0205, 0x0215, 0x0100], .three), ([0x0203, 0x0283, 0x0100], .four),
    ])
  func entries(_ flags: [UInt16], _ version: ORCVersion) throws {
    for header in ["", "00112233445566778899aabbccddeeff00112233"] {
      var builder = ORCBuilder(header: header)
      for (index, flags) in flags.enumerated() {
        builder.add(0xffff_ffff_8100_0000 + UInt64(index), sp: 8, flags: flags)
      }
      #expect(try builder.table().version == version)
    }
  }

  @Test("a number without a meaning is an error with its place")
  func unknown() throws {
    for flags in [0x000b, 0x0001, 0x0085, 0x0305] as [UInt16] {
      var builder = ORCBuilder()
      builder.add(0xffff_ffff_8100_0000, sp: 8, flags: 5)
      builder.add(0xffff_ffff_8100_0010, sp: 8, flags: flags)
      #expect(
        throws: ParseError(.badValue(UInt64(flags)), in: ".orc_unwind flags", at: 0x2000 + 10)
      ) { _ = try builder.table() }
    }
  }

  @Test("sections that do not fit each other are an error with its place")
  func sizes() throws {
    var builder = ORCBuilder()
    #expect(throws: ParseError(.badValue(0), in: ".orc_unwind_ip size", at: 0x1000)) {
      _ = try builder.table()
    }
    builder.add(0xffff_ffff_8100_0000, sp: 8, flags: 5)
    builder.cutContents(by: 2)
    #expect(throws: ParseError(.badValue(4), in: ".orc_unwind size", at: 0x2000)) {
      _ = try builder.table()
    }
  }

  @Test("entries without a call give no version, which is an error")
  func noVersion() {
    var builder = ORCBuilder()
    builder.add(0xffff_ffff_8100_0000, flags: 0)
    #expect(throws: ParseError(.badMagic, in: ".orc_unwind", at: 0x2000)) {
      _ = try builder.table()
    }
  }

  @Test("entries of a module whose code is not in memory are left out, and those after them not")
  func ofModule() throws {
    var builder = ORCBuilder()
    for _ in 0..<3 { builder.add(0, sp: 8, flags: 5) }
    let contents = ORCTable.Section(builder.contents.rawSpan, address: 0, offset: 0x2000)
    let table = try ORCTable(
      of: [0xffff_ffff_c000_0000, nil, 0xffff_ffff_c000_0020], contents: contents,
      header: RawSpan(), kernel: .one)
    #expect(table.count == 2)
  }

  @Test("entries are sorted, and of equal addresses the known one counts")
  func order() throws {
    var builder = ORCBuilder()
    builder.add(0xffff_ffff_8100_0020, sp: 16, flags: 5)
    builder.add(0xffff_ffff_8100_0000, sp: 8, flags: 5)
    builder.add(0xffff_ffff_8100_0020, flags: 0)
    #expect(try builder.table().count == 2)
  }
}
