import ByteStorage
import ELFFormat
import TestSupport
import Testing

@Suite("Relative relocations without headers")
struct RelativeRelocationTests {
  /// The records of an image, after so many bytes of something else.
  private func found(
    _ records: [(place: UInt64, type: UInt64, value: UInt64)], after gap: Int = 64,
    _ order: ByteOrder = .little
  ) -> RelativeRelocations {
    var image = ByteBuilder(order)
    image.put([UInt8](repeating: 0, count: gap))
    for record in records {
      image.put(record.place)
      image.put(record.type)
      image.put(record.value)
    }
    image.pad(to: 1 << 16)
    return RelativeRelocations(searching: image.bytes.rawSpan, order)
  }

  @Test(
    "a record of arm64 counts by itself, those of others in runs",
    arguments: [ByteOrder.little, .big])
  func runs(_ order: ByteOrder) {
    let one = found([(0x10000, 0x403, 0x20000)], order)
    #expect(one.pointer(at: 0x10000) == 0x20000)
    for type: UInt64 in [3, 0x16, 0xc] {
      #expect(found([(0x10000, type, 0x20000)], order).isEmpty)
      let two = found([(0x10000, type, 0x20000), (0x10008, type, 0x20010)], order)
      #expect(two.pointer(at: 0x10000) == 0x20000)
      #expect(two.pointer(at: 0x10008) == 0x20010)
      #expect(two.pointer(at: 0x10010) == nil)
    }
    #expect(found([(0x10000, 4, 0x20000), (0x10008, 4, 0x20010)], order).isEmpty)
  }

  @Test("records need no order; the type that most have counts")
  func order() {
    let mixed = found([
      (0x10010, 3, 0x20000), (0x10000, 3, 0x20008), (0x10008, 3, 0x20010),
      (0x10018, 0x403, 0x30000),
    ])
    #expect(mixed.pointer(at: 0x10000) == 0x20008)
    #expect(mixed.pointer(at: 0x10008) == 0x20010)
    #expect(mixed.pointer(at: 0x10010) == 0x20000)
    #expect(mixed.pointer(at: 0x10018) == nil)
  }

  @Test("a place and a pointer of one image lie below 4 GiB apart, and in no first page")
  func distances() {
    #expect(found([(4096, 0x403, 8192)]).pointer(at: 4096) == 8192)
    #expect(found([(4095, 0x403, 8192)]).isEmpty)
    #expect(found([(0x10000, 0x403, 0x1_0000_ffff)]).pointer(at: 0x10000) == 0x1_0000_ffff)
    #expect(found([(0x10000, 0x403, 0x1_0001_0000)]).isEmpty)
  }

  @Test("places as far away as the image is long are no records")
  func elsewhere() {
    let near: [(UInt64, UInt64, UInt64)] = [(0x20000, 0x403, 0x20000), (0x20008, 0x403, 0x20000)]
    let kept = found(near.map { ($0.0, $0.1, $0.2) } + [(0x2ffff, 0x403, 0x20000)])
    #expect(kept.pointer(at: 0x2ffff) == 0x20000)
    let removed = found(near.map { ($0.0, $0.1, $0.2) } + [(0x30008, 0x403, 0x20000)])
    #expect(removed.pointer(at: 0x30008) == nil)
    #expect(removed.pointer(at: 0x20000) == 0x20000)
  }
}
