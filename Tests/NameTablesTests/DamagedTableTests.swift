import ByteStorage
import NameTables
import SymbolNames
import TestSupport
import Testing

@Suite("Damaged name table")
struct DamagedTableTests {
  private let scratch: ScratchDirectory
  private let path: String
  private let bytes: [UInt8]
  private static let names =
    (0..<700).map { "name_\($0)" } + [
      "_RNvNtCs1cdwasc6FUb_6kernel5print11call_printk"
    ]

  init() throws {
    scratch = try ScratchDirectory()
    path = scratch.file("table")
    var builder = NameTableBuilder(path)
    let owner = builder.addOwner(NameTable.Owner("vmlinux", release: "7.2"))
    for name in Self.names { try builder.add(Array(name.utf8).rawSpan, owner: owner) }
    _ = try builder.finish()
    bytes = try contents(of: path)
  }

  /// Asks everything; what is wrong is thrown.
  private func ask(_ table: NameTable, _ names: ArraySlice<String>) throws {
    for name in names {
      let name = Array(name.utf8)
      let digest = HashedName(of: name.rawSpan)
      if let record = try table.record(for: digest) { _ = try table.owners(of: record) }
      try table.forEachRecord(source: name.rawSpan) { _ in true }
    }
    try table.forEachRecord(readable: Array("print::call_printk".utf8).rawSpan) { _ in true }
    try table.forEachRecord { _ in true }
    for owner in 0..<min(table.ownerCount, 1000) { _ = try table.owner(at: owner) }
  }

