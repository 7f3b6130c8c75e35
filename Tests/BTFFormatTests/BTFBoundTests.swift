import BTFFormat
import ByteStorage
import TestSupport
import Testing

// The rules are those of kernel/bpf/btf.c, 6.1 to 7.2; letters are those of lib/ctype.c.
@Suite("Names and numbers of a module's types at their bounds")
struct BTFBoundTests {
  private static let letters =
    Array(0x41...0x5a) + Array(0x61...0x7a) + Array(0xc0...0xd6) + Array(0xd8...0xf6)
    + Array(0xf8...0xff) + [0x2e, 0x5f] as [UInt8]

  private func isTaken(_ name: [UInt8], kind: UInt32, _ rules: BTFRules = BTFRules()) throws -> Bool
  {
    let section = module { blob, base in
      let offset = UInt32(base + blob.strings.count)
      blob.strings += name + [0]
      if kind == 15 { blob.add(offset, 15, 4) } else { blob.add(offset, 7, 0) }
    }
    return try verify(section, rules).0 == nil
  }

  @Test("names have letters of Latin-1, dots and underscores; digits do not begin them")
  func identifiers() throws {
    for byte in 1...255 as ClosedRange<UInt8> {
      let isLetter = Self.letters.contains(byte)
      #expect(try isTaken([byte], kind: 7) == isLetter, "\(byte) first")
      let isDigit = (0x30...0x39).contains(byte)
      #expect(try isTaken([0x61, byte], kind: 7) == (isLetter || isDigit), "\(byte) second")
    }
    #expect(try !isTaken([], kind: 7))
  }

  @Test("names of sections have what is printable in Latin-1; of older releases, what others have")
  func sectionNames() throws {
    var old = BTFRules()
    old.allowsPrintableSectionNames = false
    for byte in 1...255 as ClosedRange<UInt8> {
      let isPrintable = (0x20...0x7e).contains(byte) || byte >= 0xa0
      #expect(try isTaken([byte], kind: 15) == isPrintable, "\(byte)")
      #expect(try isTaken([byte], kind: 15, old) == Self.letters.contains(byte), "\(byte)")
    }
    #expect(try !isTaken([], kind: 15))
    #expect(try isTaken([UInt8](repeating: 0x20, count: 512), kind: 15))
    #expect(try !isTaken([UInt8](repeating: 0x20, count: 513), kind: 15))
  }

  @Test("a typedef, a forward, a function and a variable need names", arguments: [8, 7, 12, 14])
  func anonymous(_ kind: UInt32) throws {
    let section = module { blob, _ in
      blob.add(0, kind, kind == 7 ? 0 : 1)
      if kind == 14 { blob.types.append(0) }
    }
    #expect(try verify(section).1.dropFirst(3) == ["BPF: Invalid name", "BPF: "])
  }

  private static let integers: [(UInt32, UInt32, [String])] = [
    (16, 128, []), (17, 128, []), (16, 1 << 16 | 127, []),
    (16, 129, ["nr_bits exceeds 128"]), (16, 1 << 16 | 128, ["nr_bits exceeds 128"]),
    (15, 128, ["nr_bits exceeds type_size"]), (1, 8, []), (1, 9, ["nr_bits exceeds type_size"]),
  ]

  @Test("integers have up to 128 bits, and no more than fit", arguments: integers)
  func integerSizes(_ size: UInt32, _ data: UInt32, _ reasons: [String]) throws {
    let (error, lines) = try verify(module { blob, _ in blob.add(0, 1, size, data) })
    #expect(error == (reasons.isEmpty ? nil : .invalid))
    #expect(lines.dropFirst(3).dropLast() == reasons.map { "BPF: \($0)" }[...])
  }

  @Test("what an integer cannot hold is shown without its details")
  func integerData() throws {
    let (error, lines) = try verify(module { blob, _ in blob.add(0, 1, 4, 1 << 28 | 32) })
    #expect(error == .invalid)
    #expect(lines == ["BPF: [5] INT (anon)", "BPF:  ", "BPF: Invalid int_data:10000020", "BPF: "])
  }

  @Test("a function's linkage is static or global, 0 or 1; that of 2 is refused", arguments: 0...2)
  func linkage(_ linkage: UInt32) throws {
    let (error, _) = try verify(
      module { blob, base in blob.add(blob.name("f", base: base), 12, count: linkage, 1) })
    #expect((error == nil) == (linkage <= 1))
  }

