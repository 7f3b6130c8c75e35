import ByteStorage
import ELFFormat
import Kallsyms
import SymbolTables
import TestSupport
import Testing

/// A form with a word size, a byte order, and a number of symbols.
struct LayoutCase: Sendable, CustomStringConvertible {
  let form: TableForm
  let wordSize: Int
  let order: ByteOrder

  var description: String { "\(form.name), \(wordSize * 8) bits, \(order)-endian" }

  static let all: [LayoutCase] = [8, 4].flatMap { wordSize in
    [ByteOrder.little, .big].flatMap { order in
      TableForm.all(wordSize: wordSize).map {
        LayoutCase(form: $0, wordSize: wordSize, order: order)
      }
    }
  }
}

@Suite("Locating kallsyms tables")
struct LocatingTests {
  private static let counts = [1, 2, 3, 40, 255, 256, 257, 512, 1000]

  @Test("tables of every layout are found and decoded", arguments: LayoutCase.all)
  func everyLayout(_ layout: LayoutCase) throws {
    let load: UInt64 = layout.wordSize == 8 ? 0xffff_ffff_8100_0000 : 0xc000_8000
    for count in LocatingTests.counts {
      let perCPU = layout.form.encoding == .absolutePerCPU ? count / 4 : 0
      let list = symbolList(count: count, base: load + 0x10000, perCPU: perCPU)
      let tables = try EncodedLists.tables(list)
      var builder = TableBuilder(
        layout.form, wordSize: layout.wordSize, order: layout.order, loadAddress: load)
      builder.put(tables)

      let image = KallsymsImage(
        raw: builder.bytes.bytes.rawSpan, wordSize: layout.wordSize, loadAddress: load)
      // Without a table of numbers or 32-bit addresses a handful of symbols may fit other forms.
      let found = try KallsymsTables(locating: image)
      #expect(found.order == layout.order)
      #expect(found.count == count)
      #expect(found.encoding == layout.form.encoding || count < 40, "\(count) symbols")
      // Two markers of eight bytes also read as two of four.
      #expect(found.markerSize == layout.form.countSize || count <= 512)
      #expect(found.sequenceSize == layout.form.sequenceSize || count == 1)
      #expect(found.hasAddressesLast == layout.form.hasAddressesLast)
      #expect(found.names.count == tables.names().count)
      if count > 300 { #expect(found.hasTwoByteLengths == nil || found.hasTwoByteLengths == true) }
      let decoded = try SymbolTable(found, in: image)
      #expect(!decoded.isRelative)
      try expect(decoded, is: list, tables.addresses, exact: found.encoding == layout.form.encoding)
    }
  }

  @Test("type letters of names of two-byte length are wrong until the release that mended it")
  func wrongTypes() throws {
    let load: UInt64 = 0xffff_ffff_8100_0000
    // A name that no tokens make short.
    var state: UInt32 = 1
    let name = (0..<400).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return String(UnicodeScalar(UInt8(0x41 + (state >> 16) % 26)))
    }.joined()
    let list =
      symbolList(count: 1000, base: load + 0x10000, perCPU: 0) + "ffffffff8f000000 t \(name)\n"
    let form = TableForm(name: "6.4", encoding: .baseRelative, alignment: 8)
    var builder = TableBuilder(form, wordSize: 8, order: .little, loadAddress: load)
    builder.put(try EncodedLists.tables(list))
    let image = KallsymsImage(raw: builder.bytes.bytes.rawSpan, wordSize: 8, loadAddress: load)
    let tables = try KallsymsTables(locating: image)
    for release in ["6.1.159", "6.5.0", "6.12.63-amd64", "6.18.2"] {
      #expect(!tables.wrongTypes(in: image, of: release).isEmpty, "\(release)")
    }
    for release in [
      nil, "6.1.160", "6.6.120", "6.12.117+deb13-amd64", "6.18.3", "6.19.0", "7.2.13",
    ] {
      #expect(tables.wrongTypes(in: image, of: release).isEmpty, "\(release ?? "unknown")")
    }
  }

