import ByteStorage
import ELFFormat
import Kallsyms
import SymbolTables
import TestSupport
import Testing

/// An arm64 Image whose values are in `R_AARCH64_RELATIVE` records, not in place.
private struct RelocatedImage {
  let start: UInt64 = 0xffff_0000_0808_0000
  /// Address of the first symbol, after the first byte.
  let first: UInt64 = 0xffff_0000_0809_0000
  let tables: MovedTables
  var bytes: ByteBuilder
  private var records: [(place: Int, value: UInt64)] = []

  init(
    hasBase: Bool, otherRecords: Int = 40, isStored: (Int) -> Bool = { _ in false }
  ) throws {
    let form = TableForm(
      name: "4.9", hasAddressesLast: false, encoding: hasBase ? .baseRelative : .absolute,
      alignment: 8, countSize: 8, sequenceSize: 0)
    try self.init(
      form, order: .little, count: 400, front: [0x1234_5601, 0], otherRecords: otherRecords,
      isStored: isStored)
  }

  init(
    _ form: TableForm, order: ByteOrder, count: Int, front: [UInt32], otherRecords: Int = 40,
    isStored: (Int) -> Bool = { _ in false }
  ) throws {
    tables = try EncodedLists.tables(symbolList(count: count, base: 0)).moved(by: first)
    let hasBase = form.encoding == .baseRelative
    var builder = TableBuilder(
      form, wordSize: 8, order: order, loadAddress: start, front: front)
    builder.put(tables)
    bytes = builder.bytes
    // The tables end where the number of names begins.
    let found = try KallsymsTables(locating: KallsymsImage(raw: bytes.bytes.rawSpan))
    if hasBase {
      let place = try #require(found.relativeBase?.lowerBound)
      move(place, tables.addresses[0])
    } else {
      for index in 0..<tables.addresses.count where !isStored(index) {
        move(found.addresses.lowerBound + 8 * index, tables.addresses[index])
      }
    }
    for index in 0..<otherRecords { records.append((64 + 8 * index, first + 16)) }
    bytes.align(to: 8)
    // Data that looks like a record.
    for word: UInt64 in [0x1_2000, 0x403, 0x1_3000] { bytes.put(word) }
    for record in records.sorted(by: { $0.place < $1.place }) {
      bytes.put(start + UInt64(record.place))
      bytes.put(UInt64(0x403))
      bytes.put(record.value)
    }
  }

  private mutating func move(_ place: Int, _ value: UInt64) {
    bytes.set(UInt64(0), at: place)
    records.append((place, value))
  }
}

@Suite("Tables whose values relocations hold")
struct RelocatedTableTests {
  private func decode(_ bytes: [UInt8], wordSize: Int? = nil) throws -> SymbolTable {
    let image = KallsymsImage(raw: bytes.rawSpan, wordSize: wordSize)
    return try SymbolTable(KallsymsTables(locating: image), in: image)
  }

  @Test("a base is the value of the record for its place, wherever the first symbol is")
  func base() throws {
    let image = try RelocatedImage(hasBase: true)
    let table = try decode(image.bytes.bytes)
    #expect(!table.isRelative)
    #expect(table.addresses == image.tables.addresses)
  }

  /// Releases that write the base before the names.
  fileprivate static let oldForms = [
    TableForm(
      name: "4.9, powers of two", hasAddressesLast: false, encoding: .baseRelative, alignment: 256,
      countSize: 8, sequenceSize: 0),
    TableForm(
      name: "4.14", hasAddressesLast: false, encoding: .baseRelative, alignment: 8, countSize: 8,
      sequenceSize: 0),
    TableForm(
      name: "5.10", hasAddressesLast: false, encoding: .baseRelative, alignment: 8,
      sequenceSize: 0),
    TableForm(name: "6.2", hasAddressesLast: false, encoding: .baseRelative, alignment: 8),
  ]

  @Test(
    "the last two offsets are not the base, whatever lies before them",
    arguments: RelocatedTableTests.oldForms)
  func lastOffsets(_ form: TableForm) throws {
    for order in [ByteOrder.little, .big] {
      for count in [400, 401] {
        for zeros in 0...4 {
          let front = [0x1234_5601] + [UInt32](repeating: 0, count: zeros)
          let image = try RelocatedImage(form, order: order, count: count, front: front)
          for wordSize in [8, nil] {
            let table = try decode(image.bytes.bytes, wordSize: wordSize)
            #expect(!table.isRelative)
            #expect(
              table.addresses == image.tables.addresses,
              "\(order), \(count) symbols after \(zeros) zeros")
          }
        }
      }
    }
  }

  @Test("addresses are the values of records, except those that are stored")
  func addresses() throws {
    for isStored: (Int) -> Bool in [{ _ in false }, { $0 % 33 == 5 }, { $0 < 12 }, { $0 > 387 }] {
      let image = try RelocatedImage(hasBase: false, isStored: isStored)
      let table = try decode(image.bytes.bytes)
      #expect(table.addresses == image.tables.addresses)
    }
  }

  @Test("without records, a table of zeros is refused and a base of zero gives distances")
  func missing() throws {
    let addresses = try RelocatedImage(hasBase: false)
    let base = try RelocatedImage(hasBase: true)
    func withoutRecords(_ bytes: [UInt8]) -> [UInt8] {
      var bytes = bytes
      for place in stride(from: 0, through: bytes.count - 24, by: 8)
      where bytes.rawSpan.integer(UInt64.self, at: place + 8, .little) == 0x403 {
        bytes[place + 8] = 0
      }
      return bytes
    }
    #expect(throws: KallsymsError.self) { try decode(withoutRecords(addresses.bytes.bytes)) }
    let table = try decode(withoutRecords(base.bytes.bytes))
    #expect(table.isRelative)
    #expect(table.addresses == base.tables.addresses.map { $0 - base.first })
  }
}
