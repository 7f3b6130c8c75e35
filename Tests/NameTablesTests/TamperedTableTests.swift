import ByteStorage
import NameTables
import SymbolNames
import TestSupport
import Testing

/// Tables in which one number was changed and no checksum shows it.
@Suite("Tampered name table")
struct TamperedTableTests {
  private let scratch: ScratchDirectory
  private static let printk = "_RNvNtCs1cdwasc6FUb_6kernel5print11call_printk"
  /// Numbers of sections in the header.
  private static let (text, sets, owners, digests) = (0, 2, 3, 4)
  private static let (buckets, readables, checksums) = (5, 6, 7)

  init() throws { scratch = try ScratchDirectory() }

  private func table(_ names: [String]) throws -> [UInt8] {
    var builder = NameTableBuilder(scratch.file("table"))
    let owner = builder.addOwner(NameTable.Owner("vmlinux", release: "7.2"))
    for name in names { try builder.add(Array(name.utf8).rawSpan, owner: owner) }
    _ = try builder.finish()
    return try contents(of: scratch.file("table"))
  }

  private func number(_ table: [UInt8], at offset: Int) throws -> Int {
    let found = table.rawSpan.integer(UInt64.self, at: offset, .little)
    return Int(truncatingIfNeeded: try #require(found))
  }

  /// Where a section lies.
  private func section(_ number: Int, of table: [UInt8]) throws -> Range<Int> {
    let start = try self.number(table, at: 48 + 16 * number)
    return start..<(start + (try self.number(table, at: 56 + 16 * number)))
  }

  private func open(_ bytes: [UInt8]) throws -> NameTable {
    try NameTable(copying: bytes.rawSpan, checks: false)
  }

  /// Checks a table whose checksums are those of its bytes.
  private func check(_ bytes: [UInt8]) throws {
    var bytes = bytes
    let checksums = try section(Self.checksums, of: bytes)
    for (block, place) in stride(from: checksums.lowerBound, to: checksums.upperBound, by: 4)
      .enumerated()
    {
      let start = 4096 * (block + 1)
      let part = Array(bytes[start..<min(start + 4096, checksums.lowerBound)])
      let sum = part.rawSpan.crc32
      for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: sum >> (8 * index)) }
    }
    try open(bytes).check()
  }

  private struct Found: Equatable {
    var names: [String]
    var isWhole = true
  }

  /// Names by a readable path, those before an error included.
  private func find(_ path: String, in bytes: [UInt8]) throws -> Found {
    let table = try open(bytes)
    var found = Found(names: [])
    do throws(ParseError) {
      try table.forEachRecord(readable: Array(path.utf8).rawSpan) { record in
        found.names.append(record.name.text)
        return true
      }
    } catch { found.isWhole = false }
    return found
  }

  @Test("a name that is there twice is out of order")
  func repeatedName() throws {
    var bytes = try table(["aa", "ab"])
    let text = try section(Self.text, of: bytes)
    // Each name has one byte of a set and one of its length before it.
    try #require(bytes[text] == [0, 2, 0x61, 0x61, 0, 2, 0x61, 0x62])
    try check(bytes)
    bytes[text.lowerBound + 7] = 0x61
    let expected = ParseError(.badValue(4), in: "order of names", at: text.lowerBound + 4)
    #expect(throws: expected) { try check(bytes) }
  }

  /// Three names with one path, and what changes their entries of six bytes.
  private func threeNames(
    _ change: (inout [UInt8], Int) -> Void
  ) throws -> (names: [String], bytes: [UInt8]) {
    let names = ["", ".llvm.5", ".llvm.6"].map { Self.printk + $0 }
    var bytes = try table(names)
    let entries = try section(Self.readables, of: bytes)
    try #require(entries.count == 18)
    change(&bytes, entries.lowerBound)
    return (names, bytes)
  }

  @Test("a name that has an entry twice, or entries out of order, end a search with an error")
  func repeatedEntries() throws {
    let whole = try threeNames { _, _ in }
    #expect(try find("call_printk", in: whole.bytes) == Found(names: whole.names))
    try check(whole.bytes)
    let twice = try threeNames { bytes, start in
      for place in start..<(start + 6) { bytes[place + 6] = bytes[place] }
    }
    #expect(
      try find("call_printk", in: twice.bytes) == Found(names: [twice.names[0]], isWhole: false))
    #expect(throws: ParseError.self) { try check(twice.bytes) }
    let swapped = try threeNames { bytes, start in
      for place in start..<(start + 6) { bytes.swapAt(place, place + 12) }
    }
    #expect(
      try find("call_printk", in: swapped.bytes) == Found(names: [swapped.names[2]], isWhole: false)
    )
  }

  @Test("an entry of a form that the name does not have ends a search")
  func unknownForm() throws {
    for form in [1, 2, 3, 255] as [UInt8] {
      let changed = try threeNames { bytes, start in bytes[start + 17] = form }
      #expect(
        try find("call_printk", in: changed.bytes) == Found(names: Array(changed.names.prefix(2))))
      #expect(throws: ParseError.self) { try check(changed.bytes) }
    }
  }

  @Test("an owner that lies outside of its section is refused")
  func owners() throws {
    var bytes = try table(["a"])
    let section = try self.section(Self.owners, of: bytes)
    // The offset of the only owner counts from the end of the offsets.
    bytes[section.lowerBound] = UInt8(section.count - 4)
    let outside = ParseError(
      .badValue(UInt64(section.upperBound)), in: "owner", at: section.upperBound)
    #expect(throws: outside) { try open(bytes).owner(at: 0) }
    for index in [-1, 1, 2] {
      let missing = ParseError(
        .badValue(UInt64(clamping: index)), in: "owner", at: section.lowerBound)
      #expect(throws: missing) { try open(bytes).owner(at: index) }
    }
  }

  @Test("a set has owners that are there, and ends within its section")
  func sets() throws {
    let whole = try table(["a"])
    let sets = try section(Self.sets, of: whole)
    // One owner, and its distance from the first.
    try #require(whole[sets] == [1, 0])
    func owners(_ last: UInt8) throws -> [Int] {
      var bytes = whole
      bytes[sets.lowerBound + 1] = last
      let table = try open(bytes)
      guard let record = try table.record(linkage: Array("a".utf8).rawSpan) else { return [] }
      return try table.owners(of: record)
    }
    #expect(try owners(0) == [0])
    for last in [1, 0x7f] as [UInt8] {
      let missing = ParseError(
        .badValue(UInt64(last)), in: "set of owners", at: sets.upperBound)
      #expect(throws: missing) { try owners(last) }
    }
    let cut = ParseError(.badValue(0), in: "set of owners", at: sets.lowerBound + 1)
    #expect(throws: cut) { try owners(0x80) }
  }

  @Test("the first bucket begins with the first digest, and the last ends with the last")
  func bucketEnds() throws {
    let bytes = try table(["a", "b"])
    let buckets = try section(Self.buckets, of: bytes)
    try #require(bytes[buckets] == [0, 0, 0, 0, 2, 0, 0, 0])
    try check(bytes)
    func failure(_ first: UInt8, _ last: UInt8) throws -> ParseError? {
      var changed = bytes
      (changed[buckets.lowerBound], changed[buckets.lowerBound + 4]) = (first, last)
      do {
        try check(changed)
        return nil
      } catch { return error as? ParseError }
    }
    let bucket = ParseError(.badValue(0), in: "bucket", at: buckets.lowerBound)
    for (first, last) in [(1, 2), (2, 2), (0, 3), (2, 1)] as [(UInt8, UInt8)] {
      #expect(try failure(first, last) == bucket, "\(first) \(last)")
    }
    let digests = try section(Self.digests, of: bytes)
    let number = ParseError(.badValue(0), in: "number of digests", at: digests.lowerBound)
    for last in [0, 1] as [UInt8] { #expect(try failure(0, last) == number) }
  }

  @Test("of many names each digest is in the bucket that its first bits number")
  func fullBuckets() throws {
    let bytes = try table((0..<100).map { "name\($0)" })
    try check(bytes)
    let buckets = try section(Self.buckets, of: bytes)
    try #require(buckets.count > 12)
    // Where a bucket ends, one digest more or less.
    for place in stride(from: buckets.lowerBound + 4, to: buckets.upperBound - 4, by: 4) {
      for change in [1, -1] {
        var changed = bytes
        changed[place] = UInt8(truncatingIfNeeded: Int(changed[place]) + change)
        #expect(throws: ParseError.self) { try check(changed) }
      }
    }
  }

  @Test("digests are those of their names, ascend, and no name has two")
  func digestEntries() throws {
    let bytes = try table(["a", "b"])
    let digests = try section(Self.digests, of: bytes)
    // An offset of five bytes, and two of the digest.
    try #require(digests.count == 14)
    func failure(_ change: (inout [UInt8], Int) -> Void) throws -> ParseError? {
      var changed = bytes
      change(&changed, digests.lowerBound)
      do {
        try check(changed)
        return nil
      } catch { return error as? ParseError }
    }
    let (first, second) = (
      ParseError(.badValue(0), in: "digest", at: digests.lowerBound),
      ParseError(.badValue(7), in: "digest", at: digests.lowerBound + 7)
    )
    #expect(try failure { _, _ in } == nil)
    for place in 5..<7 {
      #expect(try failure { $0[$1 + place] ^= 1 } == first)
      #expect(try failure { $0[$1 + 7 + place] ^= 1 } == second)
    }
    #expect(try failure { $0[$1] ^= 1 } == first)
    #expect(
      try failure { bytes, start in
        for place in start..<(start + 7) { bytes[place + 7] = bytes[place] }
      } == second)
    #expect(
      try failure { bytes, start in
        for place in start..<(start + 7) { bytes.swapAt(place, place + 7) }
      } == second)
  }

  @Test("the name of a digest begins within the names")
  func digestOffsets() throws {
    var bytes = try table(["a"])
    let (text, digests) = (
      try section(Self.text, of: bytes), try section(Self.digests, of: bytes)
    )
    let hashed = HashedName(of: Array("a".utf8).rawSpan)
    for (offset, isInside) in [(0, true), (text.count, false), (text.count + 1, false)] {
      bytes[digests.lowerBound] = UInt8(offset)
      let table = try open(bytes)
      if isInside {
        #expect(try table.record(for: hashed)?.name.text == "a")
      } else {
        let outside = ParseError(
          .badValue(UInt64(offset)), in: "name table text", at: text.lowerBound)
        #expect(throws: outside) { _ = try table.record(for: hashed) != nil }
      }
    }
  }

  @Test("a bucket is numbered by up to 28 bits, and then the buckets have to be there")
  func bucketBits() throws {
    var bytes = try table(["a"])
    let size = try section(Self.buckets, of: bytes).count
    bytes[36] = 28
    let missing = ParseError(
      .badValue(UInt64(size)), in: "size of a name table section", at: 56 + 16 * Self.buckets)
    #expect(throws: missing) { try open(bytes) }
    bytes[36] = 29
    let refused = ParseError(.badValue(29), in: "name table header", at: 36)
    #expect(throws: refused) { try open(bytes) }
  }

  @Test("a bucket has up to 24 names on average")
  func bucketSizes() throws {
    for (count, bits) in [(24, 0), (25, 1), (49, 1), (50, 2)] as [(Int, UInt8)] {
      #expect(try table((0..<count).map { "name_\($0)" })[36] == bits, "\(count)")
    }
  }
}