  @Test(
    "a variable has a type with a number that types may have",
    arguments: [0, 1, 0xf_ffff, 0x10_0000])
  func variables(_ type: UInt32) throws {
    let (error, lines) = try verify(
      module { blob, base in blob.add(blob.name("v", base: base), 14, type, 0) })
    let isType = 1...0xf_ffff ~= type
    #expect((error == nil) == isType)
    #expect(lines.contains("BPF: Invalid type_id") == !isType)
  }

  /// Parts of a section of 8 bytes, each an offset and a size, and why it is refused.
  private static let sections: [([(UInt32, UInt32)], String?)] = [
    ([(0, 8)], nil), ([(0, 4), (4, 4)], nil), ([(7, 1)], nil),
    ([(0, 4), (3, 1)], "Invalid offset"), ([(8, 1)], "Invalid offset"),
    ([(0, 0)], "Invalid size"), ([(0, 9)], "Invalid size"), ([(1, 8)], "Invalid offset+size"),
    ([(7, 2)], "Invalid offset+size"),
  ]

  @Test("variables of a section follow one another up to its end", arguments: sections)
  func dataSections(_ parts: [(UInt32, UInt32)], _ reason: String?) throws {
    let (error, lines) = try verify(
      module { blob, base in
        blob.add(blob.name(".data", base: base), 15, count: UInt32(parts.count), 8)
        for (offset, size) in parts { blob.types += [1, offset, size] }
      })
    #expect((error == nil) == (reason == nil))
    let last = parts[parts.count - 1]
    let shown = "BPF: \t type_id=1 offset=\(last.0) size=\(last.1)"
    #expect(lines == (reason.map { [shown, "BPF:  ", "BPF: \($0)", "BPF: "] } ?? []))
  }

  @Test("a chain ends at a type that was found to be good, however long it is")
  func goodEnd() throws {
    let (error, lines) = try verify(
      module { blob, _ in
        // 5 leads to the kernel's typedef; the chain of 31 to 5.
        blob.add(0, 10, 3)
        for _ in 1..<31 { blob.add(0, 10, UInt32(blob.first) + 1) }
        blob.add(0, 10, 5)
      })
    #expect(error == nil && lines.isEmpty)
  }

  @Test("a chain that leads to no type is refused without a word")
  func openEnd() throws {
    let (error, lines) = try verify(module { blob, _ in blob.add(0, 10, UInt32(blob.first) + 1) })
    #expect(error == .invalid && lines.isEmpty)
  }

  @Test("a header of 8 bytes is all that a section needs")
  func smallest() throws {
    let (error, lines) = try verify([0x9f, 0xeb, 1, 0, 8, 0, 0, 0])
    #expect(error == nil && lines.isEmpty)
  }

  @Test("a layout may follow the strings from the release on that knows it", arguments: [0, 4])
  func layouts(_ size: UInt32) throws {
    var blob = Blob()
    blob.strings = [0]
    var bytes = blob.build(headerSize: 32)
    for (place, byte) in encoded(1).enumerated() { bytes[24 + place] = byte }
    for (place, byte) in encoded(size).enumerated() { bytes[28 + place] = byte }
    bytes += [UInt8](repeating: 0xff, count: Int(size))
    let (error, lines) = try verify(bytes, newest)
    #expect(error == nil && lines.isEmpty)
    if size > 0 {
      #expect(try verify(bytes + [0], newest).1 == ["BPF: Unsupported section found"])
      #expect(try verify(bytes).1 == ["BPF: Unsupported btf_header"])
    }
  }

  private func encoded(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  @Test("strings have up to 2^24 bytes, and names begin within as many")
  func longStrings() throws {
    let base = Blob.kernel.strings.count
    for (size, name) in [
      (1 << 24, 0xff_ffff), (1 << 24, 0x100_0000), (1 << 24 + 1, 0xff_ffff),
    ] as [(Int, UInt32)] {
      var blob = Blob()
      blob.strings = [UInt8](repeating: 0x61, count: size - 1) + [0]
      // Its name is the letter before the NUL that follows.
      blob.strings[Int(name) - base + 1] = 0
      blob.add(name, 7, 0)
      let (error, lines) = try verify(blob.build())
      switch (size, name) {
      case (1 << 24, 0xff_ffff): #expect(error == nil && lines.isEmpty)
      case (1 << 24, _): #expect(lines == ["BPF: [4] Invalid name_offset:16777216"])
      default: #expect(lines == ["BPF: Invalid string section"])
      }
    }
  }
}
