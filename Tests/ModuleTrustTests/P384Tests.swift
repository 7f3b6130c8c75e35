import ByteStorage
import TestSupport
import Testing

import ModuleTrust

@Suite("Signatures on P-384")
struct P384Tests {
  private struct Row {
    let point: [UInt8]
    let digest: [UInt8]
    let numbers: ([UInt8], [UInt8])
  }

  private static func bytes(_ text: some StringProtocol) -> [UInt8] {
    let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
  }

  /// The signatures that OpenSSL made.
  private static func rows() throws -> [Row] {
    let text = String(decoding: try Fixture.bytes("trust/p384-signatures"), as: UTF8.self)
    return text.split(separator: "\n").map { line in
      let fields = line.split(separator: " ").map { bytes($0) }
      let signature = fields[2]
      let middle = 4 + Int(signature[3])
      return Row(
        point: fields[0], digest: fields[1],
        numbers: (Array(signature[4..<middle]), Array(signature[(middle + 2)...])))
    }
  }

  private static let base = bytes(
    "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7"
      + "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f"
  )
  private static let order = bytes(
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"
  )

  private static func number(_ value: UInt8, shiftedBytes: Int = 0) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 48)
    bytes[47 - shiftedBytes] = value
    return bytes
  }

  private static func same(_ left: P384Point, _ right: P384Point) -> Bool {
    let (leftSquare, rightSquare) = (left.z.squared, right.z.squared)
    return left.isEndless == right.isEndless && left.x * rightSquare == right.x * leftSquare
      && left.y * rightSquare * right.z == right.y * leftSquare * left.z
  }

  @Test("what OpenSSL signed is right without its help, and nothing else is")
  func signatures() throws {
    let rows = try Self.rows()
    #expect(rows.count == 16)
    for (number, row) in rows.enumerated() {
      let made = P384Key(row.point.rawSpan)
      let key = try #require(made)
      #expect(key.verifies(row.digest, row.numbers.0, row.numbers.1))
      let other = rows[(number + 1) % rows.count]
      #expect(!key.verifies(other.digest, row.numbers.0, row.numbers.1))
      #expect(!key.verifies(row.digest, row.numbers.1, row.numbers.0))
      #expect(!key.verifies(row.digest, row.numbers.0, other.numbers.1))
      let curve = try #require(CurveKey("secp384r1", row.point))
      #expect(curve.verifies(row.digest, row.numbers.0, row.numbers.1) == true)
      #expect(curve.verifies(other.digest, row.numbers.0, row.numbers.1) == false)
      #expect(curve.verifies(row.digest, Self.order, row.numbers.1) == nil)
      #expect(curve.verifies(row.digest, row.numbers.0, [0]) == nil)
    }
  }

  @Test("sums of points are those of their numbers")
  func sums() throws {
    let made = P384Key(Self.base.rawSpan)
    let key = try #require(made)
    let (none, one) = (Self.number(0), Self.number(1))
    var less = Self.order
    less[47] -= 1
    #expect(key.sum(none, none).isEndless)
    #expect(Self.same(key.sum(one, none), .base))
    #expect(Self.same(key.sum(none, one), .base))
    #expect(Self.same(key.sum(one, one), P384Point.base.doubled))
    #expect(key.sum(one, less).isEndless)
    #expect(key.sum(Self.order, none).isEndless)
    #expect(Self.same(key.sum(less, Self.number(2)), .base))
    #expect(Self.same(key.sum(Self.number(1, shiftedBytes: 24), none), .shiftedBase))
    var shifted = P384Point.base
    for _ in 0..<192 { shifted = shifted.doubled }
    #expect(Self.same(shifted, .shiftedBase))
    for value in UInt8(1)..<40 {
      let sum = key.sum(Self.number(value), Self.number(value, shiftedBytes: 30))
      let turned = key.sum(Self.number(value, shiftedBytes: 30), Self.number(value))
      #expect(Self.same(sum, turned))
      let next = sum.adding(P384Point.Summand(.base), negated: false)
      #expect(
        Self.same(next, key.sum(Self.number(value + 1), Self.number(value, shiftedBytes: 30))))
    }
  }

  private static func isKey(_ bytes: [UInt8]) -> Bool { P384Key(bytes.rawSpan) != nil }

  @Test("only points of the curve are keys")
  func points() {
    var changed = Self.base
    changed[96] ^= 1
    #expect(!Self.isKey(changed))
    #expect(CurveKey("secp384r1", changed) == nil)
    changed = Self.base
    changed[0] = 6
    #expect(!Self.isKey(changed))
    #expect(!Self.isKey(Array(Self.base.dropLast())))
    let great = [4] + [UInt8](repeating: 0xff, count: 96)
    #expect(!Self.isKey(great))
    #expect(CurveKey("secp384r1", great) == nil)
  }

  @Test("a sum without end is no signature, nor is a number that only fits when the order is added")
  func odd() throws {
    let made = P384Key(Self.base.rawSpan)
    let key = try #require(made)
    // The key is the base point: a digest and its complement to the order add up to the order.
    let digest = Self.number(5)
    var complement = Self.order
    complement[47] -= 5
    #expect(!key.verifies(digest, complement, Self.number(1)))
    #expect(CurveKey("secp384r1", Self.base)?.verifies(digest, complement, Self.number(1)) == false)
    // With the order added it is 2^384 - 1, which is no number of the field.
    let great = Self.order.map { ~$0 }
    #expect(!key.verifies(digest, great, Self.number(1)))
    #expect(!key.verifies(digest, Self.number(1), Self.order))
    #expect(!key.verifies(digest, Self.order, Self.number(1)))
  }

  // FIPS 186-5, 6.4.2. The signatures were made by choosing what they lead to.
  @Test("numbers of a signature are below the order, though more would be the same modulo it")
  func great() throws {
    let made = P384Key(Self.base.rawSpan)
    let key = try #require(made)
    // 1 without the base point's abscissa, modulo the order: it leads to the base point.
    let digest = Self.bytes(
      "557835dd4174fac8714e38e10cdf528b91e2c49d74586467"
        + "6d6c0ba171e303a703171b54895b7e0eb297bb325a4f1ebd")
    let abscissa = Array(Self.base[1..<49])
    var more = Self.order
    more[47] += 1
    #expect(key.verifies(digest, abscissa, Self.number(1)))
    #expect(!key.verifies(digest, abscissa, more))
    // A key whose abscissa is the order and 2.
    more[47] += 1
    let ordinate = Self.bytes(
      "674db71d55d1948b3c7d4c562474ad137465f9605bc7c67c"
        + "b9fab6bf9f3ca2ef87d56a8d920568aa26f7eaf13ee70a45")
    let point: [UInt8] = [4] + more + ordinate
    let other = P384Key(point.rawSpan)
    let great = try #require(other)
    #expect(great.verifies(Self.number(0), Self.number(2), Self.number(2)))
    #expect(!great.verifies(Self.number(0), more, Self.number(2)))
  }
}
