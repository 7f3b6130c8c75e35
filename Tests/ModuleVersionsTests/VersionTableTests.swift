import ByteStorage
import ELFFormat
import ModuleVersions
import SymbolNames
import TestSupport
import Testing

/// A record whose bytes outlive their table.
struct Copied: Equatable {
  let name: String
  let crc: UInt64
  let offset: Int

  init(_ name: String, _ crc: UInt64, _ offset: Int) {
    self.name = name
    self.crc = crc
    self.offset = offset
  }

  init(_ record: borrowing VersionRecord) { self.init(record.name.text, record.crc, record.offset) }
}

private let little64 = ELFLayout(is64Bit: true, order: .little)
private let little32 = ELFLayout(is64Bit: false, order: .little)
private let big64 = ELFLayout(is64Bit: true, order: .big)
private let big32 = ELFLayout(is64Bit: false, order: .big)
private let sample = [
  RequiredVersion("_printk", 0x9aec_1234), RequiredVersion("module_layout", 0x0bad_cafe),
]

private func basic(_ bytes: [UInt8], _ layout: ELFLayout) -> ([Copied], [VersionDefect]) {
  let table = BasicVersions(bytes.rawSpan, layout: layout)
  var found: [Copied] = []
  for index in 0..<table.count {
    if let record = table.record(at: index) { found.append(Copied(record)) }
  }
  return (found, table.defects())
}

@Suite("Basic versions")
struct BasicVersionsTests {
  /// The first records as compilers lay them out, byte by byte.
  @Test(
    "records are read in every word size and byte order",
    arguments: [
      (
        little64, [0x34, 0x12, 0xec, 0x9a, 0, 0, 0, 0] as [UInt8],
        [0xfe, 0xca, 0xad, 0x0b, 0, 0, 0, 0] as [UInt8]
      ),
      (little32, [0x34, 0x12, 0xec, 0x9a], [0xfe, 0xca, 0xad, 0x0b]),
      (big64, [0, 0, 0, 0, 0x9a, 0xec, 0x12, 0x34], [0, 0, 0, 0, 0x0b, 0xad, 0xca, 0xfe]),
      (big32, [0x9a, 0xec, 0x12, 0x34], [0x0b, 0xad, 0xca, 0xfe]),
    ])
  func layouts(_ layout: ELFLayout, _ first: [UInt8], _ second: [UInt8]) {
    var bytes = ByteBuilder()
    bytes.put(first)
    bytes.put(cString: "_printk")
    bytes.pad(to: 64)
    bytes.put(second)
    bytes.put(cString: "module_layout")
    bytes.pad(to: 128)
    let (records, defects) = basic(bytes.bytes, layout)
    #expect(
      records == [Copied("_printk", 0x9aec_1234, 0), Copied("module_layout", 0x0bad_cafe, 64)])
    #expect(defects.isEmpty)
    #expect(bytes.bytes == VersionTableBuilder.basic(sample, layout))
  }

  @Test("the longest name has 55 bytes in 64-bit modules and 59 in 32-bit ones")
  func longestName() {
    for (layout, longest) in [(little64, 55), (little32, 59), (big64, 55), (big32, 59)] {
      #expect(BasicVersions.longestName(layout) == longest)
      let name = String(repeating: "n", count: longest)
      let (records, defects) = basic(
        VersionTableBuilder.basic([RequiredVersion(name, 1)], layout), layout)
      #expect(records == [Copied(name, 1, 0)])
      #expect(defects.isEmpty)
    }
  }

  @Test("a name that fills its field is given whole, and reported")
  func unterminated() {
    let name = String(repeating: "x", count: 56)
    let (records, defects) = basic(
      VersionTableBuilder.basic([RequiredVersion(name, 7)] + sample, little64), little64)
    #expect(records.map(\.name) == [name, "_printk", "module_layout"])
    #expect(defects.map(\.kind) == [.unterminatedName])
  }

  @Test("every defect is reported with its offset")
  func defects() {
    var bytes = VersionTableBuilder.basic(
      sample + [
        RequiredVersion("_printk", 2), RequiredVersion("", 3), RequiredVersion("wide", 1 << 32),
      ],
      little64)
    bytes[40] = 1
    bytes += [1, 2, 3]
    let (records, found) = basic(bytes, little64)
    #expect(records.count == 5)
    #expect(
      found == [
        VersionDefect(.dirtyPadding, name: "_printk", offset: 0),
        VersionDefect(.duplicateName, name: "_printk", offset: 128),
        VersionDefect(.emptyName, offset: 192),
        VersionDefect(.crcTooWide(1 << 32), name: "wide", offset: 256),
        VersionDefect(.surplusBytes(3), offset: 320),
      ])
  }

  @Test("no table and every cut of one are read without a trap")
  func cuts() {
    let whole = VersionTableBuilder.basic(sample, big64)
    for count in 0...whole.count {
      let (records, found) = basic(Array(whole.prefix(count)), big64)
      #expect(records.count == count / 64)
      #expect(found.isEmpty == (count % 64 == 0))
    }
    let table = BasicVersions(whole.rawSpan, layout: big64)
    for index in [-1, 2, Int.max, Int.min] {
      let crc = table.record(at: index)?.crc
      #expect(crc == nil)
    }
  }
}