  /// The symbols of a list, in whatever order equal addresses have.
  private func expect(
    _ table: SymbolTable, is list: String, _ addresses: [UInt64], exact: Bool
  ) throws {
    let lines = list.split(separator: "\n").map { $0.split(separator: " ") }
    let expected = lines.map { "\($0[1]) \($0[2])" }.sorted()
    let names = (0..<table.count).map { index in
      "\(Character(UnicodeScalar(table.type(at: index)))) \(table.name(at: index).text)"
    }
    #expect(names.sorted() == expected)
    if exact { #expect(table.addresses == addresses) }
  }

  @Test("an ELF file gives the place of place-relative tables; a raw image gives offsets")
  func placeRelative() throws {
    let load: UInt64 = 0xffff_ffff_8200_0000
    let form = TableForm(name: "7.0", encoding: .placeRelative, alignment: 4)
    let list = symbolList(count: 500, base: load - 0x100_0000)
    let tables = try EncodedLists.tables(list)
    var builder = TableBuilder(form, wordSize: 8, order: .little, loadAddress: load)
    builder.put(tables)

    var elf = ELFBuilder(layout: ELFLayout(is64Bit: true, order: .little))
    elf.addSection(
      ".rodata", flags: [.alloc], bytes: builder.bytes.bytes, address: load)
    let file = elf.build()
    let source = try ELFFile(ByteSource(file.rawSpan))
    let image = try KallsymsImage(source)
    let table = try SymbolTable(KallsymsTables(locating: image), in: image)
    #expect(table.addresses == tables.addresses)
    #expect(!table.isRelative)

    let raw = KallsymsImage(raw: builder.bytes.bytes.rawSpan)
    let distances = try SymbolTable(KallsymsTables(locating: raw), in: raw)
    #expect(distances.isRelative)
    let first = tables.addresses[0]
    #expect(distances.addresses == tables.addresses.map { $0 &- first })
  }

  @Test("between names and markers there is padding only, or this is no table")
  func padding() throws {
    let load: UInt64 = 0xffff_ffff_8100_0000
    let form = TableForm(name: "6.4", encoding: .baseRelative, alignment: 8)
    var tried = 0
    for count in 300..<308 {
      let list = symbolList(count: count, base: load + 0x10000)
      var builder = TableBuilder(form, wordSize: 8, order: .little, loadAddress: load)
      builder.put(try EncodedLists.tables(list))
      let whole = builder.bytes.bytes
      let image = KallsymsImage(raw: whole.rawSpan, wordSize: 8, loadAddress: load)
      let tables = try KallsymsTables(locating: image)
      if tables.names.upperBound == tables.markers.lowerBound { continue }
      tried += 1
      var bytes = whole
      bytes[tables.names.upperBound] = 1
      let damaged = KallsymsImage(raw: bytes.rawSpan, wordSize: 8, loadAddress: load)
      #expect(throws: (any Error).self) { _ = try KallsymsTables(locating: damaged) }
    }
    #expect(tried > 0)
  }

  @Test("an image that is not a kernel is refused with the name of the missing table")
  func refusals() throws {
    let load: UInt64 = 0xffff_ffff_8100_0000
    let form = TableForm(name: "6.4", encoding: .baseRelative, alignment: 8)
    let list = symbolList(count: 600, base: load)
    var builder = TableBuilder(form, wordSize: 8, order: .little, loadAddress: load)
    builder.put(try EncodedLists.tables(list))
    let bytes = builder.bytes.bytes
    let found = try KallsymsTables(locating: KallsymsImage(raw: bytes.rawSpan))

    func failure(_ change: (inout [UInt8]) -> Void) -> KallsymsError? {
      var damaged = bytes
      change(&damaged)
      do {
        _ = try KallsymsTables(locating: KallsymsImage(raw: damaged.rawSpan))
        return nil
      } catch { return error }
    }
    #expect(failure { $0 = [] }?.table == .tokens)
    // Tokens that an image begins with are some, but nothing is before them.
    #expect(failure { $0.removeSubrange(..<found.tokenTable.lowerBound) }?.table == .markers)
    #expect(failure { $0[found.tokenIndex.lowerBound + 100] ^= 1 }?.table == .tokens)
    #expect(failure { $0[found.markers.lowerBound + 4] ^= 1 }?.table == .names)
    #expect(
      failure { damaged in
        for offset in found.markers { damaged[offset] = 0xff }
      }?.table == .markers)
    #expect(failure { $0[found.names.lowerBound] ^= 1 }?.table == .names)
    #expect(failure { $0[found.countOffset] ^= 1 }?.table == .names)
    let sequences = try #require(found.sequences)
    #expect(failure { $0[sequences.lowerBound] ^= 0x80 }?.table == .addresses)
    let error = try #require(failure { $0.removeSubrange(found.addresses.lowerBound...) })
    #expect(error.table == .addresses)
    #expect(error.description.contains("kallsyms_offsets"))
  }