@Suite("Longest fields of a name table")
struct LongFieldTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func a(_ count: Int) -> String { String(repeating: "a", count: count) }

  private func table(_ names: [String], owner: String = "vmlinux") throws -> NameTable {
    var builder = NameTableBuilder(scratch.file("table"))
    let owner = builder.addOwner(NameTable.Owner(owner, release: "7.2"))
    for name in names { try builder.add(Array(name.utf8).rawSpan, owner: owner) }
    _ = try builder.finish()
    return try NameTable(scratch.file("table"))
  }

  @Test("an owner's name is kept up to 4096 bytes")
  func owners() throws {
    for (length, kept) in [(4095, 4095), (4096, 4096), (4097, 4096)] {
      let table = try self.table(["f"], owner: a(length))
      #expect(try table.owner(at: 0).name == a(kept))
    }
  }

  @Test("a source name or a path is found up to 65,535 bytes")
  func searches() throws {
    // The type is written twice, so that the path is longer than the name.
    let path = "<\(a(32_760)) as \(a(32_760))>::bbbbbbb"
    let linkage = "_RNvYC32760\(a(32_760))B2_7bbbbbbb"
    let table = try self.table([a(65_535), linkage])
    var found: [Int] = []
    try table.forEachRecord(source: Array(a(65_535).utf8).rawSpan) { record in
      found.append(record.name.byteCount)
      return true
    }
    try #require(path.utf8.count == 65_535)
    try table.forEachRecord(readable: Array(path.utf8).rawSpan) { record in
      found.append(record.name.byteCount)
      return true
    }
    #expect(found == [65_535, linkage.utf8.count])
  }

  @Test("a path in angle brackets is that of one type only")
  func otherTypes() throws {
    let method = "_RNvXs_NtCs1cdwasc6FUb_6kernel5printNtB4_9PrintableNtB4_8Callable4call"
    let table = try self.table([method])
    for (path, isFound) in [
      ("<kernel::print::Printable as kernel::print::Callable>::call", true),
      ("<kernel::print::Other as kernel::print::Callable>::call", false),
      ("(kernel::print::Callable::call", false), ("Callable::call", true),
    ] {
      var found = false
      try table.forEachRecord(readable: Array(path.utf8).rawSpan) { _ in
        found = true
        return false
      }
      #expect(found == isFound, "\(path)")
    }
  }
}