@Suite("Extended versions")
struct ExtendedVersionsTests {
  private func read(_ crcs: [UInt8], _ names: [UInt8], _ layout: ELFLayout = little64) -> (
    records: [Copied], defects: [VersionDefect], isWhole: Bool
  ) {
    let table = ExtendedVersions(crcs: crcs.rawSpan, names: names.rawSpan, layout: layout)
    var records: [Copied] = []
    table.forEach { records.append(Copied($0)) }
    return (records, table.defects(), table.hasNameForEveryCRC)
  }

  @Test("CRCs and names are paired by their index, in both byte orders")
  func pairs() {
    let names: [UInt8] = Array("_printk\0module_layout\0\0".utf8)
    for (layout, crcs) in [
      (little64, [0x34, 0x12, 0xec, 0x9a, 0xfe, 0xca, 0xad, 0x0b] as [UInt8]),
      (big32, [0x9a, 0xec, 0x12, 0x34, 0x0b, 0xad, 0xca, 0xfe]),
    ] {
      let (records, defects, isWhole) = read(crcs, names, layout)
      #expect(
        records == [Copied("_printk", 0x9aec_1234, 0), Copied("module_layout", 0x0bad_cafe, 8)])
      #expect(defects.isEmpty && isWhole)
      #expect(VersionTableBuilder.extendedCRCs(sample, layout) == crcs)
      #expect(VersionTableBuilder.extendedNames(sample) == names)
    }
  }

  @Test("names of any length are read")
  func longNames() {
    let name = String(repeating: "_RNvC", count: 200)
    let versions = [RequiredVersion(name, 5)]
    let (records, defects, _) = read(
      VersionTableBuilder.extendedCRCs(versions, little64),
      VersionTableBuilder.extendedNames(versions))
    #expect(records == [Copied(name, 5, 0)])
    #expect(defects.isEmpty)
  }

  @Test("one surplus CRC takes the last NUL for its name, two have none")
  func surplusCRCs() {
    let crcs = VersionTableBuilder.extendedCRCs(sample, little64)
    let names = VersionTableBuilder.extendedNames(sample)
    let one = read(crcs + [1, 0, 0, 0], names)
    #expect(one.isWhole)
    #expect(one.records.last == Copied("", 1, 22))
    #expect(one.defects == [VersionDefect(.emptyName, offset: 22)])
    let two = read(crcs + [1, 0, 0, 0, 2, 0, 0, 0], names)
    #expect(!two.isWhole)
    #expect(two.defects.contains(VersionDefect(.crcsWithoutName(1), offset: 23)))
  }

  @Test("surplus names, odd sizes and duplicates are reported")
  func defects() {
    let crcs = VersionTableBuilder.extendedCRCs(sample, little64)
    let more = read(Array(crcs.prefix(4)), VersionTableBuilder.extendedNames(sample))
    #expect(more.records.count == 1 && more.isWhole)
    #expect(more.defects == [VersionDefect(.surplusBytes(15), offset: 8)])
    let odd = read(crcs + [9], VersionTableBuilder.extendedNames(sample))
    #expect(odd.records.count == 2)
    #expect(odd.defects == [VersionDefect(.surplusCRCBytes(1), offset: 8)])
    let twice = sample + [sample[0]]
    let same = read(
      VersionTableBuilder.extendedCRCs(twice, little64), VersionTableBuilder.extendedNames(twice))
    #expect(same.defects == [VersionDefect(.duplicateName, name: "_printk", offset: 22)])
  }

  @Test("names without a NUL and empty sections give nothing")
  func empty() {
    #expect(read([], []).isWhole)
    #expect(read([], [0]).defects.isEmpty)
    let crcs = VersionTableBuilder.extendedCRCs(sample, little64)
    #expect(read(crcs, []).defects == [VersionDefect(.crcsWithoutName(2), offset: 0)])
    let cut = read(crcs, Array("_printk".utf8))
    #expect(cut.records.isEmpty && !cut.isWhole)
  }
}

@Suite("Packed versions")
struct PackedVersionsTests {
  private static let bytes: [UInt8] = [
    0x10, 0, 0, 0, 0x34, 0x12, 0xec, 0x9a, 0x5f, 0x70, 0x72, 0x69, 0x6e, 0x74, 0x6b, 0,
    0x18, 0, 0, 0, 0xfe, 0xca, 0xad, 0x0b, 0x6d, 0x6f, 0x64, 0x75, 0x6c, 0x65, 0x5f, 0x6c,
    0x61, 0x79, 0x6f, 0x75, 0x74, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  ]

