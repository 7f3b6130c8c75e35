import ByteStorage
import Testing

@Suite("snappy blocks")
struct SnappyTests {
  private func unpack(_ block: [UInt8], size: Int) -> [UInt8]? {
    var decoder = BlockDecoder()
    return decoder.unpack(block.rawSpan, .snappy, size: size)
  }

  /// A block of a size below 128: literals and copies.
  private func block(_ size: Int, _ elements: [UInt8]) -> [UInt8] { [UInt8(size)] + elements }

  private func literal(_ text: String) -> [UInt8] {
    [UInt8(text.utf8.count - 1) << 2] + Array(text.utf8)
  }

  @Test("literals and copies of every form give the content")
  func forms() {
    let abcd = literal("abcd")
    func expect(
      _ text: String, _ elements: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let content = unpack(block(text.utf8.count, elements), size: text.utf8.count)
      #expect(content == Array(text.utf8), sourceLocation: sourceLocation)
    }
    expect("abcd", abcd)
    expect("abcdabcd", abcd + [0x01, 4])
    expect("abcdcdcdcdcd", abcd + [0x11, 2])
    expect("abcdabc", abcd + [0x0a, 4, 0])
    expect("abcdd", abcd + [0x03, 1, 0, 0, 0])
    let long = String(repeating: "0123456789", count: 7)
    expect(long, [0xf0, 69] + Array(long.utf8))
    expect(long, [0xf4, 69, 0] + Array(long.utf8))
    expect(long, [0xf8, 69, 0, 0] + Array(long.utf8))
    expect(long, [0xfc, 69, 0, 0, 0] + Array(long.utf8))
  }

  @Test("distances of eleven bits and sizes of several bytes are read")
  func large() {
    let start = (0..<600).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    // 610 is 0xe2 0x04; a copy of 10 bytes from 600 back has the distance's high bits in the tag.
    let packed = [0xe2, 0x04, 0xf4, 0x57, 0x02] + start + [6 << 2 | 1 | 2 << 5, 0x58]
    #expect(unpack(packed, size: 610) == start + start[0..<10])
  }

  @Test("damage is no content")
  func damage() {
    let good = block(8, literal("abcd") + [0x01, 4])
    #expect(unpack(good, size: 8) != nil)
    for (damaged, size) in [
      (good, 7), (good, 9), (Array(good.dropLast()), 8), (good + [0x00, 0x41], 8),
      (block(8, literal("abcd") + [0x01, 5]), 8), (block(8, literal("abcd") + [0x01, 0]), 8),
      (block(8, [0x01, 1]), 8), (block(8, [0x1c, 0x41]), 8), (block(4, []), 4),
      ([0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 8), ([0x88], 8),
      (block(8, [0xfc, 0xff, 0xff, 0xff, 0xff]), 8),
    ] { #expect(unpack(damaged, size: size) == nil, "\(damaged)") }
    for offset in good.indices {
      for bit in 0..<8 {
        var changed = good
        changed[offset] ^= 1 << UInt8(bit)
        let content = unpack(changed, size: 8)
        #expect(content == nil || content?.count == 8)
      }
    }
  }
}
