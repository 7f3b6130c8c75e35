internal import ByteStorage

/// `DW_FORM_*` (DWARF 5, 7.5.6, and the extensions of GNU): how the value of an attribute is stored.
struct DWARFForm: RawRepresentable, Sendable, Hashable {
  let rawValue: UInt16

  init(rawValue: UInt16) { self.rawValue = rawValue }

  static let indirect = Self(rawValue: 0x16)
  static let implicitConstant = Self(rawValue: 0x21)

  /// Whether a value is in the supplementary file: `ref_sup4`, `strp_sup`, `ref_sup8`, `GNU_ref_alt`,
  /// `GNU_strp_alt`.
  var needsSupplement: Bool {
    switch rawValue {
    case 0x1c, 0x1d, 0x24, 0x1f20, 0x1f21: true
    default: false
    }
  }

  /// Size of a value in bytes, as far as the unit alone decides it; `nil` if the value itself does.
  func size(_ unit: DWARFUnit.Widths) -> Int? {
    switch rawValue {
    case 0x19, 0x21: 0
    case 0x0b, 0x0c, 0x11, 0x25, 0x29: 1
    case 0x05, 0x12, 0x26, 0x2a: 2
    case 0x27, 0x2b: 3
    case 0x06, 0x13, 0x1c, 0x28, 0x2c: 4
    case 0x07, 0x14, 0x20, 0x24: 8
    case 0x1e: 16
    case 0x01: unit.address
    case 0x0e, 0x17, 0x1d, 0x1f, 0x1f20, 0x1f21: unit.offset
    case 0x10: unit.version == 2 ? unit.address : unit.offset
    default: nil
    }
  }

  /// Whether a value is a number that begins with its own size or end: LEB128, blocks, strings.
  var isKnown: Bool {
    switch rawValue {
    case 0x01, 0x03...0x29, 0x2a...0x2c, 0x1f01, 0x1f02, 0x1f20, 0x1f21: true
    default: false
    }
  }
}

extension RawSpan {
  /// An unsigned LEB128 number and the offset of what follows; `nil` past the end. Bits past the
  /// 64th are lost.
  @inline(__always) func unsignedLEB128(at offset: Int) -> (value: UInt64, next: Int)? {
    guard let first = byte(at: offset) else { return nil }
    if first < 0x80 { return (UInt64(first), offset &+ 1) }
    var (value, shift, position) = (UInt64(first & 0x7f), UInt64(7), offset &+ 1)
    while let byte = byte(at: position) {
      position &+= 1
      if shift < 64 { value |= UInt64(byte & 0x7f) << shift }
      shift = min(shift &+ 7, 64)
      if byte < 0x80 { return (value, position) }
    }
    return nil
  }

  /// A signed LEB128 number, as its bits.
  func signedLEB128(at offset: Int) -> (value: UInt64, next: Int)? {
    var (value, shift, position) = (UInt64(0), UInt64(0), offset)
    while let byte = byte(at: position) {
      position &+= 1
      if shift < 64 { value |= UInt64(byte & 0x7f) << shift }
      shift = min(shift &+ 7, 64)
      if byte < 0x80 {
        if byte & 0x40 != 0, shift < 64 { value |= ~0 << shift }
        return (value, position)
      }
    }
    return nil
  }

  /// An unsigned integer of 1 to 8 bytes.
  func unsigned(_ size: Int, at offset: Int, _ order: ByteOrder) -> UInt64? {
    switch size {
    case 1: return byte(at: offset).map(UInt64.init)
    case 2: return integer(UInt16.self, at: offset, order).map(UInt64.init)
    case 4: return integer(UInt32.self, at: offset, order).map(UInt64.init)
    case 8: return integer(UInt64.self, at: offset, order)
    default:
      guard let bytes = slice(offset..<(offset &+ size)) else { return nil }
      var value: UInt64 = 0
      for index in 0..<size {
        let place = order == .big ? index : size &- 1 &- index
        value = value << 8 | UInt64(bytes.byte(at: place) ?? 0)
      }
      return value
    }
  }
}
