/// Damages to an input, each always the same.
enum Damage {
  /// How many an input gets: large ones fewer, as each costs their size.
  static func count(for bytes: [UInt8]) -> Int { max(12, min(40, 60_000 / max(bytes.count, 1))) }

  /// The input with the damage of a number; 0 is none.
  static func damaged(_ bytes: [UInt8], _ name: String, _ number: Int) -> [UInt8] {
    guard number > 0, !bytes.isEmpty else { return bytes }
    var random = Random(name, number)
    var bytes = bytes
    for _ in 0...random.below(3) where !bytes.isEmpty { change(&bytes, &random) }
    return bytes
  }

  private static func change(_ bytes: inout [UInt8], _ random: inout Random) {
    let place = random.below(bytes.count)
    let end = min(bytes.count, place + 1 + random.below(16))
    switch random.below(12) {
    case 0...2: bytes[place] ^= 1 << UInt8(random.below(8))
    case 3: bytes[place] &+= 1
    case 4: bytes[place] &-= 1
    case 5, 6: bytes[place] = [0, 1, 0x20, 0x2e, 0x7f, 0x80, 0xff][random.below(7)]
    case 7: bytes.removeSubrange(place..<end)
    case 8: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 9: for index in place..<min(bytes.count, place + 4) { bytes[index] = 0xff }
    case 10: bytes.swapAt(place, random.below(bytes.count))
    default: bytes.removeLast(random.below(bytes.count / 4 + 1))
    }
  }

  /// SplitMix64, begun by a name and a number.
  private struct Random {
    private var state: UInt64

    init(_ name: String, _ number: Int) {
      state = name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
      state &+= UInt64(number) &* 0x9e37_79b9_7f4a_7c15
    }

    mutating func below(_ bound: Int) -> Int {
      state &+= 0x9e37_79b9_7f4a_7c15
      var word = state
      word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
      word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
      return Int((word ^ word >> 31) % UInt64(max(bound, 1)))
    }
  }
}