  @Test("a flipped bit anywhere is found by the check")
  func flips() throws {
    for offset in stride(from: 0, to: bytes.count, by: 101) {
      var damaged = bytes
      damaged[offset] ^= 0x10
      let copy = damaged
      #expect(throws: ParseError.self, "offset \(offset)") {
        try NameTable(copying: copy.rawSpan).check()
      }
    }
  }

  @Test("every block has a checksum, and is compared with it when it is touched")
  func blocks() throws {
    let table = try NameTable(path)
    #expect(try table.owner(at: 0).name == "vmlinux")
    var blocks: Set<Int> = []
    for start in stride(from: 4096, to: bytes.count, by: 4096) {
      for offset in [start, min(start + 4095, bytes.count - 1)] {
        var damaged = bytes
        damaged[offset] ^= 1
        let copy = damaged
        let error = #expect(throws: ParseError.self) {
          try NameTable(copying: copy.rawSpan).check()
        }
        // The last bytes are the checksums themselves.
        if error?.offset == start { blocks.insert(start / 4096) }
      }
    }
    #expect(blocks.contains(1) && blocks == Set(1...(blocks.max() ?? 1)))
    var owner = bytes
    let found = bytes.rawSpan.firstRange(of: "vmlinux", from: 4096)
    let place = try #require(found)
    owner[place] = 0x56
    let copy = owner
    #expect(throws: ParseError.self) { try NameTable(copying: copy.rawSpan).owner(at: 0) }
    #expect(try NameTable(copying: copy.rawSpan, checks: false).owner(at: 0).name == "Vmlinux")
  }

  // The names follow the header, a block of 4096 bytes; the only one has a byte of its owners and two of
  // its length before it (Documentation/Formats/name-tables.md).
  @Test(
    "a name needs the blocks that it lies in and no other",
    arguments: [(4093, [1]), (4094, [1, 2]), (8189, [1, 2]), (8190, [1, 2, 3])])
  func blocksOfNames(_ length: Int, _ blocks: [Int]) throws {
    let path = scratch.file("long")
    var builder = NameTableBuilder(path)
    let owner = builder.addOwner(NameTable.Owner("vmlinux", release: "7.2"))
    let long = [UInt8](repeating: 0x61, count: length)
    try builder.add(long.rawSpan, owner: owner)
    // The other sections follow both names.
    let short = Array("b".utf8)
    try builder.add(short.rawSpan, owner: owner)
    _ = try builder.finish()
    let whole = try contents(of: path)
    let last = blocks.count + ((4099 + length) % 4096 == 0 ? 1 : 0)
    for block in 1...last {
      var damaged = whole
      damaged[4096 * block] ^= 1
      let table = try NameTable(copying: damaged.rawSpan)
      var found: ParseError?
      do throws(ParseError) { try table.forEachRecord { _ in false } } catch { found = error }
      #expect(found?.offset == (blocks.contains(block) ? 4096 * block : nil), "\(block)")
      if block < last { #expect(try table.record(linkage: short.rawSpan)?.name.text == "b") }
    }
  }

  @Test("a table that ends early is refused when it is opened")
  func truncated() throws {
    for size in [0, 7, 8, 100, 4095, 4096, 5000, bytes.count - 1] {
      try scratch.write(Array(bytes[..<size]), to: "cut")
      #expect(throws: FileError.self, "\(size) bytes") { try NameTable(scratch.file("cut")) }
    }
    try scratch.write(bytes + [0], to: "long")
    #expect(throws: FileError.self) { try NameTable(scratch.file("long")) }
  }

  @Test("nothing traps where checksums do not protect")
  func unchecked() throws {
    var builder = NameTableBuilder(scratch.file("small"))
    let owner = builder.addOwner(NameTable.Owner("vmlinux", release: "7.2"))
    let few = Self.names.suffix(30)
    for name in few { try builder.add(Array(name.utf8).rawSpan, owner: owner) }
    _ = try builder.finish()
    let small = try contents(of: scratch.file("small"))
    for offset in Array(16..<180) + Array(stride(from: 4096, to: small.count, by: 2)) {
      for value: UInt8 in [0xff, 0x80, 0] {
        var damaged = small
        damaged[offset] = value
        guard let table = try? NameTable(copying: damaged.rawSpan, checks: false) else { continue }
        try? ask(table, few.suffix(4))
        try? table.check()
      }
    }
  }

  @Test("a form that a name does not have is passed over", arguments: UInt8(0)..<5)
  func forms(_ form: UInt8) throws {
    // The seventh section has the readable names: five bytes of offset, and one that says which form.
    let start = try #require(
      bytes.rawSpan.integer(UInt64.self, at: 48 + 6 * 16, .little).flatMap { Int(exactly: $0) })
    let size = try #require(
      bytes.rawSpan.integer(UInt64.self, at: 56 + 6 * 16, .little).flatMap { Int(exactly: $0) })
    try #require(size > 0 && size % 6 == 0)
    for entry in stride(from: start, to: start + size, by: 6) {
      var damaged = bytes
      damaged[entry + 5] = form
      let table = try NameTable(copying: damaged.rawSpan, checks: false)
      var found: [String] = []
      try? table.forEachRecord(readable: Array("call_printk".utf8).rawSpan) { record in
        found.append(record.name.text)
        return true
      }
      #expect(found.allSatisfy { $0 == Self.names.last })
    }
  }

  @Test("another version and another file are distinguished")
  func versions() throws {
    var other = bytes
    other[8] = 2
    #expect(throws: ParseError(.unsupported(2), in: "name table version", at: 8)) {
      try NameTable(copying: other.rawSpan)
    }
    #expect(throws: ParseError(.badMagic, in: "name table", at: 0)) {
      try NameTable(copying: Array("0000 T a\n".utf8).rawSpan)
    }
    let isRecognized = NameTable.isRecognized(bytes.rawSpan)
    #expect(isRecognized)
  }

  @Test("a table that cannot be finished leaves no file")
  func unfinished() throws {
    let path = scratch.file("none/table")
    #expect(throws: FileError.self) {
      var builder = NameTableBuilder(path, memory: 4096)
      let owner = builder.addOwner(NameTable.Owner("vmlinux"))
      for name in Self.names { try builder.add(Array(name.utf8).rawSpan, owner: owner) }
      _ = try builder.finish()
    }
    #expect(DirectoryTree.names(in: scratch.path) == ["table"])
  }
}
