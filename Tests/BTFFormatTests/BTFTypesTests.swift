import BTFFormat
import ByteStorage
import TestSupport
import Testing

/// Puts together a BTF section.
private struct BTFBuilder {
  let order: ByteOrder
  var types: ByteBuilder
  var strings = ByteBuilder()
  var headerSize = 24

  init(_ order: ByteOrder) {
    self.order = order
    types = ByteBuilder(order)
    strings.put(UInt8(0))
  }

  mutating func add(_ kind: UInt32, _ name: String = "", count: UInt32 = 0, size: UInt32 = 0) {
    types.put(UInt32(name.isEmpty ? 0 : strings.count))
    if !name.isEmpty { strings.put(cString: name) }
    types.put(kind << 24 | count)
    types.put(size)
    let perElement: [UInt32: Int] = [4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12]
    let fixed: [UInt32: Int] = [1: 4, 3: 12, 14: 4, 17: 4]
    types.pad(
      to: types.count + (fixed[kind & 0x7f] ?? 0) + Int(count) * (perElement[kind & 0x7f] ?? 0))
  }

  func build() -> [UInt8] {
    var out = ByteBuilder(order)
    out.put(UInt16(0xeb9f))
    out.put(UInt8(1))
    out.put(UInt8(0))
    for word in [headerSize, 0, types.count, types.count, strings.count] { out.put(UInt32(word)) }
    out.pad(to: headerSize)
    out.put(types.bytes)
    out.put(strings.bytes)
    return out.bytes
  }

  /// Types of every kind, with `struct module` of 1280 bytes among them.
  static func sample(_ order: ByteOrder) -> BTFBuilder {
    var btf = BTFBuilder(order)
    for kind in 1...19 as ClosedRange<UInt32> where kind != 4 {
      btf.add(kind, kind == 7 ? "module" : "kind\(kind)", count: kind == 3 ? 0 : 2)
    }
    btf.add(5, "module", count: 1, size: 7)
    btf.add(4, "modules", count: 3, size: 99)
    btf.add(4 | 0x80, "module", count: 2, size: 1280)
    btf.add(4, "mod", size: 98)
    return btf
  }
}

private let orders: [ByteOrder] = [.little, .big]

private func moduleSize(_ bytes: [UInt8]) throws(ParseError) -> Int? {
  try BTFTypes(parsing: bytes.rawSpan).size(ofStruct: "module")
}

@Suite("BTF types")
struct BTFTypesTests {
  @Test("the size of a structure is found among types of every kind", arguments: orders)
  func size(_ order: ByteOrder) throws {
    let bytes = BTFBuilder.sample(order).build()
    let types = try BTFTypes(parsing: bytes.rawSpan)
    #expect(types.order == order)
    let sizes = try [
      types.size(ofStruct: "module"), types.size(ofStruct: "modules"), types.size(ofStruct: "mod"),
      types.size(ofStruct: "kind5"), types.size(ofStruct: "mo"), types.size(ofStruct: "module2"),
    ]
    #expect(sizes == [1280, 99, 98, nil, nil, nil])
  }

  @Test("structures of one name that differ in size have none")
  func ambiguous() throws {
    var btf = BTFBuilder.sample(.little)
    btf.add(4, "module", size: 1280)
    #expect(try moduleSize(btf.build()) == 1280)
    btf.add(4, "module", size: 1281)
    #expect(try moduleSize(btf.build()) == nil)
  }

  @Test("larger headers of BTF are skipped", arguments: orders)
  func largeHeader(_ order: ByteOrder) throws {
    var btf = BTFBuilder.sample(order)
    btf.headerSize = 40
    #expect(try moduleSize(btf.build()) == 1280)
  }

  @Test("a section in a raw image begins with a header of up to 64 bytes", arguments: [64, 65])
  func largeHeaderInImage(_ size: Int) {
    var btf = BTFBuilder.sample(.little)
    btf.headerSize = size
    let found = BTFTypes(searching: ([1, 2, 3] + btf.build()).rawSpan, .little)?.order
    #expect(found == (size == 64 ? .little : nil))
  }

  @Test("a section in a raw image ends with its strings, which follow the types", arguments: orders)
  func section(_ order: ByteOrder) throws {
    let bytes = BTFBuilder.sample(order).build()
    let image = [1, 2, 3] + bytes + [5, 6]
    let found = BTFBase.section(in: image.rawSpan)?.array
    #expect(found == bytes)
  }

  @Test("an unknown kind of BTF is reported with its offset")
  func unknownKind() {
    var btf = BTFBuilder(.little)
    btf.add(2)
    btf.add(20)
    let bytes = btf.build()
    #expect(throws: ParseError(.unsupported(20), in: "BTF kind", at: 36)) {
      try moduleSize(bytes)
    }
  }

  @Test("BTF is found in a raw image, past bytes that only look like it", arguments: orders)
  func searching(_ order: ByteOrder) throws {
    let bytes = BTFBuilder.sample(order).build()
    let decoy = Array(bytes[..<4])
    let image = [1, 2, 3] + decoy + [UInt8](repeating: 0xff, count: 99) + bytes + [5, 6]
    var size: Int?
    if let types = BTFTypes(searching: image.rawSpan, order) {
      size = try types.size(ofStruct: "module")
    }
    #expect(size == 1280)
    let none = BTFTypes(searching: decoy.rawSpan, order)?.order
    #expect(none == nil)
  }

  @Test("BTF without types, or whose strings do not begin with an empty one, is passed over")
  func implausible() throws {
    var odd = BTFBuilder.sample(.little)
    odd.strings.bytes[0] = 0x61
    let empty = BTFBuilder(.little).build()
    for decoy in [empty, odd.build()] {
      let alone = BTFTypes(searching: decoy.rawSpan, .little)?.order
      #expect(alone == nil)
      let image = decoy + BTFBuilder.sample(.little).build()
      var size: Int?
      if let types = BTFTypes(searching: image.rawSpan, .little) {
        size = try types.size(ofStruct: "module")
      }
      #expect(size == 1280)
    }
  }

  @Test("BTF cut short anywhere is an error", arguments: orders)
  func truncated(_ order: ByteOrder) {
    let bytes = BTFBuilder.sample(order).build()
    for count in 0..<bytes.count {
      #expect(throws: ParseError.self) { try moduleSize(Array(bytes[..<count])) }
    }
  }

  @Test("BTF with any byte changed is read or refused, never a crash", arguments: orders)
  func damaged(_ order: ByteOrder) {
    let bytes = BTFBuilder.sample(order).build()
    for offset in bytes.indices {
      for value in [0, 0xff, 0x7f, bytes[offset] ^ 1] as [UInt8] {
        var changed = bytes
        changed[offset] = value
        _ = try? moduleSize(changed)
        _ = BTFTypes(searching: changed.rawSpan, order)?.order
      }
    }
  }
}
