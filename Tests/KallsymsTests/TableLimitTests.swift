import ByteStorage
import ELFFormat
import Kallsyms
import SymbolTables
import TestSupport
import Testing

/// What lies on either side of a bound that the tables have.
@Suite("Bounds of kallsyms tables")
struct TableLimitTests {
  private static let load: UInt64 = 0xffff_8000_8000_0000
  private static let absolute = TableForm(name: "6.4 absolute", encoding: .absolute, alignment: 8)
  private static let relative = TableForm(name: "6.4", encoding: .baseRelative, alignment: 8)

  /// Addresses of functions of sixteen bytes.
  private func places(_ count: Int, from start: UInt64 = Self.load) -> [UInt64] {
    (0..<count).map { start + 16 * UInt64($0) }
  }

  private func list(_ addresses: [UInt64]) -> String {
    addresses.enumerated().map { "\(String($0.element, radix: 16)) T name_\($0.offset)\n" }.joined()
  }

  private func build(
    _ form: TableForm, _ list: String, wordSize: Int = 8, load: UInt64 = Self.load
  ) throws -> [UInt8] {
    var builder = TableBuilder(form, wordSize: wordSize, order: .little, loadAddress: load)
    builder.put(try EncodedLists.tables(list))
    return builder.bytes.bytes
  }

  private func decode(_ bytes: [UInt8], wordSize: Int = 8) throws -> SymbolTable {
    let image = KallsymsImage(raw: bytes.rawSpan, wordSize: wordSize, loadAddress: Self.load)
    return try SymbolTable(KallsymsTables(locating: image), in: image)
  }

  @Test("tokens of any length are decoded")
  func tokens() throws {
    var lengths: Set<Int> = []
    for count in 4..<20 {
      let start = String("abcdefghijklmnopqrstuvwxyz".prefix(count))
      let names = (0..<300).map { "\(start)\($0 % 7)_\($0)" }
      let list = names.enumerated().map {
        "\(String(4096 + $0.offset, radix: 16)) T \($0.element)\n"
      }
      .joined()
      let encoded = try EncodedLists.tables(list)
      lengths.formUnion(encoded.tokens.map(\.count))
      let table = try decode(build(Self.relative, list))
      #expect((0..<table.count).map { table.name(at: $0).text } == names)
    }
    #expect(lengths.isSuperset(of: 14...18))
  }

  @Test("a last name that leads into the markers is damage")
  func lastName() throws {
    let list = list(places(300))
    let whole = try build(Self.relative, list)
    let image = KallsymsImage(raw: whole.rawSpan, wordSize: 8, loadAddress: Self.load)
    let tables = try KallsymsTables(locating: image)
    var bytes = whole
    var place = tables.names.lowerBound
    for _ in 0..<299 { place += Int(bytes[place]) + 1 }
    bytes[place] += UInt8(tables.markers.lowerBound - tables.names.upperBound)
    _ = try decode(bytes)
    bytes[place] += 1
    #expect(throws: KallsymsError.self) { try decode(bytes) }
    let damaged = KallsymsImage(raw: bytes.rawSpan, wordSize: 8, loadAddress: Self.load)
    #expect(throws: KallsymsError.self) { _ = try KallsymsTables(locating: damaged) }
  }

  @Test("sequence numbers are less than the number of symbols")
  func sequences() throws {
    let whole = try build(Self.relative, list(places(300)))
    let image = KallsymsImage(raw: whole.rawSpan, wordSize: 8, loadAddress: Self.load)
    let tables = try KallsymsTables(locating: image)
    let numbers = try #require(tables.sequences)
    let starts = stride(from: numbers.lowerBound, to: numbers.upperBound, by: 3)
    let first = starts.first { whole[$0] == 0 && whole[$0 + 1] == 0 && whole[$0 + 2] == 0 }
    let place = try #require(first)
    // 299 is the last one, 300 in place of 0 is too much.
    var bytes = whole
    (bytes[place + 1], bytes[place + 2]) = (1, 44)
    let damaged = KallsymsImage(raw: bytes.rawSpan, wordSize: 8, loadAddress: Self.load)
    #expect(throws: KallsymsError.self) { _ = try KallsymsTables(locating: damaged) }
  }

  @Test("between markers and tokens are up to 512 zeros")
  func padding() throws {
    let form = TableForm(
      name: "4.20", hasAddressesLast: false, encoding: .baseRelative, alignment: 4, sequenceSize: 0)
    let start: UInt64 = 0xc000_8000
    let whole = try build(form, list(places(300, from: start)), wordSize: 4, load: start)
    let image = KallsymsImage(raw: whole.rawSpan, wordSize: 4)
    let tables = try KallsymsTables(locating: image)
    let (end, tokens) = (tables.markers.upperBound, tables.tokenTable.lowerBound)
    for (count, isTable) in [(512, true), (516, false)] {
      var bytes = whole
      let zeros = [UInt8](repeating: 0, count: count - (tokens - end))
      bytes.insert(contentsOf: zeros, at: tokens)
      let padded = KallsymsImage(raw: bytes.rawSpan, wordSize: 4)
      let found = try? KallsymsTables(locating: padded)
      #expect((found != nil) == isTable, "\(count)")
    }
  }

  @Test(
    "addresses are a table where one of sixteen and four more are zero, and most are in 4 GiB",
    arguments: [
      (10, 1 << 32 - 1, true), (11, 1 << 32 - 1, false), (0, 1 << 32 - 1, true),
      (0, 1 << 32, false),
    ] as [(Int, UInt64, Bool)])
  func addresses(_ zeros: Int, _ span: UInt64, _ isTable: Bool) throws {
    var addresses = places(96)
    for index in 0..<zeros { addresses[index] = 0 }
    addresses[95] = addresses[48] + span
    let bytes = try build(Self.absolute, list(addresses))
    let found = try? decode(bytes)
    #expect(found?.addresses == (isTable ? addresses : nil))
  }

