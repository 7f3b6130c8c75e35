internal import ByteStorage

/// Where types are, by their number: some by their offset, those between by walking from one to the next.
struct BTFPlaces: Sendable {
  /// Offset in the type section of each 2^`shift`-th type, in bytes.
  var marks: [UInt32] = []
  /// Number of types, without void.
  var count = 0
  private let shift: Int

  init(shift: Int) { self.shift = shift }

  /// Types whose offsets are all known.
  init(_ offsets: [UInt32]) { (marks, count, shift) = (offsets, offsets.count, 0) }

  /// Offset of a type that has one of the numbers from 1 on, in bytes; `nil` for others.
  func offset(of number: Int, in types: RawSpan, _ order: ByteOrder) -> Int? {
    guard number >= 1, number <= count else { return nil }
    var offset = Int(marks[(number &- 1) >> shift])
    let left = (number &- 1) & (1 << shift &- 1)
    guard left > 0 else { return offset }
    let sizes = BTFSizes()
    for _ in 0..<left {
      guard let info = types.integer(UInt32.self, at: offset &+ 4, order),
        let size = sizes.size(info)
      else { return nil }
      offset &+= size
    }
    return offset
  }
}

/// Sizes of types, two bits of words for each kind: a kernel has a hundred thousand types, whose sizes are
/// all that is needed of most.
struct BTFSizes {
  private let fixed = BTFSizes.fixed
  private let each = BTFSizes.each

  private static let fixed = packed { $0.addedBytes(0) }
  private static let each = packed { $0.elementSize }

  private static func packed(_ bytes: (BTFKind) -> Int) -> UInt64 {
    (1...BTFKind.enumeration64.rawValue).reduce(0) { all, number in
      let words = BTFKind(rawValue: number).map { UInt64(bytes($0) / 4) } ?? 0
      return all | words << UInt64(2 * number)
    }
  }

  /// Size of a type with all that follows its three words, in bytes; `nil` for an unknown kind. Bits 24 to 30
  /// of `info` are the kind, bits 0 to 23 the number of elements (older kernels use fewer bits of both and
  /// leave the others zero).
  @inline(__always)
  func size(_ info: UInt32) -> Int? {
    let kind = info >> 24 & 0x7f
    guard kind &- 1 < BTFKind.enumeration64.rawValue else { return nil }
    let place = UInt64(2 &* kind)
    let words =
      (fixed &>> place & 3) &+ (each &>> place & 3) &* UInt64(info & 0xff_ffff)
    return 12 &+ 4 &* Int(truncatingIfNeeded: words)
  }
}
