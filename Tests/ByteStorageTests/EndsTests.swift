import ByteStorage
import TestSupport
import Testing

@Suite("Ends of bytes")
struct EndsTests {
  @Test("a string of a limited size has fewer bytes than the limit")
  func limitedStrings() {
    let bytes = Array("abc\0de".utf8)
    let span = bytes.rawSpan
    #expect(span.cString(at: 0, limit: 4)?.text == "abc")
    #expect(span.cString(at: 0, limit: 100)?.text == "abc")
    #expect(span.cString(at: 3, limit: 1)?.byteCount == 0)
    for (offset, limit) in [(0, 3), (0, 0), (3, 0), (4, 100), (6, 1), (7, 1), (-1, 9), (0, -1)] {
      #expect(span.cString(at: offset, limit: limit)?.byteCount == nil, "\(offset) \(limit)")
    }
  }

  @Test("bytes end with a text that they have in full")
  func endings() {
    let bytes = Array("abc".utf8)
    let span = bytes.rawSpan
    #expect(span.ends(with: "") && span.ends(with: "c") && span.ends(with: "abc"))
    #expect(!span.ends(with: "b") && !span.ends(with: "xabc") && !span.ends(with: "ab"))
  }

  @Test("zeros are zeros to the last byte")
  func zeros() {
    let isEmptyZero = RawSpan().isAllZero
    #expect(isEmptyZero)
    for count in [1, 7, 8, 9, 33] {
      let zeros = [UInt8](repeating: 0, count: count)
      let isZero = zeros.rawSpan.isAllZero
      #expect(isZero)
      for place in [0, count - 1] {
        var bytes = zeros
        bytes[place] = 1
        let isStillZero = bytes.rawSpan.isAllZero
        #expect(!isStillZero)
      }
    }
  }

  @Test("a range of values has its lower end and not its upper")
  func sortedValues() {
    let values: [UInt64] = [5, 9]
    for (range, holds) in [
      (5..<6, true), (4..<5, false), (6..<9, false), (6..<10, true), (9..<10, true),
      (10..<20, false), (0..<5, false), (5..<5, false), (0..<100, true),
    ] as [(Range<UInt64>, Bool)] {
      #expect(values.holdsSorted(range) == holds, "\(range)")
    }
    #expect(![].holdsSorted(0..<9))
    #expect([1, 2, 2, 3].partitionIndex { $0 < 2 } == 1)
    #expect([1, 2, 2, 3].partitionIndex { $0 <= 2 } == 3)
    #expect([1, 2, 2, 3].partitionIndex { $0 < 9 } == 4)
    #expect([Int]().partitionIndex { _ in true } == 0)
  }

  private func format(_ bytes: [UInt8]) -> CompressionFormat? {
    CompressionFormat(magic: bytes.rawSpan)
  }

  @Test("every magic number that the kernel knows is recognised, and no other")
  func magicNumbers() {
    let known: [([UInt8], CompressionFormat)] = [
      ([0x1f, 0x8b], .gzip), ([0x1f, 0x9e], .gzip), ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], .xz),
      ([0x28, 0xb5, 0x2f, 0xfd], .zstd), (Array("BZh1".utf8), .bzip2), (Array("BZh9".utf8), .bzip2),
      ([0x02, 0x21, 0x4c, 0x18], .lz4), ([0x04, 0x22, 0x4d, 0x18], .lz4),
      ([0x89, 0x4c, 0x5a, 0x4f, 0, 0x0d, 0x0a, 0x1a], .lzo),
    ]
    for (bytes, expected) in known {
      #expect(format(bytes + [7, 7]) == expected)
      for place in bytes.indices where expected != .bzip2 || place < 3 {
        var changed = bytes + [7, 7]
        changed[place] ^= 0x40
        #expect(format(changed) == nil, "\(expected) \(place)")
      }
    }
    #expect(format(Array("BZh0".utf8)) == nil && format(Array("BZh:".utf8)) == nil)
    #expect(format([]) == nil && format([0x1f]) == nil)
  }

  @Test("lzma has no magic number: its dictionary and its size must be sane")
  func lzma() {
    func format(_ dictionary: UInt32, _ size: UInt64) -> CompressionFormat? {
      var out = ByteBuilder()
      out.put(UInt8(0x5d))
      out.put(dictionary)
      out.put(size)
      return self.format(out.bytes)
    }
    for (dictionary, size) in [
      (0x1000, .max), (1 << 31, 0), (0x1000, (1 << 38) - 1),
    ] as [(UInt32, UInt64)] {
      #expect(format(dictionary, size) == .lzma)
    }
    for (dictionary, size) in [
      (0x800, 1), (0x1800, 1), (0, 1), (0x1000, 1 << 38), (0x1000, .max - 1),
    ] as [(UInt32, UInt64)] {
      #expect(format(dictionary, size) == nil)
    }
  }
}
