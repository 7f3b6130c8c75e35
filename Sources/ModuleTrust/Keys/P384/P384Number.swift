internal import ByteStorage

/// A number modulo the prime of the curve P-384, times 2^384 (Montgomery's form): six words, the lowest
/// first, always below the prime.
///
/// Signatures are public, so that nothing here needs to take the same time for all numbers.
package struct P384Number: Hashable, Sendable {
  private var a0, a1, a2, a3, a4, a5: UInt64

  // Computed, so that nothing asks each time whether they were made: 2^384 - 2^128 - 2^96 + 2^32 - 1.
  private static var prime: P384Number {
    P384Number(
      0x0000_0000_ffff_ffff, 0xffff_ffff_0000_0000, 0xffff_ffff_ffff_fffe, .max, .max, .max)
  }
  static var zero: P384Number { P384Number(0, 0, 0, 0, 0, 0) }
  /// 2^384 modulo the prime: the number 1.
  static var one: P384Number {
    P384Number(0xffff_ffff_0000_0001, 0x0000_0000_ffff_ffff, 1, 0, 0, 0)
  }
  /// 2^768 modulo the prime.
  private static var square: P384Number {
    P384Number(
      0xffff_fffe_0000_0001, 0x0000_0002_0000_0000, 0xffff_fffe_0000_0000, 0x0000_0002_0000_0000, 1,
      0)
  }

  private init(
    _ a0: UInt64, _ a1: UInt64, _ a2: UInt64, _ a3: UInt64, _ a4: UInt64, _ a5: UInt64
  ) { (self.a0, self.a1, self.a2, self.a3, self.a4, self.a5) = (a0, a1, a2, a3, a4, a5) }

  /// A number below the prime, the highest word first.
  init(
    normal a5: UInt64, _ a4: UInt64, _ a3: UInt64, _ a2: UInt64, _ a1: UInt64, _ a0: UInt64
  ) { self = P384Number(a0, a1, a2, a3, a4, a5) * P384Number.square }

  /// The number in 48 bytes, the highest first; `nil` for another length, or if it is not below the prime.
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount == 48 else { return nil }
    func word(_ offset: Int) -> UInt64 { bytes.integer(UInt64.self, at: offset, .big) ?? 0 }
    let number = P384Number(word(40), word(32), word(24), word(16), word(8), word(0))
    guard P384Number.reduced(number, carry: 0) == number else { return nil }
    self = number * P384Number.square
  }

  package static func * (left: P384Number, right: P384Number) -> P384Number {
    var (t0, t1, t2, t3, t4, t5, t6): (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
    (t0, t1, t2, t3, t4, t5, t6) = (0, 0, 0, 0, 0, 0, 0)
    // Adds a multiple of the left number, then one of the prime that makes the lowest word zero.
    @inline(__always) func add(_ word: UInt64) {
      var carry: UInt64 = 0
      multiplyAdd(&t0, left.a0, word, &carry)
      multiplyAdd(&t1, left.a1, word, &carry)
      multiplyAdd(&t2, left.a2, word, &carry)
      multiplyAdd(&t3, left.a3, word, &carry)
      multiplyAdd(&t4, left.a4, word, &carry)
      multiplyAdd(&t5, left.a5, word, &carry)
      var highest: UInt64 = 0
      P384Number.add(&t6, carry, &highest)
      // The prime's lowest word times 2^32 + 1 is -1.
      let factor = t0 &+ t0 &<< 32
      carry = 0
      multiplyAdd(&t0, 0x0000_0000_ffff_ffff, factor, &carry)
      multiplyAdd(&t1, 0xffff_ffff_0000_0000, factor, &carry)
      multiplyAdd(&t2, 0xffff_ffff_ffff_fffe, factor, &carry)
      multiplyAdd(&t3, .max, factor, &carry)
      multiplyAdd(&t4, .max, factor, &carry)
      multiplyAdd(&t5, .max, factor, &carry)
      var last: UInt64 = 0
      P384Number.add(&t6, carry, &last)
      (t0, t1, t2, t3, t4, t5, t6) = (t1, t2, t3, t4, t5, t6, highest &+ last)
    }
    add(right.a0)
    add(right.a1)
    add(right.a2)
    add(right.a3)
    add(right.a4)
    add(right.a5)
    return reduced(P384Number(t0, t1, t2, t3, t4, t5), carry: t6)
  }

  static func + (left: P384Number, right: P384Number) -> P384Number {
    var (sum, carry): (P384Number, UInt64) = (left, 0)
    add(&sum.a0, right.a0, &carry)
    add(&sum.a1, right.a1, &carry)
    add(&sum.a2, right.a2, &carry)
    add(&sum.a3, right.a3, &carry)
    add(&sum.a4, right.a4, &carry)
    add(&sum.a5, right.a5, &carry)
    return reduced(sum, carry: carry)
  }

  static func - (left: P384Number, right: P384Number) -> P384Number {
    var (difference, borrow) = left.less(right)
    guard borrow != 0 else { return difference }
    borrow = 0
    add(&difference.a0, prime.a0, &borrow)
    add(&difference.a1, prime.a1, &borrow)
    add(&difference.a2, prime.a2, &borrow)
    add(&difference.a3, prime.a3, &borrow)
    add(&difference.a4, prime.a4, &borrow)
    add(&difference.a5, prime.a5, &borrow)
    return difference
  }

  package var squared: P384Number { self * self }
  var doubled: P384Number { self + self }

  /// The difference of two numbers modulo 2^384, and whether it is negative.
  @inline(__always)
  private func less(_ other: P384Number) -> (P384Number, borrow: UInt64) {
    var (difference, borrow): (P384Number, UInt64) = (self, 0)
    P384Number.subtract(&difference.a0, other.a0, &borrow)
    P384Number.subtract(&difference.a1, other.a1, &borrow)
    P384Number.subtract(&difference.a2, other.a2, &borrow)
    P384Number.subtract(&difference.a3, other.a3, &borrow)
    P384Number.subtract(&difference.a4, other.a4, &borrow)
    P384Number.subtract(&difference.a5, other.a5, &borrow)
    return (difference, borrow)
  }

  /// A number below twice the prime, less the prime if it is not below it.
  @inline(__always)
  private static func reduced(_ number: P384Number, carry: UInt64) -> P384Number {
    let (difference, borrow) = number.less(prime)
    return carry < borrow ? number : difference
  }
}