  @Test(
    "offsets and their base lead no further than the last of 32 bits",
    arguments: [0, 1] as [UInt64])
  func lastAddress(_ more: UInt64) throws {
    var addresses = places(300, from: 0xffff_8000)
    addresses.append(0xffff_ffff + more)
    let form = TableForm(
      name: "4.20", hasAddressesLast: false, encoding: .baseRelative, alignment: 4, sequenceSize: 0)
    let bytes = try build(form, list(addresses), wordSize: 4, load: 0xffff_8000)
    let image = KallsymsImage(raw: bytes.rawSpan, wordSize: 4)
    let tables = try? KallsymsTables(locating: image)
    #expect((tables?.encoding == .baseRelative) == (more == 0))
  }

  @Test("per-CPU symbols may have one address")
  func equalOffsets() throws {
    let form = TableForm(name: "6.12 per-CPU", encoding: .absolutePerCPU, alignment: 8)
    let addresses: [UInt64] = [0, 0, 64, 64] + places(40)
    #expect(try decode(build(form, list(addresses))).addresses == addresses)
  }

  @Test(
    "less than 256 bytes lie between sequence numbers and tokens",
    arguments: [(254, true), (256, false)])
  func gap(_ gap: Int, _ isTable: Bool) throws {
    let form = TableForm(
      name: "6.2", hasAddressesLast: false, encoding: .baseRelative, alignment: 8)
    let addresses = places(300)
    let whole = try build(form, list(addresses))
    let image = KallsymsImage(raw: whole.rawSpan, wordSize: 8, loadAddress: Self.load)
    let tables = try KallsymsTables(locating: image)
    let end = try #require(tables.sequences).upperBound
    let missing = gap - (tables.tokenTable.lowerBound - end)
    var bytes = whole
    bytes.insert(contentsOf: [UInt8](repeating: 0, count: missing), at: end)
    let found = try? decode(bytes)
    #expect(found?.addresses == (isTable ? addresses : nil))
  }

  @Test("a base whose lower half is zero is an offset and a base, too, where there is one name")
  func halfBase() throws {
    let form = TableForm(
      name: "5.4", hasAddressesLast: false, encoding: .baseRelative, alignment: 8, sequenceSize: 0)
    let whole = try build(form, list([0xffff_8000_0000_0000]))
    let known = KallsymsImage(raw: whole.rawSpan, wordSize: 8)
    let names = try KallsymsTables(locating: known).names
    // Twelve bytes from the number of names to these show no size of a word.
    var bytes = whole
    bytes.insert(contentsOf: [0, 0, 0, 0], at: names.lowerBound)
    let tables = try KallsymsTables(locating: KallsymsImage(raw: bytes.rawSpan))
    #expect(tables.count == 1 && tables.wordSize == 8)
    #expect(tables.otherReading?.wordSize == 4)
  }

  @Test("of up to sixteen symbols the first half may have one address")
  func aliases() throws {
    let addresses = [UInt64](repeating: Self.load, count: 8) + places(8)
    let form = TableForm(
      name: "5.4", hasAddressesLast: false, encoding: .baseRelative, alignment: 8, sequenceSize: 0)
    #expect(try decode(build(form, list(addresses))).addresses == addresses)
  }

  @Test("a section that ends the file is mapped to its last byte, one that leads out of it is not")
  func sections() throws {
    var elf = ELFBuilder(layout: ELFLayout(is64Bit: true, order: .little))
    elf.addSection(".text", flags: [.alloc], bytes: [1, 2, 3, 4], address: 0x1000)
    var file = ByteBuilder()
    file.put(elf.build())
    let section = try ELFFile(ByteSource(file.bytes.rawSpan)).sections[1]
    let headers = Int(file.bytes.rawSpan.integer(UInt64.self, at: 0x28, .little) ?? 0)
    let rest = UInt64(file.count) - section.offset
    for (size, last) in [(rest, 0x1000 + rest - 1), (rest + 1, nil)] as [(UInt64, UInt64?)] {
      file.set(size, at: headers + 64 + 32)
      let image = try KallsymsImage(ELFFile(ByteSource(file.bytes.rawSpan)))
      #expect(image.address(ofOffset: file.count - 1) == last)
      #expect(image.address(ofOffset: file.count) == nil)
    }
  }

  @Test("a segment that ends the file is mapped to its last byte, one that leads out of it is not")
  func segments() throws {
    for (more, last) in [(0, 0x1007), (1, nil)] as [(UInt64, UInt64?)] {
      var elf = ELFBuilder(layout: ELFLayout(is64Bit: true, order: .little))
      elf.type = 2
      var file = ByteBuilder()
      file.put(elf.build())
      let start = file.count
      // e_phoff, e_phentsize and e_phnum; then one PT_LOAD, whose bytes follow it.
      file.set(UInt64(start), at: 32)
      file.set(UInt16(56), at: 54)
      file.set(UInt16(1), at: 56)
      for word in [1, 5] as [UInt32] { file.put(word) }
      let offset = UInt64(start + 56)
      for word in [offset, 0x1000, 0x1000, 8 + more, 8 + more, 8] as [UInt64] { file.put(word) }
      file.put(UInt64(0))
      let bytes = file.bytes
      let image = try KallsymsImage(ELFFile(ByteSource(bytes.rawSpan)))
      #expect(image.address(ofOffset: bytes.count - 1) == last)
      #expect(image.address(ofOffset: bytes.count) == nil)
    }
  }
}
