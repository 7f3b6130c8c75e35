internal import ByteStorage

/// What x86-64 code loads into the registers of the third and the fourth argument (RDX, RCX).
struct X86Run: ~Escapable {
  private let code: RawSpan
  /// Where the code lies.
  private let address: UInt64
  /// Addresses of constants, by the number of the argument.
  private(set) var arguments: [Int: UInt64] = [:]

  @_lifetime(copy code) init(_ code: RawSpan, _ address: UInt64) {
    self.code = code
    self.address = address
  }

  /// Follows the instructions from one place to another; `false` if there is a branch among them, or one
  /// that compilers do not put before a call.
  mutating func reach(_ end: Int, from start: Int) -> Bool {
    var place = start
    while place < end {
      guard let length = step(place) else { return false }
      place &+= length
    }
    return place == end
  }

  /// Takes the last loads before a place, as far as they are near.
  mutating func lookBack(from end: Int, to start: Int) {
    arguments = [:]
    for place in stride(from: end &- 7, through: max(start, end &- 64), by: -1) {
      if let (argument, value) = load(place), arguments[argument] == nil {
        arguments[argument] = value
      }
    }
  }

  /// Number and value of the argument that the instruction at a place loads.
  private func load(_ place: Int) -> (Int, UInt64)? {
    guard code.byte(at: place) == 0x48, let opcode = code.byte(at: place &+ 1),
      let operands = code.byte(at: place &+ 2),
      let number = code.integer(Int32.self, at: place &+ 3, .little)
    else { return nil }
    let value = UInt64(bitPattern: Int64(number))
    return switch (opcode, operands) {
    // MOV with a number, and LEA beside the instruction pointer.
    case (0xc7, 0xc2): (2, value)
    case (0xc7, 0xc1): (3, value)
    case (0x8d, 0x15): (2, address &+ UInt64(place &+ 7) &+ value)
    case (0x8d, 0x0d): (3, address &+ UInt64(place &+ 7) &+ value)
    default: nil
    }
  }

  /// The length of the instruction at a place; `nil` if it is not one of those that are known.
  private mutating func step(_ place: Int) -> Int? {
    guard let first = code.byte(at: place) else { return nil }
    let second = code.byte(at: place &+ 1) ?? 0, third = code.byte(at: place &+ 2) ?? 0
    if let (argument, value) = load(place) {
      arguments[argument] = value
      return 7
    }
    switch first {
    // ENDBR64, NOP, NOP of five bytes, of two.
    case 0xf3 where second == 0x0f && third == 0x1e: return 4
    case 0x90: return 1
    case 0x0f where second == 0x1f && third == 0x44: return 5
    case 0x66 where second == 0x90: return 2
    // CALL: what was loaded before it is gone.
    case 0xe8:
      arguments = [:]
      return 5
    // MOV with a number, LEA.
    case 0x48 where second == 0xc7 && third & 0xf8 == 0xc0: return 7
    case 0x48 where second == 0x8d && third & 0xc7 == 0x05: return 7
    case 0xb8...0xbf: return 5
    // MOV and XOR of registers.
    case 0x48 where second == 0x89 && third >= 0xc0: return 3
    case 0x89 where second >= 0xc0, 0x31 where second >= 0xc0: return 2
    case 0x45 where second == 0x31 && third >= 0xc0: return 3
    // PUSH and POP.
    case 0x50...0x5f: return 1
    case 0x41 where second >= 0x50 && second <= 0x5f: return 2
    // Room on the stack.
    case 0x48 where second == 0x83 && (third == 0xec || third == 0xc4): return 4
    default: return nil
    }
  }
}
