/// Bytes that are patched in place. Out-of-range reads give 0, out-of-range writes do
/// nothing: a damage that does not fit is simply no damage.
struct Bytes {
  var raw: [UInt8]
  /// Whether the first byte of a number counts most.
  let isBigEndian: Bool

  init(_ raw: [UInt8], isBigEndian: Bool = false) {
    self.raw = raw
    self.isBigEndian = isBigEndian
  }

  var count: Int { raw.count }

  func number(at offset: Int, width: Int) -> UInt64 {
    guard offset >= 0, offset <= raw.count - width else { return 0 }
    let bytes = raw[offset..<offset + width]
    return isBigEndian
      ? bytes.reduce(0) { $0 << 8 | UInt64($1) }
      : bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  mutating func set(_ value: UInt64, at offset: Int, width: Int) {
    guard offset >= 0, offset <= raw.count - width else { return }
    for i in 0..<width {
      let shift = isBigEndian ? width - 1 - i : i
      raw[offset + i] = UInt8(truncatingIfNeeded: value >> UInt64(8 * shift))
    }
  }

  func slice(at offset: Int, count: Int) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= raw.count, count <= raw.count - offset else {
      return []
    }
    return Array(raw[offset..<offset + count])
  }

  /// The C string at `offset`, without its NUL.
  func string(at offset: Int) -> String {
    guard offset >= 0, offset < raw.count else { return "" }
    return String(decoding: raw[offset...].prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Adds bytes at the end, aligned to 8, and says where.
  mutating func append(_ bytes: [UInt8]) -> Int {
    raw += [UInt8](repeating: 0, count: (8 - raw.count % 8) % 8)
    let offset = raw.count
    raw += bytes
    return offset
  }
}
