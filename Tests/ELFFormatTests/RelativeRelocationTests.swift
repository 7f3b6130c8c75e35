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

  @Test("pointers of a range are those from its first address up to its last")
  func ranges() {
    let all = found([0x10000, 0x10008, 0x10010].map { ($0, 0x403, $0 + 1) })
    #expect(all.pointers(in: 0x10008..<0x10010).map(\.place) == [0x10008])
    #expect(all.pointers(in: 0x10000..<0x10011).map(\.value) == [0x10001, 0x10009, 0x10011])
    #expect(all.pointers(in: 0x10001..<0x10008).isEmpty && all.pointers(in: 0..<4096).isEmpty)
  }

  /// Where an image begins whose bytes are `ff` except for words of zeros at some offsets.
  private func start(
    _ places: [UInt64], size: Int, zeros: [Int], filling offset: Int? = nil
  ) -> UInt64? {
    var image = [UInt8](repeating: 0xff, count: size)
    for place in zeros { for index in place..<(place + 8) { image[index] = 0 } }
    return found(places.map { ($0, 0x403, $0) }).start(of: image.rawSpan, filling: offset, .little)
  }

  @Test("an image that its records span begins with the first and ends with the last")
  func spanned() {
    for offset in [nil, 0] as [Int?] {
      let places: [UInt64] = [0x10000, 0x11ff8]
      #expect(start(places, size: 0x2000, zeros: [0, 0x1ff8], filling: offset) == 0x10000)
      #expect(start(places, size: 0x1ff8, zeros: [0], filling: offset) == nil)
      #expect(start(places, size: 0x1fff, zeros: [0], filling: offset) == nil)
    }
    #expect(start([0x10000, 0x11ff0], size: 0x1ff8, zeros: [0, 0x1ff0]) == 0x10000)
  }

  /// Each row has how many of the two records agree with starts at 0x10000, 0x11000, 0x12000 and
  /// 0x13000.
  @Test(
    "most records decide, then the best alignment, then the lowest address",
    arguments: [
      ([1, 0, 2, 0], 0x12000), ([1, 1, 2, 0], 0x12000), ([0, 2, 2, 0], 0x12000),
      ([0, 2, 0, 2], 0x11000), ([2, 2, 2, 2], 0x10000), ([0, 2, 1, 0], 0x11000),
      ([0, 1, 0, 0], nil), ([1, 1, 1, 1], nil), ([0, 0, 0, 0], nil),
    ] as [([Int], UInt64?)])
  func agreement(_ agreeing: [Int], _ expected: UInt64?) {
    var zeros: [Int] = []
    for (place, count) in agreeing.enumerated() {
      zeros += [0x3000, 0x3ff8].prefix(count).map { $0 - 0x1000 * place }
    }
    #expect(start([0x13000, 0x13ff8], size: 0x4000, zeros: zeros) == expected)
  }

  @Test("where no record agrees, a place that one fills decides by alignment, or nothing does")
  func filled() {
    for (places, expected) in [
      ([0x14000, 0x16000], 0x11000), ([0x14000, 0x15000], 0x12000), ([0x14008, 0x15008], nil),
    ] as [([UInt64], UInt64?)] {
      #expect(start(places, size: 0x6000, zeros: [], filling: 0x3000) == expected)
      #expect(start(places, size: 0x6000, zeros: []) == nil)
    }
  }
}
