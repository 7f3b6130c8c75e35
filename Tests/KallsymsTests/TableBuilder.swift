import ByteStorage
import ELFFormat
import Kallsyms
import SymbolTables
import Synchronization
import TestSupport
import Testing

/// How a release lays the tables out: what a test puts into bytes.
struct TableForm: Sendable, CustomStringConvertible {
  var name: String
  /// Whether the addresses follow the tokens (6.4 and later).
  var hasAddressesLast = true
  var encoding: AddressEncoding
  /// Alignment of each table.
  var alignment: Int
  /// Size of the number of symbols and of a marker.
  var countSize = 4
  /// Size of a sequence number; 0 without.
  var sequenceSize = 3

  var description: String { name }

  static func all(wordSize: Int) -> [TableForm] {
    let isWide = wordSize == 8
    var forms = [
      TableForm(
        name: "2.6", hasAddressesLast: false, encoding: .absolute, alignment: isWide ? 8 : 4,
        countSize: wordSize, sequenceSize: 0),
      TableForm(
        name: "2.6, .align 8 of powers of two", hasAddressesLast: false, encoding: .absolute,
        alignment: isWide ? 256 : 16, countSize: wordSize, sequenceSize: 0),
      TableForm(
        name: "4.6", hasAddressesLast: false, encoding: .baseRelative,
        alignment: isWide ? 8 : 4, countSize: wordSize, sequenceSize: 0),
      TableForm(
        name: "4.20", hasAddressesLast: false, encoding: .baseRelative,
        alignment: isWide ? 8 : 4, sequenceSize: 0),
      TableForm(
        name: "6.1.42", hasAddressesLast: false, encoding: .baseRelative,
        alignment: isWide ? 8 : 4, sequenceSize: 4),
      TableForm(
        name: "6.2", hasAddressesLast: false, encoding: .baseRelative, alignment: isWide ? 8 : 4),
      TableForm(name: "6.4", encoding: .baseRelative, alignment: isWide ? 8 : 4),
      TableForm(name: "7.0", encoding: .placeRelative, alignment: 4),
    ]
    if isWide {
      forms += [
        TableForm(name: "6.4 absolute", encoding: .absolute, alignment: 8),
        TableForm(
          name: "5.10 per-CPU", hasAddressesLast: false, encoding: .absolutePerCPU, alignment: 8,
          sequenceSize: 0),
        TableForm(name: "6.12 per-CPU", encoding: .absolutePerCPU, alignment: 8),
      ]
    } else {
      forms.append(TableForm(name: "7.0 fixed", encoding: .absolute32, alignment: 4))
    }
    return forms
  }
}

/// Puts tables into the bytes of an image.
struct TableBuilder {
  let form: TableForm
  let wordSize: Int
  let loadAddress: UInt64
  private(set) var bytes: ByteBuilder

  /// Words of `front` are right before the tables, which begin at a multiple of their alignment.
  init(
    _ form: TableForm, wordSize: Int, order: ByteOrder, loadAddress: UInt64, front: [UInt32] = []
  ) {
    self.form = form
    self.wordSize = wordSize
    self.loadAddress = loadAddress
    bytes = ByteBuilder(order)
    let room = (form.alignment - front.count * 4 % form.alignment) % form.alignment
    for index in 0..<(4096 + room) { bytes.put(UInt8(truncatingIfNeeded: index &* 167 | 1)) }
    for word in front { bytes.put(word) }
  }

  private mutating func align() { bytes.align(to: form.alignment) }

  private mutating func word(_ value: UInt64, _ size: Int) {
    if size == 8 { bytes.put(value) } else { bytes.put(UInt32(truncatingIfNeeded: value)) }
  }

  /// Puts all tables, with what follows them in a kernel.
  mutating func put(_ tables: EncodedTables) { put(MovedTables(tables, by: 0)) }

  mutating func put(_ tables: MovedTables) {
    if !form.hasAddressesLast { addresses(tables) }
    align()
    word(UInt64(tables.addresses.count), form.countSize)
    align()
    bytes.put(tables.names())
    align()
    for marker in tables.markers { word(UInt64(marker), form.countSize) }
    if !form.hasAddressesLast { sequences(tables) }
    align()
    for token in tables.tokens { bytes.put(token + [0]) }
    align()
    var offset: UInt16 = 0
    for token in tables.tokens {
      bytes.put(offset)
      offset += UInt16(token.count + 1)
    }
    if form.hasAddressesLast {
      addresses(tables)
      sequences(tables)
    }
    for index in 0..<4096 { bytes.put(UInt8(truncatingIfNeeded: index &* 89 | 1)) }
  }

  private mutating func addresses(_ tables: MovedTables) {
    align()
    let base =
      form.encoding == .baseRelative
      ? tables.addresses.first ?? 0 : tables.addresses.first { $0 >= 1 << 24 } ?? 0
    for address in tables.addresses {
      switch form.encoding {
      case .absolute: word(address, wordSize)
      case .absolute32: bytes.put(UInt32(truncatingIfNeeded: address))
      case .baseRelative: bytes.put(UInt32(truncatingIfNeeded: address &- base))
      case .absolutePerCPU:
        let offset = address < 1 << 24 ? address : base &- address &- 1
        bytes.put(UInt32(truncatingIfNeeded: offset))
      case .placeRelative:
        let place = loadAddress &+ UInt64(bytes.count)
        bytes.put(UInt32(truncatingIfNeeded: address &- place))
      }
    }
    if form.encoding == .baseRelative || form.encoding == .absolutePerCPU {
      align()
      word(base, wordSize)
    }
  }

  private mutating func sequences(_ tables: MovedTables) {
    guard form.sequenceSize > 0 else { return }
    align()
    for number in tables.sequence {
      if form.sequenceSize == 4 {
        bytes.put(number)
      } else {
        for shift in [16, 8, 0] { bytes.put(UInt8(truncatingIfNeeded: number >> UInt32(shift))) }
      }
    }
  }
}

/// Tables of a list at other addresses: names, tokens and numbers do not depend on these.
struct MovedTables {
  private let tables: EncodedTables
  let addresses: [UInt64]

  init(_ tables: EncodedTables, by distance: UInt64) {
    self.tables = tables
    addresses = tables.addresses.map { $0 &+ distance }
  }

  var tokens: [[UInt8]] { tables.tokens }
  var markers: [Int] { tables.markers }
  var sequence: [UInt32] { tables.sequence }
  func names() -> [UInt8] { tables.names() }
}

extension EncodedTables {
  func moved(by distance: UInt64) -> MovedTables { MovedTables(self, by: distance) }
}

/// Encoded lists, which the layouts share: encoding is the slow part of a test without optimisation.
enum EncodedLists {
  private static let lists = Mutex<[String: EncodedTables]>([:])

  /// The tables of a list.
  static func tables(_ list: String) throws -> EncodedTables {
    if let known = lists.withLock({ $0[list] }) { return known }
    let encoded = EncodedTables(Array(list.utf8).rawSpan, .init(includesAllSymbols: true))
    let tables = try #require(encoded)
    lists.withLock { $0[list] = tables }
    return tables
  }
}
