internal import ByteStorage

/// A key on the curve P-384, made ready for many signatures. Its sums take a third of the time that
/// libcrypto's take; whoever verifies asks libcrypto as well before a signature is refused.
package struct P384Key: Sendable {
  private let own: Multiples
  private static let ofBase = Multiples(.base, shifted: .shiftedBase)

  /// `nil` if the bytes are not a point of the curve.
  package init?(_ point: RawSpan) {
    guard let point = P384Point(point) else { return nil }
    own = Multiples(point)
  }

  /// `first` times the base point and `second` times the key: numbers of 48 bytes, the highest first.
  package func sum(_ first: [UInt8], _ second: [UInt8]) -> P384Point {
    let base = P384Key.ofBase
    let (baseLow, baseHigh) = (Digits(first, 24..<48), Digits(first, 0..<24))
    let (ownLow, ownHigh) = (Digits(second, 24..<48), Digits(second, 0..<24))
    var sum = P384Point.endless
    for place in stride(from: Digits.count - 1, through: 0, by: -1) {
      sum = sum.doubled
      Multiples.add(baseLow.all[place], base.low, to: &sum)
      Multiples.add(baseHigh.all[place], base.high, to: &sum)
      Multiples.add(ownLow.all[place], own.low, to: &sum)
      Multiples.add(ownHigh.all[place], own.high, to: &sum)
    }
    return sum
  }

  /// A point and 2^192 times it, each times 1, 3, 5 … 15: sums of two halves need half of the doubling.
  private struct Multiples {
    let low: [P384Point.Summand]
    let high: [P384Point.Summand]

    init(_ point: P384Point) {
      var shifted = point
      for _ in 0..<192 { shifted = shifted.doubled }
      self.init(point, shifted: shifted)
    }

    init(_ point: P384Point, shifted: P384Point) {
      (low, high) = (Multiples.odd(point), Multiples.odd(shifted))
    }

    private static func odd(_ point: P384Point) -> [P384Point.Summand] {
      let double = P384Point.Summand(point.doubled)
      var all = [P384Point.Summand(point)]
      for number in 0..<7 {
        all.append(P384Point.Summand(all[number].point.adding(double, negated: false)))
      }
      return all
    }

    @inline(__always)
    static func add(_ digit: Int8, _ all: [P384Point.Summand], to sum: inout P384Point) {
      guard digit != 0 else { return }
      sum = sum.adding(all[Int(digit.magnitude) / 2], negated: digit < 0)
    }
  }

  /// A number of 192 bits in odd digits from -15 to 15, each followed by four zeros: the lowest first.
  private struct Digits {
    static let count = 193
    private(set) var all = [Int8](repeating: 0, count: Digits.count)

    init(_ bytes: [UInt8], _ range: Range<Int>) {
      var carry = 0
      var place = 0
      func bit(_ index: Int) -> Int {
        index < 192 ? Int(bytes[range.upperBound - 1 - index / 8] >> UInt8(index % 8) & 1) : 0
      }
      while place < Digits.count {
        guard (bit(place) ^ carry) == 1 else {
          place += 1
          continue
        }
        var digit = carry
        for offset in 0..<5 { digit += bit(place + offset) << offset }
        carry = digit > 16 ? 1 : 0
        all[place] = Int8(digit - 32 * carry)
        place += 5
      }
    }
  }
}
