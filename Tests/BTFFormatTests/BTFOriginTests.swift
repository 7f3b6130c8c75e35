import BTFFormat
import ByteStorage
import TestSupport
import Testing

@Suite("Whose types a module's continue")
struct BTFOriginTests {
  /// A prototype and two functions of it, made for a base.
  private static func section(types: UInt32, strings: UInt32, names: String = "one\0two\0")
    -> [UInt8]
  {
    let (names, count) = (Array(names.utf8), UInt32(36))
    var out = ByteBuilder()
    out.put(UInt16(0xeb9f))
    out.put(UInt16(1))
    for word in [24, 0, count, count, UInt32(names.count)] { out.put(word) }
    for word in [0, 13 << 24, 0, strings, 12 << 24, types, strings + 4, 12 << 24, types] {
      out.put(word)
    }
    out.put(names)
    return out.bytes
  }

  @Test("functions show the number of types, names the bytes of names")
  func counts() {
    let bytes = Self.section(types: 4711, strings: 90210)
    let origin = BTFOrigin(bytes.rawSpan)
    #expect(origin.types == 4711 && origin.strings == 90210 && origin.isReadable)
    #expect(origin.firstName(in: bytes.rawSpan, from: 0) == "func one")
    #expect(origin.firstName(in: bytes.rawSpan, from: 2) == "func two")
    #expect(origin.firstName(in: bytes.rawSpan, from: 3) == nil)
  }

  @Test("what does not fit together shows nothing")
  func unknown() {
    // A name in the middle of a string.
    let bytes = Self.section(types: 4711, strings: 90210, names: "once\0two\0")
    #expect(BTFOrigin(bytes.rawSpan).strings == nil)
    // Further than any string.
    #expect(BTFOrigin(Self.section(types: 9, strings: 0x7fff_ff00).rawSpan).strings == nil)
    let damaged = BTFOrigin([0x9f, 0xeb, 1].rawSpan)
    #expect(!damaged.isReadable && damaged.types == nil)
  }
}
