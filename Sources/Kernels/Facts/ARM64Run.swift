/// What arm64 code loads into registers, followed instruction by instruction.
struct ARM64Run {
  /// Whether there was no branch since the function began.
  private(set) var isStraight = false
  /// Addresses that registers hold.
  private var registers: [UInt32: UInt64] = [:]

  init(isStraight: Bool = false) { self.isStraight = isStraight }

  /// The third and the fourth argument of a call, as far as they are addresses, by number.
  var arguments: [Int: UInt64] {
    [2: registers[2], 3: registers[3]].compactMapValues { $0 }
  }

  /// Follows an instruction; where it leads if it is a call or a jump without a condition.
  mutating func step(_ word: UInt32, at address: UInt64) -> UInt64? {
    let target = word & 31
    // The number of ADR and ADRP: 19 bits and two.
    let number = Int64(Int32(bitPattern: word << 8) >> 13) << 2 | Int64(word >> 29 & 3)
    if word & 0x7c00_0000 == 0x1400_0000 {  // B, BL
      registers = [:]
      if word >> 31 == 0 { isStraight = false }
      return address &+ UInt64(bitPattern: Int64(Int32(bitPattern: word << 6) >> 4))
    }
    if word & 0x9f00_0000 == 0x9000_0000 {  // ADRP
      registers[target] = address & ~0xfff &+ UInt64(bitPattern: number << 12)
    } else if word & 0x9f00_0000 == 0x1000_0000 {  // ADR
      registers[target] = address &+ UInt64(bitPattern: number)
    } else if word & 0xffc0_0000 == 0x9100_0000 {  // ADD with a number
      registers[target] = registers[word >> 5 & 31].map { $0 &+ UInt64(word >> 10 & 0xfff) }
    } else {
      // CBZ and CBNZ, TBZ and TBNZ, B.cond.
      if word & 0x7c00_0000 == 0x3400_0000 || word & 0xff00_0000 == 0x5400_0000 {
        isStraight = false
      }
      registers[target] = nil
    }
    return nil
  }
}
