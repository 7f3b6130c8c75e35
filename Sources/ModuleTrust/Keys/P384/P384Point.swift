internal import ByteStorage

/// A point of the curve P-384 as X/Z², Y/Z³ (FIPS 186-5; y² = x³ - 3x + b); without end where Z is 0.
package struct P384Point: Hashable, Sendable {
  package private(set) var x, y, z: P384Number

  static var endless: P384Point { P384Point(.one, .one, .zero) }

  /// The point from which all others are made.
  package static var base: P384Point {
    P384Point(
      P384Number(
        normal: 0xaa87_ca22_be8b_0537, 0x8eb1_c71e_f320_ad74, 0x6e1d_3b62_8ba7_9b98,
        0x59f7_41e0_8254_2a38, 0x5502_f25d_bf55_296c, 0x3a54_5e38_7276_0ab7),
      P384Number(
        normal: 0x3617_de4a_9626_2c6f, 0x5d9e_98bf_9292_dc29, 0xf8f4_1dbd_289a_147c,
        0xe9da_3113_b5f0_b8c0, 0x0a60_b1ce_1d7e_819d, 0x7a43_1d7c_90ea_0e5f), .one)
  }

  /// 2^192 times ``base``.
  package static var shiftedBase: P384Point {
    P384Point(
      P384Number(
        normal: 0xc19e_0b4c_8001_19c4, 0x40f7_f9e7_0642_1279, 0xb42a_31af_8a3e_297d,
        0xdb29_8789_4d10_ddea, 0xba06_5458_a4f5_2d78, 0xa628_b09a_aa03_bd53),
      P384Number(
        normal: 0x16f3_fdbf_0356_b301, 0xe5a0_191d_1f5b_77f6, 0x577a_30ea_e356_7af9,
        0xc1c7_cad1_35f6_ebf2, 0xaf68_aa6d_e639_d858, 0x822d_0fc5_e6c8_8c41), .one)
  }

  private init(_ x: P384Number, _ y: P384Number, _ z: P384Number) {
    (self.x, self.y, self.z) = (x, y, z)
  }

  /// The point in 97 bytes: 4, then its coordinates; `nil` if it is not on the curve.
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount == 97, bytes.byte(at: 0) == 4,
      let first = bytes.slice(1..<49), let second = bytes.slice(49..<97),
      let x = P384Number(first), let y = P384Number(second)
    else { return nil }
    let constant = P384Number(
      normal: 0xb331_2fa7_e23e_e7e4, 0x988e_056b_e3f8_2d19, 0x181d_9c6e_fe81_4112,
      0x0314_088f_5013_875a, 0xc656_398d_8a2e_d19d, 0x2a85_c8ed_d3ec_2aef)
    guard y.squared == x.squared * x - x.doubled - x + constant else { return nil }
    self.init(x, y, .one)
  }

  package var isEndless: Bool { z == .zero }

  /// dbl-2001-b of the Explicit-Formulas Database.
  package var doubled: P384Point {
    let (delta, gamma) = (z.squared, y.squared)
    let beta = x * gamma
    let factor = (x - delta) * (x + delta)
    let alpha = factor.doubled + factor
    let fourth = beta.doubled.doubled
    let newX = alpha.squared - fourth.doubled
    let eighth = gamma.squared.doubled.doubled.doubled
    return P384Point(newX, alpha * (fourth - newX) - eighth, (y + z).squared - gamma - delta)
  }

  /// add-1998-cmo-2, with the powers of the other's Z at hand.
  package func adding(_ other: Summand, negated: Bool) -> P384Point {
    let otherY = negated ? P384Number.zero - other.point.y : other.point.y
    if other.point.isEndless { return self }
    if isEndless { return P384Point(other.point.x, otherY, other.point.z) }
    let square = z.squared
    let (ownX, ownY) = (x * other.square, y * other.cube)
    let distance = other.point.x * square - ownX
    let slope = otherY * (square * z) - ownY
    if distance == .zero { return slope == .zero ? doubled : .endless }
    let distanceSquare = distance.squared
    let distanceCube = distanceSquare * distance
    let middle = ownX * distanceSquare
    let newX = slope.squared - distanceCube - middle.doubled
    return P384Point(
      newX, slope * (middle - newX) - ownY * distanceCube, z * other.point.z * distance)
  }

  /// A point that is added often.
  package struct Summand: Sendable {
    let point: P384Point
    let square: P384Number
    let cube: P384Number

    package init(_ point: P384Point) {
      self.point = point
      square = point.z.squared
      cube = square * point.z
    }
  }
}
