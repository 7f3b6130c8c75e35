import ByteStorage
import UnwindTables

/// ORC tables of a few entries.
struct ORCBuilder {
  /// Address of `.orc_unwind_ip`.
  static let place: UInt64 = 0xffff_ffff_8200_0000

  var header: [UInt8] = []
  private(set) var places: [UInt8] = []
  private(set) var contents: [UInt8] = []

  init(header: String = "") {
    var digits = header[...]
    while let byte = UInt8(digits.prefix(2), radix: 16) {
      self.header.append(byte)
      digits = digits.dropFirst(2)
    }
  }

  mutating func add(_ address: UInt64, sp: Int16 = 0, bp: Int16 = 0, flags: UInt16) {
    let own = Self.place &+ UInt64(places.count)
    put(Int32(truncatingIfNeeded: address &- own), to: &places)
    put(sp, to: &contents)
    put(bp, to: &contents)
    put(flags, to: &contents)
  }

  private func put<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
    for index in 0..<(Number.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> (8 * index)))
    }
  }

  mutating func cutContents(by count: Int) { contents.removeLast(count) }

  func table() throws(ParseError) -> ORCTable {
    try ORCTable(
      places: ORCTable.Section(places.rawSpan, address: Self.place, offset: 0x1000),
      contents: ORCTable.Section(contents.rawSpan, address: 0, offset: 0x2000),
      header: header.rawSpan)
  }
}