  @Test("damage anywhere in the tables is an error or a table, never a trap")
  func damage() throws {
    let load: UInt64 = 0xc000_8000
    let form = TableForm(
      name: "6.2", hasAddressesLast: false, encoding: .baseRelative, alignment: 4)
    let list = symbolList(count: 300, base: load)
    var builder = TableBuilder(form, wordSize: 4, order: .big, loadAddress: load)
    builder.put(try EncodedLists.tables(list))
    let bytes = builder.bytes.bytes
    for offset in stride(from: 4000, to: bytes.count - 4000, by: 101) {
      var damaged = bytes
      damaged[offset] = damaged[offset] &+ UInt8(truncatingIfNeeded: offset | 1)
      let image = KallsymsImage(raw: damaged.rawSpan, wordSize: 4)
      if let tables = try? KallsymsTables(locating: image) {
        _ = try? SymbolTable(tables, in: image)
      }
    }
    for count in stride(from: 0, to: bytes.count, by: 977) {
      let image = KallsymsImage(raw: Array(bytes[0..<count]).rawSpan)
      _ = try? KallsymsTables(locating: image)
    }
  }

  @Test("digits without end are too many places for tokens")
  func endlessDigits() {
    var bytes: [UInt8] = []
    while bytes.count < 1 << 19 {
      for digit in UInt8(0x30)...0x39 { bytes += [digit, 0] }
    }
    let error = #expect(throws: KallsymsError.self) {
      try KallsymsTables(locating: KallsymsImage(raw: bytes.rawSpan))
    }
    #expect(error?.table == .tokens && error?.reason == .tooManyCandidates)
  }

  @Test("data made to mislead ends the search", arguments: [0, 1, 2, 3, 4])
  func misleading(_ kind: Int) {
    var bytes: [UInt8] = []
    let size = 1 << 18
    switch kind {
    case 0: bytes = [UInt8](repeating: 0, count: size)
    case 1:
      var state: UInt64 = 1
      for _ in 0..<size {
        state = state &* 6_364_136_223_846_793_005 &+ 1
        bytes.append(UInt8(truncatingIfNeeded: state >> 56))
      }
    case 2:
      while bytes.count < size {
        for digit in UInt8(0x30)...0x39 { bytes += [digit, 0] }
      }
    case 3:
      while bytes.count < size {
        for number in 0..<256 { bytes += [UInt8(number), 0] }
      }
    default:
      // Tokens with their index, and nothing else, again and again.
      var piece = [UInt8]()
      for _ in 0..<256 { piece += [0x61, 0] }
      for number in 0..<256 {
        piece += [UInt8(truncatingIfNeeded: 2 * number), UInt8(2 * number >> 8)]
      }
      while bytes.count < size { bytes += piece }
    }
    #expect(throws: KallsymsError.self) {
      try KallsymsTables(locating: KallsymsImage(raw: bytes.rawSpan))
    }
  }
}
