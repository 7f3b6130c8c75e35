import ByteStorage
import TestSupport
import Testing

@Suite("Bytes")
struct BytesTests {
  @Test(
    "hexadecimal numbers have at least the width asked for",
    arguments: [
      (0, 1, "0"), (0, 0, "0"), (0xabc, 8, "00000abc"), (0xabc, 2, "abc"),
      (.max, 1, "ffffffffffffffff"),
      (.max, 20, "0000ffffffffffffffff"), (1 << 60, 16, "1000000000000000"),
    ] as [(UInt64, Int, String)])
  func hexadecimal(_ value: UInt64, _ width: Int, _ expected: String) {
    var out = OutputBuffer()
    out.append(hexadecimal: value, width: width)
    #expect(String(decoding: out.bytes, as: UTF8.self) == expected)
  }

  @Test("a byte has two hexadecimal digits, a small one, too")
  func hexadecimalBytes() {
    let bytes: [UInt8] = [0, 0x0f, 0x10, 0xff]
    #expect(bytes.hexadecimal == "000f10ff")
  }

  @Test("integers are loaded in both orders, and only inside")
  func integers() {
    let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    let span = bytes.rawSpan
    #expect(span.integer(UInt32.self, at: 1, .little) == 0x0504_0302)
    #expect(span.integer(UInt32.self, at: 1, .big) == 0x0203_0405)
    #expect(span.integer(UInt64.self, at: 1, .big) == 0x0203_0405_0607_0809)
    for offset in [-1, 2, 9, .max, .min] {
      #expect(span.integer(UInt64.self, at: offset, .little) == nil)
    }
    #expect(RawSpan().byte(at: 0) == nil)
    #expect(span.suffix(from: 9)?.byteCount == 0)
    #expect(span.suffix(from: 10)?.byteCount == nil)
    #expect(span.slice(3..<10)?.byteCount == nil)
    #expect(span.slice(-1..<2)?.byteCount == nil)
  }

  @Test("strings end at their NUL, and must have one")
  func strings() {
    let bytes = Array("ab\0\0cd".utf8)
    let span = bytes.rawSpan
    #expect(span.cString(at: 0)?.text == "ab")
    #expect(span.cString(at: 3)?.byteCount == 0)
    #expect(span.cString(at: 4)?.byteCount == nil)
    #expect(span.cString(at: 6)?.byteCount == nil)
    #expect(span.cString(at: -1)?.byteCount == nil)
    #expect(span.cStringOrEmpty(at: 99).byteCount == 0)
  }

  @Test("searches find the first occurrence from an offset on")
  func searches() {
    let bytes = Array("abcabc".utf8)
    let span = bytes.rawSpan
    #expect(span.firstRange(of: "abc") == 0)
    #expect(span.firstRange(of: "abc", from: 1) == 3)
    #expect(span.firstRange(of: "abc", from: 4) == nil)
    #expect(span.firstRange(of: "abc", from: 7) == nil)
    #expect(span.firstRange(of: RawSpan()) == nil)
    #expect(span.firstRange(of: "") == nil)
    #expect(span.firstIndex(of: 0x63) == 2)
    #expect(RawSpan().firstIndex(of: 0) == nil)
    #expect(span.starts(with: "abca") && !span.starts(with: "abcabca"))
    #expect(RawSpan().starts(with: "") && !RawSpan().starts(with: "a"))
  }

  @Test("comparison is bytewise, shorter first")
  func comparison() {
    let names = ["", "\u{1}", "a", "a.b", "a_b", "ab", "b", "\u{ff}"].map { Array($0.utf8) }
    for (left, first) in names.enumerated() {
      for (right, second) in names.enumerated() {
        let order = first.rawSpan.compare(second.rawSpan)
        #expect(order.signum() == (left - right).signum())
        #expect(first.rawSpan.equals(second.rawSpan) == (left == right))
      }
    }
  }

  @Test("errors of parsers are equal if reason, region and place are")
  func errors() {
    let error = ParseError(.badValue(1), in: "a", at: 2)
    #expect(error == ParseError(.badValue(1), in: "a", at: 2))
    for other in [
      ParseError(.badValue(2), in: "a", at: 2), ParseError(.badValue(1), in: "b", at: 2),
      ParseError(.badValue(1), in: "a", at: 3), ParseError(.missing, in: "b", at: 2),
      ParseError(.missing, in: "a", at: 3), ParseError(.badValue(1), in: "b", at: 3),
    ] { #expect(error != other, "\(other)") }
    #expect(
      Set([error, ParseError(.badValue(1), in: "a", at: 2), ParseError(.missing, in: "a", at: 2)])
        .count == 2)
  }

  @Test("SHA-256 gives the digests that sha256sum prints")
  func digests() {
    let abc = Array("abc".utf8)
    #expect(
      SHA256Digest(of: abc.rawSpan).hexadecimal
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256Digest(of: RawSpan()).hexadecimal
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test("CRC-32 of two texts follows from those of both", arguments: [0, 1, 7, 300, 70000])
  func joinedSums(_ count: Int) {
    let first = Array("123456789".utf8)
    let second = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let both = first + second
    let (start, end) = (first.rawSpan.crc32, second.rawSpan.crc32)
    #expect(start == 0xcbf4_3926)
    #expect(CRC32.joined(start, end, count: count) == both.rawSpan.crc32)
    #expect(second.rawSpan.crc32(after: start) == both.rawSpan.crc32)
  }
}
