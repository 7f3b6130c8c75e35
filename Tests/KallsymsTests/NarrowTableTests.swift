import ByteStorage
import ELFFormat
import Kallsyms
import SymbolTables
import TestSupport
import Testing

/// Entries of 32 bits without a base, 7.0 and later: addresses, or distances from their own place.
@Suite("Tables of 32-bit addresses or distances")
struct NarrowTableTests {
  private static let fixed = TableForm(name: "7.0 fixed", encoding: .absolute32, alignment: 4)
  private static let movable = TableForm(name: "7.0", encoding: .placeRelative, alignment: 4)

  private func build(
    _ form: TableForm, _ order: ByteOrder, load: UInt64, _ list: String
  ) throws -> [UInt8] {
    var builder = TableBuilder(form, wordSize: 4, order: order, loadAddress: load)
    builder.put(try EncodedLists.tables(list))
    return builder.bytes.bytes
  }

  /// Symbols that each have an address of their own, in the bytes before the tables.
  private func ascending(_ load: UInt64) -> String {
    (0..<200).map { "\(String(load + 0x100 + 16 * UInt64($0), radix: 16)) T name_\($0)\n" }
      .joined()
  }

  @Test(
    "addresses are certain where distances lead out of the image",
    arguments: [0x4000_8000, 0x8010_0000, 0xc000_8000] as [UInt64])
  func addresses(_ load: UInt64) throws {
    let vectors = (0..<40).map { "ffff\(String(0x1000 + 4 * $0, radix: 16)) t vector_\($0)\n" }
    let text = symbolList(count: 300, base: load + 0x100)
    for list in [text, text + vectors.joined()] {
      for order in [ByteOrder.little, .big] {
        let bytes = try build(Self.fixed, order, load: load, list)
        for start in [load, nil] {
          let image = KallsymsImage(raw: bytes.rawSpan, loadAddress: start)
          let tables = try KallsymsTables(locating: image)
          #expect(tables.encoding == .absolute32 && tables.otherReading == nil)
          let table = try SymbolTable(tables, in: image)
          #expect(!table.isRelative)
          #expect(try table.addresses == EncodedLists.tables(list).addresses)
        }
      }
    }
  }

  @Test("a table that can hold addresses as well as distances is said to be uncertain")
  func both() throws {
    for order in [ByteOrder.little, .big] {
      let distances = try build(
        Self.movable, order, load: 0xc000_8000, ascending(0xc000_8000))
      // Low addresses also lead from the table into the image.
      let addresses = try build(Self.fixed, order, load: 0, ascending(0))
      for bytes in [distances, addresses] {
        let image = KallsymsImage(raw: bytes.rawSpan)
        let tables = try KallsymsTables(locating: image)
        #expect(tables.encoding == .absolute32)
        #expect(tables.otherReading?.encoding == .placeRelative)
      }
    }
  }

  @Test("the address of the image decides which of two readings is right")
  func knownPlace() throws {
    let load: UInt64 = 0xc000_8000
    let bytes = try build(Self.movable, .little, load: load, ascending(load))
    let image = KallsymsImage(raw: bytes.rawSpan, wordSize: 4, loadAddress: load)
    let tables = try KallsymsTables(locating: image)
    #expect(tables.encoding == .placeRelative && tables.otherReading == nil)
    let table = try SymbolTable(tables, in: image)
    #expect(try table.addresses == EncodedLists.tables(ascending(load)).addresses)
  }

  @Test("a release that wrote no distances makes addresses certain")
  func release() throws {
    let bytes = try build(Self.fixed, .little, load: 0, ascending(0))
    let image = KallsymsImage(raw: bytes.rawSpan)
    let tables = try KallsymsTables(locating: image)
    for (release, isCertain) in [
      ("6.6.0", true), ("6.19.3", true), ("7.0.0", false), ("7.3.4", false), (nil, false),
    ] {
      var settled = tables
      settled.settle(for: release)
      #expect((settled.otherReading == nil) == isCertain, "\(release ?? "unknown")")
      #expect(settled.encoding == .absolute32)
    }
  }
}
