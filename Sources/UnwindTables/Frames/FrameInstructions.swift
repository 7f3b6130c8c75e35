/// Instructions of DWARF call frame information (DWARF 5, 6.4.2 and 7.24) for x86-64.
struct FrameInstructions {
  /// Numbers of registers: x86-64 psABI, figure 3.36.
  enum Register: UInt8 {
    case ax = 0
    case dx, cx, bx, si, di, bp, sp
    case r10 = 10
    case r12 = 12
    case r13, r14, r15, returnAddress
  }

  private(set) var bytes: [UInt8] = []

  /// `data_alignment_factor` of the CIE.
  static let dataAlignment = -8

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// `DW_CFA_advance_loc` in its shortest form; nothing for 0.
  mutating func advance(by distance: UInt64) {
    switch distance {
    case 0: return
    case ..<0x40: bytes.append(0x40 | UInt8(truncatingIfNeeded: distance))
    case ..<0x100: bytes += [0x02, UInt8(truncatingIfNeeded: distance)]
    case ..<0x1_0000: put(opcode: 0x03, UInt16(truncatingIfNeeded: distance))
    default: put(opcode: 0x04, UInt32(truncatingIfNeeded: distance))
    }
  }

  /// The CFA is a register and an offset.
  mutating func defineCFA(_ register: Register, _ offset: Int, after last: (Register, Int)?) {
    if last?.0 == register, offset >= 0 {
      bytes.append(0x0e)
      unsigned(UInt64(offset))
    } else if offset >= 0 {
      bytes += [0x0c, register.rawValue]
      unsigned(UInt64(offset))
    } else {
      defineCFA(FrameExpression(register, offset))
    }
  }

  /// `DW_CFA_def_cfa_expression`.
  mutating func defineCFA(_ expression: FrameExpression) {
    bytes.append(0x0f)
    block(expression.bytes)
  }

  /// A register is stored at an offset from the CFA: `DW_CFA_offset` or `DW_CFA_offset_extended_sf`.
  mutating func store(_ register: Register, atCFA offset: Int) {
    guard offset.isMultiple(of: 8) else {
      // The CFA is on the stack when the expression begins.
      store(register, FrameExpression(bytes: [0x11] + FrameInstructions.signed(offset) + [0x22]))
      return
    }
    let factored = offset / FrameInstructions.dataAlignment
    if factored >= 0 {
      bytes.append(0x80 | register.rawValue)
      unsigned(UInt64(factored))
    } else {
      bytes += [0x11, register.rawValue] + FrameInstructions.signed(factored)
    }
  }

  /// A register is stored where an expression leads: `DW_CFA_expression`.
  mutating func store(_ register: Register, _ expression: FrameExpression) {
    bytes += [0x10, register.rawValue]
    block(expression.bytes)
  }

  /// What the CIE says of a register holds again.
  mutating func restore(_ register: Register) { bytes.append(0xc0 | register.rawValue) }

  /// The register's value is lost; of the return address: there is no frame above.
  mutating func lose(_ register: Register) { bytes += [0x07, register.rawValue] }

  /// The register keeps its value.
  mutating func keep(_ register: Register) { bytes += [0x08, register.rawValue] }

  private mutating func block(_ block: [UInt8]) {
    unsigned(UInt64(block.count))
    bytes += block
  }

  private mutating func put<Number: FixedWidthInteger>(opcode: UInt8, _ number: Number) {
    bytes.append(opcode)
    for index in 0..<(Number.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> (8 * index)))
    }
  }

  /// ULEB128.
  mutating func unsigned(_ value: UInt64) {
    var value = value
    repeat {
      let low = UInt8(truncatingIfNeeded: value & 0x7f)
      value >>= 7
      bytes.append(value == 0 ? low : low | 0x80)
    } while value != 0
  }

  /// SLEB128.
  static func signed(_ value: Int) -> [UInt8] {
    var (value, bytes): (Int, [UInt8]) = (value, [])
    while true {
      let low = UInt8(truncatingIfNeeded: value & 0x7f)
      value >>= 7
      if value == 0 && low & 0x40 == 0 || value == -1 && low & 0x40 != 0 { return bytes + [low] }
      bytes.append(low | 0x80)
    }
  }
}

/// An expression of DWARF (DWARF 5, 2.5) that gives an address.
struct FrameExpression: Hashable {
  private(set) var bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// `DW_OP_breg`: the value of a register and an offset.
  init(_ register: FrameInstructions.Register, _ offset: Int) {
    bytes = [0x70 + register.rawValue] + FrameInstructions.signed(offset)
  }

  /// The word at the address: `DW_OP_deref`.
  func loaded() -> FrameExpression { FrameExpression(bytes: bytes + [0x06]) }

  /// The address and an offset: `DW_OP_plus_uconst`, or `DW_OP_consts` and `DW_OP_plus`.
  func plus(_ offset: Int) -> FrameExpression {
    if offset == 0 { return self }
    if offset > 0 {
      var number = FrameInstructions()
      number.unsigned(UInt64(offset))
      return FrameExpression(bytes: bytes + [0x23] + number.bytes)
    }
    return FrameExpression(bytes: bytes + [0x11] + FrameInstructions.signed(offset) + [0x22])
  }
}
