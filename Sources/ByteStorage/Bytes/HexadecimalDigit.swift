extension UInt8 {
  /// The value of this byte as a hexadecimal digit of either case; `nil` for any other byte.
  @inlinable @inline(__always) package var hexadecimalDigit: UInt64? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(self &- UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(self &- UInt8(ascii: "a") &+ 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(self &- UInt8(ascii: "A") &+ 10)
    default: nil
    }
  }
}

extension [UInt8] {
  /// Two lower-case digits a byte, without a separator.
  package var hexadecimal: String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
