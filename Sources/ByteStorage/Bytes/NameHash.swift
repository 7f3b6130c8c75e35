extension RawSpan {
  /// Chosen anew by each process, so that no file can be made whose names all collide.
  @usableFromInline static let hashSeed = UInt64.random(in: 0...UInt64.max)

  /// A hash of the bytes for tables in memory: fast on short names, different in every process.
  @inlinable package var hash: UInt64 {
    var state = RawSpan.hashSeed ^ UInt64(truncatingIfNeeded: byteCount)
    var offset = 0
    while let word = integer(UInt64.self, at: offset, .little) {
      state = RawSpan.mix(state ^ word)
      offset &+= 8
    }
    var rest: UInt64 = 0
    if let word = integer(UInt32.self, at: offset, .little) {
      rest = UInt64(word)
      offset &+= 4
    }
    while let byte = byte(at: offset) {
      rest = rest << 8 | UInt64(byte)
      offset &+= 1
    }
    return RawSpan.mix(state ^ rest)
  }

  @usableFromInline @inline(__always) static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
    return product.high ^ product.low
  }
}
