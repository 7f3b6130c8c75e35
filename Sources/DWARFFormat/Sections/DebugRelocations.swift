internal import ByteStorage
internal import ELFFormat

/// How the relocations of a machine change debug sections (its ELF supplement). Those that are not
/// here do not occur in what is read, and are passed over.
struct DebugRelocations {
  private enum Operation {
    case set, add, subtract
    /// As `set`, from the place.
    case relative
    /// The low six bits of a byte.
    case setSix, subtractSix
    /// An unsigned LEB128 number of the length that is there.
    case setLEB, addLEB, subtractLEB
  }

  private struct Rule {
    let operation: Operation
    let size: Int
  }

  /// By type.
  private let rules: [Rule?]

  init?(_ machine: ELFMachine) {
    guard let rows = DebugRelocations.rows(machine) else { return nil }
    var rules = [Rule?](repeating: nil, count: (rows.map(\.0).max() ?? 0) + 1)
    for (type, operation, size) in rows { rules[type] = Rule(operation: operation, size: size) }
    self.rules = rules
  }

  private static func rows(_ machine: ELFMachine) -> [(Int, Operation, Int)]? {
    switch machine {
    case .x86_64:
      [
        (1, .set, 8), (2, .relative, 4), (10, .set, 4), (11, .set, 4), (12, .set, 2), (14, .set, 1),
        (17, .set, 8), (21, .set, 4), (24, .relative, 8),
      ]
    case .i386: [(1, .set, 4), (2, .relative, 4), (32, .set, 4)]
    case .arm: [(2, .set, 4), (3, .relative, 4)]
    case .aarch64:
      [(257, .set, 8), (258, .set, 4), (259, .set, 2), (260, .relative, 8), (261, .relative, 4)]
    case .s390:
      [
        (3, .set, 2), (4, .set, 4), (5, .relative, 4), (22, .set, 8), (23, .relative, 8),
        (53, .set, 8),
      ]
    case .powerPC: [(1, .set, 4), (24, .set, 4), (26, .relative, 4)]
    case .powerPC64:
      [
        (1, .set, 4), (24, .set, 4), (26, .relative, 4), (38, .set, 8), (43, .set, 8),
        (44, .relative, 8), (78, .set, 8),
      ]
    case .riscV:
      [
        (1, .set, 4), (2, .set, 8), (33, .add, 1), (34, .add, 2), (35, .add, 4), (36, .add, 8),
        (37, .subtract, 1), (38, .subtract, 2), (39, .subtract, 4), (40, .subtract, 8),
        (52, .subtractSix, 1), (53, .setSix, 1), (54, .set, 1), (55, .set, 2), (56, .set, 4),
        (57, .relative, 4), (60, .setLEB, 1), (61, .subtractLEB, 1),
      ]
    case .loongArch:
      [
        (1, .set, 4), (2, .set, 8), (47, .add, 1), (48, .add, 2), (49, .add, 3), (50, .add, 4),
        (51, .add, 8), (52, .subtract, 1), (53, .subtract, 2), (54, .subtract, 3),
        (55, .subtract, 4), (56, .subtract, 8), (99, .relative, 4), (107, .addLEB, 1),
        (108, .subtractLEB, 1), (109, .relative, 8),
      ]
    default: nil
    }
  }

  /// Applies a table of relocations to the section that they are for, of a file whose sections have
  /// addresses or none.
  func apply(
    _ relocations: borrowing ELFRelocations, _ elf: borrowing ELFFile, _ bases: [UInt64],
    to bytes: inout [UInt8]
  ) throws(ParseError) {
    let symbols = try elf.symbolTable()
    let extended = try elf.extendedIndexes()
    let order = elf.layout.order
    // Most relocations in a row are for one section.
    var (lastSymbol, lastValue) = (UInt32(0), UInt64(0))
    for index in 0..<relocations.count {
      guard let relocation = relocations.relocation(at: index) else { break }
      guard Int(relocation.type) < rules.count, let rule = rules[Int(relocation.type)],
        let offset = Int(exactly: relocation.offset), offset <= bytes.count &- rule.size
      else { continue }
      if relocation.symbol != lastSymbol {
        (lastSymbol, lastValue) = (relocation.symbol, 0)
        if let symbols, let symbol = symbols.symbol(at: Int(lastSymbol)), lastSymbol != 0 {
          let section = symbol.section(Int(lastSymbol), extended, elf.layout)
          lastValue = symbol.value &+ (section < bases.count ? bases[section] : 0)
        }
      }
      var value = UInt64(bitPattern: relocation.addend) &+ lastValue
      if rule.operation == .set, relocations.hasAddends {
        DebugRelocations.store(value, rule.size, order, &bytes, at: offset)
        continue
      }
      let former = bytes.rawSpan.unsigned(rule.size, at: offset, order) ?? 0
      if !relocations.hasAddends { value &+= former }
      switch rule.operation {
      case .set: break
      case .add: value = former &+ value
      case .subtract: value = former &- value
      case .relative: value &-= relocation.offset
      case .setSix: value = former & 0xc0 | value & 0x3f
      case .subtractSix: value = former & 0xc0 | (former &- value) & 0x3f
      case .setLEB, .addLEB, .subtractLEB:
        DebugRelocations.changeLEB(value, rule.operation, &bytes, at: offset)
        continue
      }
      DebugRelocations.store(value, rule.size, order, &bytes, at: offset)
    }
  }

  private static func store(
    _ value: UInt64, _ size: Int, _ order: ByteOrder, _ bytes: inout [UInt8], at offset: Int
  ) {
    if size == 4 {
      let word =
        order == .little
        ? UInt32(truncatingIfNeeded: value).littleEndian
        : UInt32(truncatingIfNeeded: value).bigEndian
      // SAFETY: the caller has made sure that the bytes are there.
      unsafe bytes.withUnsafeMutableBytes {
        unsafe $0.storeBytes(of: word, toByteOffset: offset, as: UInt32.self)
      }
      return
    }
    for index in 0..<size {
      let place = order == .little ? index : size &- 1 &- index
      bytes[offset &+ place] = UInt8(truncatingIfNeeded: value >> UInt64(8 &* index))
    }
  }

  private static func changeLEB(
    _ operand: UInt64, _ operation: Operation, _ bytes: inout [UInt8], at offset: Int
  ) {
    guard let (former, end) = bytes.rawSpan.unsignedLEB128(at: offset) else { return }
    var value =
      switch operation {
      case .addLEB: former &+ operand
      case .subtractLEB: former &- operand
      default: operand
      }
    for place in offset..<end {
      bytes[place] = UInt8(value & 0x7f) | (place < end &- 1 ? 0x80 : 0)
      value >>= 7
    }
  }
}
