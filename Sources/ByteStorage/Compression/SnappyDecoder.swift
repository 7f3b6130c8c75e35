/// Unpacks a bare snappy block whose content has a known size, as `makedumpfile -p` writes pages.
///
/// - Note: google/snappy, format_description.txt: a varint of the content's size; then elements whose
///   low two bits say whether they are a literal or a copy of earlier content.
/// - Returns: The content; `nil` if the block is damaged or has another size.
func decodeSnappy(_ block: RawSpan, size: Int) -> [UInt8]? {
  var reader = SnappyReader(block)
  guard reader.size() == size else { return nil }
  var out: [UInt8] = []
  out.reserveCapacity(size)
  while let tag = reader.byte() {
    if tag & 3 == 0 {
      guard let count = reader.literalSize(tag), count <= size &- out.count,
        let literal = reader.take(count)
      else { return nil }
      unsafe literal.withUnsafeBytes { unsafe out.append(contentsOf: $0) }
    } else {
      guard let (count, distance) = reader.copy(tag), count <= size &- out.count, distance > 0,
        distance <= out.count
      else { return nil }
      let start = out.count &- distance
      if distance >= count {
        out.append(contentsOf: out[start..<(start &+ count)])
      } else {
        // The copy reaches into itself.
        for index in start..<(start &+ count) { out.append(out[index]) }
      }
    }
  }
  return out.count == size ? out : nil
}

private struct SnappyReader: ~Escapable {
  private let bytes: RawSpan
  private var offset = 0

  @_lifetime(copy bytes) init(_ bytes: RawSpan) { self.bytes = bytes }

  @_lifetime(self: copy self) mutating func byte() -> UInt8? {
    guard let byte = bytes.byte(at: offset) else { return nil }
    offset &+= 1
    return byte
  }

  /// A little-endian number of some bytes.
  @_lifetime(self: copy self) private mutating func number(_ count: Int) -> Int? {
    var value = 0
    for index in 0..<count {
      guard let byte = byte() else { return nil }
      value |= Int(byte) << (8 &* index)
    }
    return value
  }

  @_lifetime(copy self) @_lifetime(self: copy self) mutating func take(_ count: Int) -> RawSpan? {
    guard let piece = bytes.slice(offset..<(offset &+ count)) else { return nil }
    offset &+= count
    return piece
  }

  /// The size of the content: seven bits a byte, the lowest first, up to 32 bits.
  @_lifetime(self: copy self) mutating func size() -> Int? {
    var value = 0
    for index in 0..<5 {
      guard let byte = byte() else { return nil }
      value |= Int(byte & 0x7f) << (7 &* index)
      if byte & 0x80 == 0 { return value }
    }
    return nil
  }

  /// Size of a literal: less one in the tag, or in the one to four bytes that follow it.
  @_lifetime(self: copy self) mutating func literalSize(_ tag: UInt8) -> Int? {
    let short = Int(tag >> 2)
    return short < 60 ? short &+ 1 : number(short &- 59).map { $0 &+ 1 }
  }

  /// Size of a copy, and how far back its source is.
  @_lifetime(self: copy self) mutating func copy(_ tag: UInt8) -> (count: Int, distance: Int)? {
    if tag & 3 == 1 {
      return number(1).map { (Int(tag >> 2 & 7) &+ 4, Int(tag >> 5) << 8 | $0) }
    }
    return number(tag & 3 == 2 ? 2 : 4).map { (Int(tag >> 2) &+ 1, $0) }
  }
}