/// Adds a product and a carry to a word; what does not fit is the next carry.
@inline(__always)
private func multiplyAdd(
  _ word: inout UInt64, _ left: UInt64, _ right: UInt64, _ carry: inout UInt64
) {
  let sum =
    UInt128(truncatingIfNeeded: left) &* UInt128(truncatingIfNeeded: right)
    &+ UInt128(truncatingIfNeeded: word) &+ UInt128(truncatingIfNeeded: carry)
  word = UInt64(truncatingIfNeeded: sum)
  carry = UInt64(truncatingIfNeeded: sum &>> 64)
}

extension P384Number {
  @inline(__always)
  private static func add(_ word: inout UInt64, _ other: UInt64, _ carry: inout UInt64) {
    let sum =
      UInt128(truncatingIfNeeded: word) &+ UInt128(truncatingIfNeeded: other)
      &+ UInt128(truncatingIfNeeded: carry)
    word = UInt64(truncatingIfNeeded: sum)
    carry = UInt64(truncatingIfNeeded: sum &>> 64)
  }

  @inline(__always)
  private static func subtract(_ word: inout UInt64, _ other: UInt64, _ borrow: inout UInt64) {
    let difference =
      UInt128(truncatingIfNeeded: word) &- UInt128(truncatingIfNeeded: other)
      &- UInt128(truncatingIfNeeded: borrow)
    word = UInt64(truncatingIfNeeded: difference)
    borrow = UInt64(truncatingIfNeeded: difference &>> 64) & 1
  }
}