  private func read(_ bytes: [UInt8], _ layout: ELFLayout = little64) -> (
    [Copied], [VersionDefect]
  )? {
    guard let table = PackedVersions(bytes.rawSpan, layout: layout) else { return nil }
    var records: [Copied] = []
    table.forEach { records.append(Copied($0)) }
    return (records, table.defects())
  }

  @Test("records lead to one another, to a terminator and a NUL")
  func chain() throws {
    #expect(VersionTableBuilder.packed(sample, little64) == Self.bytes)
    for layout in [little64, little32, big64, big32] {
      let (records, defects) = try #require(
        read(VersionTableBuilder.packed(sample, layout), layout))
      #expect(
        records == [Copied("_printk", 0x9aec_1234, 0), Copied("module_layout", 0x0bad_cafe, 16)])
      #expect(defects.isEmpty)
    }
  }

  @Test("no byte of another layout is taken for it")
  func others() {
    #expect(read(VersionTableBuilder.basic(sample, little64)) == nil)
    #expect(read(VersionTableBuilder.basic(sample, little64) + [0]) == nil)
    #expect(read([]) == nil)
    #expect(read([0]) == nil)
    for (offset, value) in [(0, 0), (0, 11), (0, 0x12), (0, 0xf0), (3, 0xff), (15, 1)]
      as [(Int, UInt8)]
    {
      var bytes = Self.bytes
      bytes[offset] = value
      if value == 0 {
        // An end at the start leaves everything as surplus.
        #expect(read(bytes)?.0.isEmpty ?? true)
      } else {
        #expect(read(bytes) == nil, "byte \(offset) as \(value)")
      }
    }
    for count in 0..<Self.bytes.count where count != 45 {
      #expect(read(Array(Self.bytes.prefix(count))) == nil)
    }
  }

  @Test("half a terminator ends the list, and is reported")
  func halfTerminator() throws {
    let (records, defects) = try #require(read(Array(Self.bytes.prefix(45))))
    #expect(records.count == 2)
    #expect(defects == [VersionDefect(.brokenChain, offset: 40)])
  }

  @Test("bytes after the terminator, empty names and duplicates are reported")
  func defects() throws {
    let (_, surplus) = try #require(read(Self.bytes + [0, 0, 0, 0]))
    #expect(surplus == [VersionDefect(.surplusBytes(4), offset: 40)])
    let odd = [sample[0], RequiredVersion("", 1), sample[0]]
    let (records, found) = try #require(read(VersionTableBuilder.packed(odd, little64)))
    #expect(records.count == 3)
    #expect(found.map(\.kind) == [.emptyName, .duplicateName])
  }
}

@Suite("Hashed names")
struct HashedNameTests {
  /// A record with a published digest: of a name of 56 bytes.
  private static let name = "_RNvNtNtCs1cdwasc6FUb_6kernel5print14format_strings4INFO"
  private static let digest: [UInt8] = [
    0x56, 0x96, 0xf4, 0x27, 0xdb, 0x4a, 0xbf, 0x42, 0x05, 0xb4, 0xae, 0x96, 0x21, 0x68, 0x8a, 0x5d,
    0x7c, 0xfe, 0x42, 0x90, 0x9d, 0xc1, 0x15, 0xbd, 0x5c, 0x75, 0x85, 0x60, 0xc8, 0x98, 0x83, 0x6c,
  ]

  private func record(_ layout: ELFLayout, tail: UInt8 = 0) -> [UInt8] {
    var bytes = ByteBuilder(layout.order)
    if layout.is64Bit { bytes.put(UInt64(0x9ec5_442f)) } else { bytes.put(UInt32(0x9ec5_442f)) }
    bytes.put(cString: "sha256")
    bytes.put(Self.digest)
    bytes.put(tail)
    bytes.pad(to: 64)
    return bytes.bytes
  }

  @Test("a digest is distinguished from a name, and is that of the name")
  func digest() throws {
    let name = Array(Self.name.utf8)
    let expected = HashedName(of: name.rawSpan)
    #expect(expected.hexadecimal.hasPrefix("5696f427db4abf42"))
    for layout in [little64, little32, big64] {
      let bytes = record(layout)
      let table = BasicVersions(bytes.rawSpan, layout: layout)
      let digest = table.record(at: 0)?.digest
      #expect(digest == expected)
      #expect(table.defects().isEmpty)
    }
    let dotted = Array(".\(Self.name)".utf8)
    #expect(HashedName(of: dotted.rawSpan) == expected)
  }

  @Test("a name sha256 without a digest, or with more after it, is a name")
  func plain() {
    for bytes in [
      VersionTableBuilder.basic([RequiredVersion("sha256", 1)], little64),
      record(little64, tail: 1),
    ] {
      let digest = BasicVersions(bytes.rawSpan, layout: little64).record(at: 0)?.digest
      #expect(digest == nil)
    }
  }
}
