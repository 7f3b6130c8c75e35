import BTFFormat
import ByteStorage
import TestSupport
import Testing

@Suite("Whose types a module's continue")
struct BTFOriginTests {
  /// A prototype and two functions of it, made for a base.
  private static func section(
    types: UInt32, strings: UInt32, names: String = "one\0two\0", distance: UInt32 = 4
  ) -> [UInt8] {
    let (names, count) = (Array(names.utf8), UInt32(36))
    var out = ByteBuilder()
    out.put(UInt16(0xeb9f))
    out.put(UInt16(1))
    for word in [24, 0, count, count, UInt32(names.count)] { out.put(word) }
    for word in [0, 13 << 24, 0, strings, 12 << 24, types, strings + distance, 12 << 24, types] {
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

  @Test("functions with one name show where the strings begin", arguments: [90210, 0xff_ffff])
  func oneString(_ strings: UInt32) {
    let bytes = Self.section(types: 4711, strings: strings, names: "one\0", distance: 0)
    #expect(BTFOrigin(bytes.rawSpan).strings == Int(strings))
  }

  @Test("a section that has all of its types and names continues none")
  func whole() {
    #expect(BTFOrigin(Self.section(types: 1, strings: 9).rawSpan).types == nil)
    #expect(BTFOrigin(Self.section(types: 2, strings: 9).rawSpan).types == 2)
    #expect(BTFOrigin(Self.section(types: 9, strings: 0).rawSpan).strings == nil)
    #expect(BTFOrigin(Self.section(types: 9, strings: 1).rawSpan).strings == 1)
  }

  @Test("what does not fit together shows nothing")
  func unknown() {
    // A name in the middle of a string.
    let bytes = Self.section(types: 4711, strings: 90210, names: "once\0two\0")
    #expect(BTFOrigin(bytes.rawSpan).strings == nil)
    // Further than any string.
    for strings in [0x100_0000, 0x7fff_ff00] as [UInt32] {
      let far = Self.section(types: 9, strings: strings, names: "one\0", distance: 0)
      #expect(BTFOrigin(far.rawSpan).strings == nil)
    }
    let damaged = BTFOrigin([0x9f, 0xeb, 1].rawSpan)
    #expect(!damaged.isReadable && damaged.types == nil)
  }
}
